//! Seals what people write, with a key for each person and month; to forget is to delete keys.
//!
//! The log is never rewritten, so what it holds of people must be unreadable without a key that
//! can go. Keys lie in `keys.db` and nowhere else. The vault also gives clients their ids: a keyed
//! hash of channel and address, so that an id in the log names nobody.

mod cache;
mod keys;

use crate::dice;
use cache::{Cache, Secret};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use keys::Keys;
use readyroom_core::event::Sealed;
use readyroom_core::ids::{AccountId, ClientId, KeyId, Timestamp};
use sha2::Sha256;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

const NONCE_LEN: usize = 24;

/// All keys of the server. Calls block, on the disk when a key is new: ask from a thread that may.
pub struct Vault {
    // No business state: a cache and a connection, held for the time of one look-up or one commit.
    inner: Mutex<Inner>,
}

struct Inner {
    keys: Keys,
    cache: Cache,
}

/// What a sealed text turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Its text.
    Text(String),
    /// Its key is gone: forgotten, or never of this account.
    Forgotten,
}

/// Why the vault could not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VaultError {
    /// The key is here and does not open it.
    #[error("a text sealed with {key} was changed after it was sealed; restore the log from a backup")]
    Tampered {
        /// The key that was asked for.
        key: KeyId,
    },
    /// No calendar has this instant.
    #[error("{} ms after 1970 is no instant of a calendar; give one between the years -9999 and 9999", at.0)]
    NoSuchMonth {
        /// The instant.
        at: Timestamp,
    },
    /// `keys.db` cannot be used.
    #[error("{place}: {why}")]
    Store {
        /// The file.
        place: String,
        /// What is wrong, and what to do.
        why: String,
    },
}

/// What the vault answers.
pub type Result<T> = std::result::Result<T, VaultError>;

impl Vault {
    /// Opens `keys.db` at `path`, and makes it if it is not there.
    ///
    /// # Errors
    /// [`VaultError::Store`]: it cannot be read or made, or is not ours. It is never replaced:
    /// every text would be lost with it.
    pub fn open(path: &Path) -> Result<Vault> {
        Ok(Vault { inner: Mutex::new(Inner { keys: Keys::open(path)?, cache: Cache::default() }) })
    }

    /// The id of the client who is reached on `channel` at `address`. The address is normalised:
    /// spaces around it and the case of letters do not count, nor what is written between the digits
    /// of a telephone number. The same address has another id in another account.
    ///
    /// # Errors
    /// [`VaultError::Store`]: the account has no secret yet, and it could not be kept.
    pub fn client_id(&self, account: AccountId, channel: &str, address: &str) -> Result<ClientId> {
        let mut mac = self.keyed(account)?;
        mac.update(channel.as_bytes());
        mac.update(&[0]);
        mac.update(normalised(address).as_bytes());
        let tag = mac.finalize().into_bytes();
        Ok(ClientId(tag[..16].try_into().expect("the tag has 32 bytes")))
    }

