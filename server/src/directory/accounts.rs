//! Accounts: the tenants of an installation.

use super::audit::Act;
use super::error::{DirectoryError, fresh};
use super::limits::{ACCOUNT_NAME_CHARS, ACCOUNTS_MAX, TEXT_RETENTION_DAYS};
use super::{Directory, load};
use jiff::tz::TimeZone;
use readyroom_core::ids::{AccountId, QueueId, Timestamp};
use rusqlite::{Connection, Row, params};
use std::sync::Arc;

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Unique: 1 to 64 of `a`–`z`, `0`–`9` and `-`.
    pub name: String,
    /// The IANA time zone of its days.
    pub zone: String,
    /// Text of conversations is deleted after so many days; none: it is kept.
    pub text_retention_days: Option<u32>,
    /// The queue for what belongs in no other.
    pub general_queue: QueueId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts changes, from 1.
    pub version: u64,
}

/// An account to be created.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// See [`Account::name`].
    pub name: String,
    /// See [`Account::zone`]; none: UTC.
    pub zone: Option<String>,
    /// See [`Account::text_retention_days`].
    pub text_retention_days: Option<u32>,
    /// See [`Account::general_queue`].
    pub general_queue: QueueId,
}

/// What changes; none: stays.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// See [`Account::name`].
    pub name: Option<String>,
    /// See [`Account::zone`].
    pub zone: Option<String>,
    /// See [`Account::text_retention_days`]; `Some(None)` keeps text.
    pub text_retention_days: Option<Option<u32>>,
}

impl Directory {
    /// Creates an account.
    ///
    /// # Errors
    /// `taken`, `invalid`, `limit_reached`.
    pub fn create_account(&self, new: NewAccount, act: &Act) -> Result<Arc<Account>, DirectoryError> {
        let mut writing = self.writing();
        let account = Account {
            id: new.id,
            name: new.name,
            zone: known_zone(new.zone.as_deref().unwrap_or("UTC"))?,
            text_retention_days: new.text_retention_days,
            general_queue: new.general_queue,
            created_at: act.at,
            version: 1,
        };
        account.check()?;
        {
            let memory = writing.memory();
            if memory.account_names.contains_key(&account.name) {
                return Err(DirectoryError::Taken { field: "name" });
            }
            if memory.accounts.contains_key(&account.id) {
                return Err(DirectoryError::Taken { field: "id" });
            }
            if memory.accounts.len() >= ACCOUNTS_MAX {
                return Err(DirectoryError::LimitReached { what: "accounts", max: ACCOUNTS_MAX });
            }
        }
        let account = Arc::new(account);
        writing.commit(account.id, act, |tx| store(tx, &account), |memory| memory.put_account(account.clone()))?;
        Ok(account)
    }

    /// Changes an account.
    ///
    /// # Errors
    /// `unknown_account`, `taken`, `invalid`, `stale`.
    pub fn change_account(
        &self,
        id: AccountId,
        expected: Option<u64>,
        change: AccountChange,
        act: &Act,
    ) -> Result<Arc<Account>, DirectoryError> {
        let mut writing = self.writing();
        let account = {
            let memory = writing.memory();
            let before = &memory.tenant(id)?.account;
            fresh(expected, before.version)?;
            let mut after = Account::clone(before);
            after.name = change.name.unwrap_or(after.name);
            after.zone = change.zone.as_deref().map_or(Ok(after.zone), known_zone)?;
            after.text_retention_days = change.text_retention_days.unwrap_or(after.text_retention_days);
            after.check()?;
            if memory.account_names.get(&after.name).is_some_and(|&holder| holder != id) {
                return Err(DirectoryError::Taken { field: "name" });
            }
            if after == **before {
                return Ok(before.clone());
            }
            after.version += 1;
            Arc::new(after)
        };
        writing.commit(id, act, |tx| store(tx, &account), |memory| memory.put_account(account.clone()))?;
        Ok(account)
    }

    /// All accounts, the oldest first.
    pub fn accounts(&self) -> Vec<Arc<Account>> {
        self.memory().accounts.values().map(|tenant| tenant.account.clone()).collect()
    }

    /// The account with this id.
    pub fn account(&self, id: AccountId) -> Result<Arc<Account>, DirectoryError> {
        Ok(self.memory().tenant(id)?.account.clone())
    }

    /// The account of this name.
    pub fn account_by_name(&self, name: &str) -> Option<Arc<Account>> {
        let memory = self.memory();
        let id = memory.account_names.get(name)?;
        Some(memory.accounts.get(id)?.account.clone())
    }
}

