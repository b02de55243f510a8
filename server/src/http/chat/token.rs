//! What a visitor shows: 32 random bytes, and behind them, veiled, who they said they are. The server keeps
//! nothing of either, so somebody who only looks leaves no trace.
//!
//! `vt_<random>` or `vt_<random>.<veiled>`, both base64url. Who the visitor is, follows from the random part
//! and the widget alone; the rest is read when a conversation begins.

use crate::dice;
use crate::vault::{Vault, VaultError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use readyroom_core::ids::AccountId;
use serde::{Deserialize, Serialize};

/// What every token begins with.
pub const PREFIX: &str = "vt_";
const RANDOM_LEN: usize = 32;
/// No token of ours is longer, in bytes.
const LEN_MAX: usize = 2_048;

/// Who a visitor said they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where they get mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A token, as it was shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    random: [u8; RANDOM_LEN],
    veiled: Option<Vec<u8>>,
}

impl Token {
    /// A new one, for somebody who said who they are, or did not.
    ///
    /// # Errors
    /// The vault's.
    pub fn new(vault: &Vault, account: AccountId, named: &Named) -> Result<Token, VaultError> {
        let veiled = if *named == Named::default() {
            None
        } else {
            let text = serde_json::to_vec(named).expect("memory takes whatever is written");
            Some(vault.veil(account, &text)?)
        };
        Ok(Token { random: dice::bytes(), veiled })
    }

    /// Reads a token; none if it cannot be one of ours.
    pub fn read(text: &str) -> Option<Token> {
        let rest = text.strip_prefix(PREFIX).filter(|_| text.len() <= LEN_MAX)?;
        let (random, veiled) = rest.split_once('.').map_or((rest, None), |(random, veiled)| (random, Some(veiled)));
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let veiled = match veiled {
            Some(veiled) => Some(bytes(veiled)?),
            None => None,
        };
        Some(Token { random: bytes(random)?.try_into().ok()?, veiled })
    }

    /// The text, for its visitor alone.
    pub fn reveal(&self) -> String {
        let random = URL_SAFE_NO_PAD.encode(self.random);
        match &self.veiled {
            Some(veiled) => format!("{PREFIX}{random}.{}", URL_SAFE_NO_PAD.encode(veiled)),
            None => format!("{PREFIX}{random}"),
        }
    }

    /// The part that says which visitor it is.
    pub fn random(&self) -> &[u8] {
        &self.random
    }

    /// Who its visitor said they are. What was tampered with says nothing.
    ///
    /// # Errors
    /// The vault's.
    pub fn named(&self, vault: &Vault, account: AccountId) -> Result<Named, VaultError> {
        let Some(veiled) = &self.veiled else { return Ok(Named::default()) };
        let text = vault.unveil(account, veiled)?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: AccountId = AccountId::from_u128(1);

    #[test]
    fn a_token_reads_back_and_carries_who_its_visitor_is() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(&dir.path().join("keys.db")).unwrap();
        let olga = Named { name: Some("Ольга".repeat(20)), email: Some("o".repeat(254)) };
        for named in [Named::default(), olga] {
            let token = Token::new(&vault, ACME, &named).unwrap();
            let text = token.reveal();
            assert!(!text.contains("ooo") && text.len() <= LEN_MAX, "{text}");
            let is_of_a_header = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            assert!(text.bytes().all(is_of_a_header), "a WebSocket can ask for it as a protocol: {text}");
            let read = Token::read(&text).expect("it reads back");
            assert!(read == token);
            assert_eq!(read.named(&vault, ACME).unwrap(), named);
            assert_eq!(read.named(&vault, AccountId::from_u128(2)).unwrap(), Named::default());
        }
        let anonymous = Token::new(&vault, ACME, &Named::default()).unwrap().reveal();
        assert_eq!(anonymous.len(), 3 + 43);
    }

    #[test]
    fn what_is_no_token_is_none() {
        let good = "vt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(Token::read(good).is_some());
        for text in ["", "vt_", "vt_AAAA", "rk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "vt_*"] {
            assert!(Token::read(text).is_none(), "{text}");
        }
        assert!(Token::read(&format!("{good}A")).is_none());
        assert!(Token::read(&format!("{good}.*")).is_none());
        assert!(Token::read(&format!("{good}.{}", "A".repeat(LEN_MAX))).is_none());
    }
}