    /// A mark of some bytes that only this account can make: equal parts have equal marks, and nobody who
    /// has the mark alone can try which parts give it.
    ///
    /// # Errors
    /// [`VaultError::Store`]: the account has no secret yet, and it could not be kept.
    pub fn mark(&self, account: AccountId, parts: &[&[u8]]) -> Result<[u8; 16]> {
        let mut mac = self.keyed(account)?;
        mac.update(b"mark");
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes()[..16].try_into().expect("the tag has 32 bytes"))
    }

    /// Hides a few bytes that somebody else is to carry for the account: who carries them neither reads nor
    /// changes them, and nothing is kept of them here.
    ///
    /// # Errors
    /// [`VaultError::Store`]: the account has no secret yet, and it could not be kept.
    pub fn veil(&self, account: AccountId, bytes: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = dice::bytes();
        let veiled =
            self.veiling(account)?.encrypt(&XNonce::from(nonce), bytes).expect("memory takes whatever is sealed");
        Ok([&nonce[..], &veiled].concat())
    }

    /// What was veiled by this account; none when it was not, or was changed.
    ///
    /// # Errors
    /// As `veil`.
    pub fn unveil(&self, account: AccountId, veiled: &[u8]) -> Result<Option<Vec<u8>>> {
        let Some((nonce, rest)) = veiled.split_first_chunk::<NONCE_LEN>() else { return Ok(None) };
        Ok(self.veiling(account)?.decrypt(&XNonce::from(*nonce), rest).ok())
    }

    fn veiling(&self, account: AccountId) -> Result<XChaCha20Poly1305> {
        let mut mac = self.keyed(account)?;
        mac.update(b"veil");
        Ok(XChaCha20Poly1305::new(&mac.finalize().into_bytes()))
    }

    fn keyed(&self, account: AccountId) -> Result<Hmac<Sha256>> {
        let Inner { keys, cache } = &mut *self.inner();
        if cache.account(account).is_none() {
            cache.put_account(account, keys.account_secret(account)?);
        }
        let secret = cache.account(account).expect("it was just put there");
        Ok(<Hmac<Sha256> as KeyInit>::new_from_slice(secret.bytes()).expect("any length is a key"))
    }

    /// Seals a text of or about `client`, with its key of the UTC month of `at`. A new key is
    /// durable before this returns.
    ///
    /// # Errors
    /// [`VaultError::NoSuchMonth`], or [`VaultError::Store`]: the key could not be kept.
    pub fn seal(&self, account: AccountId, client: ClientId, at: Timestamp, text: &str) -> Result<Sealed> {
        let month = month(at)?;
        let Inner { keys, cache } = &mut *self.inner();
        let key = match cache.key_of(account, client, month) {
            Some(key) => key,
            None => {
                // Named by age, so that whatever is indexed by keys grows at its end.
                let (key, secret) = keys.text_key(account, client, month, || KeyId(dice::id(at)))?;
                cache.put_text(account, client, month, key, secret);
                key
            }
        };
        let secret = cache.text(account, key).expect("whoever is known by month is known by key");
        let nonce: [u8; NONCE_LEN] = dice::bytes();
        let bound = bound(account, key);
        let sealed = cipher(secret)
            .encrypt(&XNonce::from(nonce), Payload { msg: text.as_bytes(), aad: &bound })
            .expect("memory takes whatever is sealed");
        Ok(Sealed { key, bytes: [&nonce[..], &sealed].concat() })
    }

    /// Opens a sealed text of this account.
    ///
    /// # Errors
    /// [`VaultError::Tampered`], or [`VaultError::Store`]: the key could not be looked up.
    pub fn open_sealed(&self, account: AccountId, sealed: &Sealed) -> Result<Opened> {
        let key = sealed.key;
        let Inner { keys, cache } = &mut *self.inner();
        if cache.text(account, key).is_none() {
            match keys.find(account, key)? {
                Some((client, month, secret)) => cache.put_text(account, client, month, key, secret),
                None => return Ok(Opened::Forgotten),
            }
        }
        let secret = cache.text(account, key).expect("it was just put there");
        let (nonce, rest) = sealed.bytes.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Tampered { key })?;
        let bound = bound(account, key);
        let text = cipher(secret)
            .decrypt(&XNonce::from(*nonce), Payload { msg: rest, aad: &bound })
            .map_err(|_| VaultError::Tampered { key })?;
        String::from_utf8(text).map(Opened::Text).map_err(|_| VaultError::Tampered { key })
    }

    /// Deletes all keys of the client, so that nothing sealed with them can be read ever again. When
    /// it returns, they are not in the file either.
    ///
    /// # Errors
    /// [`VaultError::Store`]: the keys may still be there; ask again.
    pub fn forget(&self, account: AccountId, client: ClientId) -> Result<Vec<KeyId>> {
        let Inner { keys, cache } = &mut *self.inner();
        let gone = keys.forget(account, client)?;
        gone.iter().for_each(|&key| cache.forget(account, key));
        keys.scrub()?;
        Ok(gone)
    }

    /// Deletes the keys of all months of the account that had ended at `at`: what is older than it is
    /// to be kept.
    ///
    /// # Errors
    /// [`VaultError::NoSuchMonth`], or [`VaultError::Store`]: the keys may still be there; ask again.
    pub fn forget_months_before(&self, account: AccountId, at: Timestamp) -> Result<Vec<(ClientId, KeyId)>> {
        let month = month(at)?;
        let Inner { keys, cache } = &mut *self.inner();
        let gone = keys.forget_months_before(account, month)?;
        gone.iter().for_each(|&(_, key)| cache.forget(account, key));
        keys.scrub()?;
        Ok(gone)
    }

    /// Whether the key is there.
    ///
    /// # Errors
    /// [`VaultError::Store`].
    pub fn has(&self, account: AccountId, key: KeyId) -> Result<bool> {
        let Inner { keys, cache } = &mut *self.inner();
        Ok(cache.text(account, key).is_some() || keys.find(account, key)?.is_some())
    }

    /// The keys of the client, oldest month first.
    ///
    /// # Errors
    /// [`VaultError::Store`].
    pub fn keys_of(&self, account: AccountId, client: ClientId) -> Result<Vec<KeyId>> {
        self.inner().keys.of(account, client)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics with it")
    }
}

fn cipher(secret: &Secret) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(secret.bytes().into())
}

/// What a seal holds besides the text: it opens only in the account, and under the key, it was made for.
fn bound(account: AccountId, key: KeyId) -> [u8; 32] {
    let mut bound = [0; 32];
    bound[..16].copy_from_slice(&account.0);
    bound[16..].copy_from_slice(&key.0);
    bound
}