impl Account {
    fn check(&self) -> Result<(), DirectoryError> {
        let invalid = |field, why: &str| Err(DirectoryError::Invalid { field, why: why.into() });
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if !ACCOUNT_NAME_CHARS.contains(&self.name.len()) || !self.name.bytes().all(plain) {
            return invalid("name", "1 to 64 of a-z, 0-9 and '-'");
        }
        if self.text_retention_days.is_some_and(|days| !TEXT_RETENTION_DAYS.contains(&days)) {
            return invalid("text_retention_days", "1 to 36500 days, or nothing to keep text");
        }
        Ok(())
    }

    pub(super) fn load(row: &Row<'_>) -> rusqlite::Result<Account> {
        Ok(Account {
            id: AccountId(row.get("id")?),
            name: row.get("name")?,
            zone: row.get("zone")?,
            text_retention_days: row.get("text_retention_days")?,
            general_queue: QueueId(row.get("general_queue")?),
            created_at: Timestamp(row.get("created_at")?),
            version: load::number(row, "version")?,
        })
    }
}

/// The zone's own spelling of its name.
fn known_zone(name: &str) -> Result<String, DirectoryError> {
    let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
    zone.and_then(|zone| zone.iana_name().map(str::to_owned)).ok_or_else(|| DirectoryError::Invalid {
        field: "zone",
        why: "the IANA name of a time zone, as Europe/Stockholm".into(),
    })
}

fn store(db: &Connection, account: &Account) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO account (id, name, zone, text_retention_days, general_queue, created_at, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, zone = excluded.zone,
            text_retention_days = excluded.text_retention_days, version = excluded.version",
    )?
    .execute(params![
        account.id.0,
        account.name,
        account.zone,
        account.text_retention_days,
        account.general_queue.0,
        account.created_at.0,
        account.version as i64
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, act, new_account};
    use super::*;

    #[test]
    fn an_account_is_found_again_after_a_restart() {
        let mut scene = Scene::new();
        let change = AccountChange {
            zone: Some("europe/stockholm".into()),
            text_retention_days: Some(Some(90)),
            ..AccountChange::default()
        };
        let changed = scene.directory.change_account(scene.acme, Some(1), change, &act("account.changed")).unwrap();
        assert_eq!(
            (changed.zone.as_str(), changed.text_retention_days, changed.version),
            ("Europe/Stockholm", Some(90), 2)
        );
        scene.reopen();
        assert_eq!(scene.directory.account(scene.acme).unwrap(), changed);
        assert_eq!(scene.directory.account_by_name("acme").unwrap(), changed);
        assert_eq!(scene.directory.accounts(), [changed]);
    }

    #[test]
    fn a_bad_name_zone_or_retention_is_refused_with_its_field() {
        let scene = Scene::new();
        let good = || new_account("other");
        for (new, field) in [
            (NewAccount { name: "".into(), ..good() }, "name"),
            (NewAccount { name: "Acme".into(), ..good() }, "name"),
            (NewAccount { name: "x".repeat(65), ..good() }, "name"),
            (NewAccount { zone: Some("Mars/Base".into()), ..good() }, "zone"),
            (NewAccount { zone: Some("+02:00".into()), ..good() }, "zone"),
            (NewAccount { text_retention_days: Some(0), ..good() }, "text_retention_days"),
            (NewAccount { text_retention_days: Some(36_501), ..good() }, "text_retention_days"),
        ] {
            let error = scene.directory.create_account(new, &act("account.created")).unwrap_err();
            assert_eq!((error.code(), error.field()), ("invalid", Some(field)));
        }
        assert_eq!(scene.directory.accounts().len(), 1);
    }

    #[test]
    fn a_name_is_held_by_one_account_and_free_after_it_is_changed() {
        let scene = Scene::new();
        let create = |name| scene.directory.create_account(new_account(name), &act("account.created"));
        assert_eq!(create("acme").unwrap_err(), DirectoryError::Taken { field: "name" });
        let rename = |account, name: &str| {
            let change = AccountChange { name: Some(name.into()), ..AccountChange::default() };
            scene.directory.change_account(account, None, change, &act("account.changed"))
        };
        let other = scene.account("other");
        assert_eq!(rename(other, "acme").unwrap_err(), DirectoryError::Taken { field: "name" });
        rename(scene.acme, "acme-2").unwrap();
        assert!(scene.directory.account_by_name("acme").is_none());
        assert_eq!(rename(other, "acme").unwrap().id, other);
    }

    #[test]
    fn a_change_made_for_an_older_version_is_stale() {
        let scene = Scene::new();
        let days = |days| AccountChange { text_retention_days: Some(Some(days)), ..AccountChange::default() };
        let change =
            |expected, days| scene.directory.change_account(scene.acme, expected, days, &act("account.changed"));
        change(Some(1), days(1)).unwrap();
        assert_eq!(change(Some(1), days(2)).unwrap_err(), DirectoryError::Stale { current: 2, expected: 1 });
        assert_eq!(change(None, days(1)).unwrap().version, 2, "what changes nothing is not a new version");
    }
}
