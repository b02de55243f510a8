//! Keys at hand, so that a message costs no look-up on the disk. Secrets are wiped when they go.

use readyroom_core::ids::{AccountId, ClientId, KeyId};
use std::collections::BTreeMap;

/// Text keys at hand; over it all are let go and found again as they are needed.
const TEXT_KEYS_MAX: usize = 20_000;
/// Accounts at hand, likewise.
const ACCOUNTS_MAX: usize = 10_000;

/// Thirty-two secret bytes.
pub struct Secret(Box<[u8; 32]>);

impl Secret {
    /// The secret in these bytes.
    pub fn new(bytes: [u8; 32]) -> Secret {
        Secret(Box::new(bytes))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0); // Or the zeros would never be written.
    }
}

/// Secrets by account and key, and keys by client and month.
#[derive(Default)]
pub struct Cache {
    accounts: BTreeMap<AccountId, Secret>,
    texts: BTreeMap<(AccountId, KeyId), Text>,
    months: BTreeMap<(AccountId, ClientId, i32), KeyId>,
}

struct Text {
    client: ClientId,
    month: i32,
    secret: Secret,
}

impl Cache {
    /// The account's own secret, if it is at hand.
    pub fn account(&self, account: AccountId) -> Option<&Secret> {
        self.accounts.get(&account)
    }

    /// Remembers it.
    pub fn put_account(&mut self, account: AccountId, secret: Secret) {
        if self.accounts.len() >= ACCOUNTS_MAX {
            self.accounts.clear();
        }
        self.accounts.insert(account, secret);
    }

    /// The client's key of the month, if it is at hand; then its secret is, too.
    pub fn key_of(&self, account: AccountId, client: ClientId, month: i32) -> Option<KeyId> {
        self.months.get(&(account, client, month)).copied()
    }

    /// The secret of a key, if it is at hand.
    pub fn text(&self, account: AccountId, key: KeyId) -> Option<&Secret> {
        self.texts.get(&(account, key)).map(|text| &text.secret)
    }

    /// Remembers it.
    pub fn put_text(&mut self, account: AccountId, client: ClientId, month: i32, key: KeyId, secret: Secret) {
        if self.texts.len() >= TEXT_KEYS_MAX {
            self.texts.clear();
            self.months.clear();
        }
        self.texts.insert((account, key), Text { client, month, secret });
        self.months.insert((account, client, month), key);
    }

    /// Wipes it.
    pub fn forget(&mut self, account: AccountId, key: KeyId) {
        if let Some(text) = self.texts.remove(&(account, key)) {
            self.months.remove(&(account, text.client, text.month));
        }
    }
}