/// Months since the year 0, in UTC.
fn month(at: Timestamp) -> Result<i32> {
    let instant = jiff::Timestamp::from_millisecond(at.0).map_err(|_| VaultError::NoSuchMonth { at })?;
    let date = instant.to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
}

fn normalised(address: &str) -> String {
    let address = address.trim();
    let is_telephone = |letter: char| letter.is_ascii_digit() || "+-(). /".contains(letter);
    if address.contains(|letter: char| letter.is_ascii_digit()) && address.chars().all(is_telephone) {
        return address.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
    }
    address.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    const HERE: AccountId = AccountId::from_u128(1);
    const THERE: AccountId = AccountId::from_u128(2);
    const IVAN: ClientId = ClientId::from_u128(3);
    const OLGA: ClientId = ClientId::from_u128(4);
    /// 2026-03-31 23:59:59.999 UTC.
    const MARCH: Timestamp = Timestamp(1_775_001_599_999);
    const APRIL: Timestamp = Timestamp(MARCH.0 + 1);

    fn vault() -> (TempDir, Vault) {
        let dir = TempDir::new().unwrap();
        let vault = Vault::open(&dir.path().join("keys.db")).unwrap();
        (dir, vault)
    }

    fn text(text: &str) -> Opened {
        Opened::Text(text.into())
    }

    #[test]
    fn what_is_sealed_opens_also_after_the_file_was_opened_anew() {
        let (dir, vault) = vault();
        let sealed = vault.seal(HERE, IVAN, MARCH, "привет").unwrap();
        assert!(!sealed.bytes.windows(4).any(|part| part == &"привет".as_bytes()[..4]));
        assert_eq!(vault.open_sealed(HERE, &sealed).unwrap(), text("привет"));
        drop(vault);
        let vault = Vault::open(&dir.path().join("keys.db")).unwrap();
        assert_eq!(vault.open_sealed(HERE, &sealed).unwrap(), text("привет"));
        assert_eq!(vault.seal(HERE, IVAN, MARCH, "").unwrap().key, sealed.key);
    }

    #[test]
    fn each_client_has_one_key_for_each_month() {
        let (_dir, vault) = vault();
        let key = |client, at| vault.seal(HERE, client, at, "x").unwrap().key;
        let march = key(IVAN, MARCH);
        assert_eq!(key(IVAN, Timestamp(MARCH.0 - 1)), march);
        let others = [key(IVAN, APRIL), key(OLGA, MARCH), vault.seal(THERE, IVAN, MARCH, "x").unwrap().key];
        assert!(!others.contains(&march));
        assert_eq!(vault.keys_of(HERE, IVAN).unwrap(), [march, others[0]]);
        assert!(matches!(
            vault.seal(HERE, IVAN, Timestamp(i64::MAX), "x"),
            Err(VaultError::NoSuchMonth { at: Timestamp(i64::MAX) })
        ));
    }

    #[test]
    fn a_changed_text_is_noticed_wherever_it_was_changed() {
        let (_dir, vault) = vault();
        let sealed = vault.seal(HERE, IVAN, MARCH, "a").unwrap();
        for at in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[at] ^= 1;
            assert!(matches!(vault.open_sealed(HERE, &changed), Err(VaultError::Tampered { .. })), "byte {at}");
        }
        let short = Sealed { bytes: sealed.bytes[..10].to_vec(), ..sealed };
        assert!(matches!(vault.open_sealed(HERE, &short), Err(VaultError::Tampered { .. })));
    }

    #[test]
    fn a_text_does_not_open_in_another_account_or_under_another_key() {
        let (_dir, vault) = vault();
        let sealed = vault.seal(HERE, IVAN, MARCH, "a").unwrap();
        assert_eq!(vault.open_sealed(THERE, &sealed).unwrap(), Opened::Forgotten);
        let other = vault.seal(HERE, OLGA, MARCH, "b").unwrap().key;
        let moved = Sealed { key: other, ..sealed };
        assert!(matches!(vault.open_sealed(HERE, &moved), Err(VaultError::Tampered { key }) if key == other));
    }

    #[test]
    fn what_is_veiled_is_read_by_its_account_only_and_by_nobody_once_it_was_changed() {
        let (_dir, vault) = vault();
        let veiled = vault.veil(HERE, b"Olga").unwrap();
        assert!(!veiled.windows(4).any(|part| part == b"Olga"));
        assert_eq!(vault.unveil(HERE, &veiled).unwrap(), Some(b"Olga".to_vec()));
        assert_eq!(vault.unveil(THERE, &veiled).unwrap(), None);
        assert_eq!(vault.unveil(HERE, b"short").unwrap(), None);
        let mut changed = veiled;
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(vault.unveil(HERE, &changed).unwrap(), None);
        assert_eq!(vault.keys_of(HERE, OLGA).unwrap(), [], "nothing is kept of it");
    }

    #[test]
    fn a_forgotten_client_is_unreadable_and_may_come_again() {
        let (_dir, vault) = vault();
        let old = [MARCH, APRIL].map(|at| vault.seal(HERE, IVAN, at, "a").unwrap());
        let olga = vault.seal(HERE, OLGA, MARCH, "b").unwrap();
        assert_eq!(vault.forget(HERE, IVAN).unwrap(), [old[0].key, old[1].key]);
        for sealed in &old {
            assert_eq!(vault.open_sealed(HERE, sealed).unwrap(), Opened::Forgotten);
        }
        assert_eq!(vault.open_sealed(HERE, &olga).unwrap(), text("b"));
        assert_eq!(vault.keys_of(HERE, IVAN).unwrap(), []);
        assert_eq!(vault.forget(HERE, IVAN).unwrap(), []);
        let new = vault.seal(HERE, IVAN, MARCH, "c").unwrap();
        assert!(old.iter().all(|old| old.key != new.key));
        assert_eq!(vault.open_sealed(HERE, &new).unwrap(), text("c"));
    }

    #[test]
    fn months_that_had_ended_are_forgotten_and_others_are_not() {
        let (_dir, vault) = vault();
        let march = [IVAN, OLGA].map(|client| vault.seal(HERE, client, MARCH, "a").unwrap());
        let kept = [
            (HERE, vault.seal(HERE, IVAN, APRIL, "b").unwrap()),
            (THERE, vault.seal(THERE, IVAN, MARCH, "b").unwrap()),
        ];
        assert_eq!(vault.forget_months_before(HERE, MARCH).unwrap(), []);
        let gone = vault.forget_months_before(HERE, APRIL).unwrap();
        assert_eq!(gone, [(IVAN, march[0].key), (OLGA, march[1].key)]);
        for sealed in &march {
            assert_eq!(vault.open_sealed(HERE, sealed).unwrap(), Opened::Forgotten);
        }
        for (account, sealed) in &kept {
            assert_eq!(vault.open_sealed(*account, sealed).unwrap(), text("b"));
        }
    }

    #[test]
    fn a_forgotten_key_is_nowhere_in_the_files() {
        let (dir, vault) = vault();
        let key = vault.seal(HERE, IVAN, MARCH, "a").unwrap().key;
        vault.seal(HERE, OLGA, MARCH, "b").unwrap();
        let secret = vault.inner().keys.find(HERE, key).unwrap().unwrap().2;
        let found = |secret: &Secret| {
            let files = fs::read_dir(dir.path()).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
            files.into_iter().any(|bytes| bytes.windows(32).any(|part| part == secret.bytes()))
        };
        assert!(found(&secret));
        vault.forget(HERE, IVAN).unwrap();
        assert!(!found(&secret));
    }

    #[test]
    fn a_client_is_the_same_by_any_spelling_of_its_address_and_only_there() {
        let (_dir, vault) = vault();
        let id = |channel, address| vault.client_id(HERE, channel, address).unwrap();
        assert_eq!(id("voice", "+7 (999) 123-45-67"), id("voice", "+79991234567"));
        assert_eq!(id("email", " Ivan@Example.org "), id("email", "ivan@example.org"));
        assert_ne!(id("voice", "+79991234567"), id("chat", "+79991234567"));
        assert_ne!(id("voice", "+79991234567"), id("voice", "79991234567"));
        assert_ne!(id("chat", "a-b"), id("chat", "ab"));
        assert_ne!(id("chat", "ivan"), vault.client_id(THERE, "chat", "ivan").unwrap());
    }

    #[test]
    fn a_client_keeps_its_id_when_the_server_starts_again() {
        let (dir, vault) = vault();
        let id = vault.client_id(HERE, "chat", "ivan").unwrap();
        drop(vault);
        let vault = Vault::open(&dir.path().join("keys.db")).unwrap();
        assert_eq!(vault.client_id(HERE, "chat", "ivan").unwrap(), id);
    }

    #[test]
    fn a_file_that_is_not_ours_is_left_alone() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("keys.db");
        fs::write(&path, "this is a letter, and not a database of keys at all").unwrap();
        assert!(matches!(Vault::open(&path), Err(VaultError::Store { .. })));
        assert!(fs::read_to_string(&path).unwrap().starts_with("this is a letter"));

        let path = dir.path().join("other.db");
        rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE letter (text TEXT)").unwrap();
        let error = Vault::open(&path).err().unwrap().to_string();
        assert!(error.contains("other.db") && error.contains("another program"), "{error}");
    }
}
