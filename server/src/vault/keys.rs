//! `keys.db`: the secrets of accounts, and the keys of clients by month.

use super::cache::Secret;
use super::{Result, VaultError};
use crate::dice;
use readyroom_core::ids::{AccountId, ClientId, KeyId};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use std::time::Duration;

/// "RRKY": says whose database this is.
const APPLICATION_ID: i32 = 0x5252_4b59;
/// Layout of the tables below. Newer ones are refused.
const SCHEMA_VERSION: i32 = 1;
const BUSY_WAIT: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    CREATE TABLE secret (
        account BLOB PRIMARY KEY,
        secret  BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE text_key (
        account BLOB    NOT NULL,
        client  BLOB    NOT NULL,
        month   INTEGER NOT NULL,
        key     BLOB    NOT NULL,
        secret  BLOB    NOT NULL,
        PRIMARY KEY (account, client, month)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX text_key_by_key ON text_key (account, key);
    CREATE INDEX text_key_by_month ON text_key (account, month);
";

/// The open file.
pub struct Keys {
    place: String,
    conn: Connection,
}

impl Keys {
    /// Opens the file, and makes it if it is not there.
    pub fn open(path: &Path) -> Result<Keys> {
        let place = path.display().to_string();
        let conn = Connection::open(path).and_then(|conn| {
            conn.busy_timeout(BUSY_WAIT)?;
            let tables = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
            Ok((conn, tables))
        });
        let (conn, tables) = conn.map_err(|error| failed(&place, &error))?;
        let keys = Keys { place, conn };
        if tables > 0 {
            keys.recognise()?;
        }
        keys.prepare(tables == 0).map_err(|error| failed(&keys.place, &error))?;
        Ok(keys)
    }

    fn recognise(&self) -> Result<()> {
        let pragma = |name| self.conn.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let whose = pragma("application_id").and_then(|id| Ok((id, pragma("user_version")?)));
        match whose.map_err(|error| failed(&self.place, &error))? {
            (APPLICATION_ID, SCHEMA_VERSION) => Ok(()),
            (APPLICATION_ID, version) => Err(self.refuse(format!(
                "it has layout {version}, and this program knows layout {SCHEMA_VERSION}; use the program that wrote it"
            ))),
            _ => Err(self.refuse("it is a database of another program; is this the right directory?".into())),
        }
    }

    fn prepare(&self, is_new: bool) -> rusqlite::Result<()> {
        self.conn.pragma_update(None, "secure_delete", true)?;
        self.conn.pragma_update(None, "journal_mode", "WAL")?;
        self.conn.pragma_update(None, "synchronous", "FULL")?;
        if is_new {
            self.conn.execute_batch(&format!(
                "BEGIN IMMEDIATE; {SCHEMA}
                 PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            ))?;
        }
        Ok(())
    }

    fn refuse(&self, why: String) -> VaultError {
        VaultError::Store { place: self.place.clone(), why }
    }

    fn done<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|error| failed(&self.place, &error))
    }

    /// The account's own secret, made at first use.
    pub fn account_secret(&self, account: AccountId) -> Result<Secret> {
        let made = self.conn.prepare_cached("INSERT OR IGNORE INTO secret (account, secret) VALUES (?1, ?2)");
        let found = made.and_then(|mut made| {
            made.execute(params![account.0, dice::bytes::<32>()])?;
            self.conn
                .prepare_cached("SELECT secret FROM secret WHERE account = ?1")?
                .query_row([account.0], |row| row.get(0))
        });
        self.done(found).map(Secret::new)
    }

    /// The client's key of the month, made at first use under the name that `name` gives.
    pub fn text_key(
        &self,
        account: AccountId,
        client: ClientId,
        month: i32,
        name: impl FnOnce() -> KeyId,
    ) -> Result<(KeyId, Secret)> {
        let find = || {
            self.conn
                .prepare_cached("SELECT key, secret FROM text_key WHERE (account, client, month) = (?1, ?2, ?3)")?
                .query_row(params![account.0, client.0, month], |row| Ok((KeyId(row.get(0)?), row.get(1)?)))
                .optional()
        };
        let (key, secret) = match self.done(find())? {
            Some(found) => found,
            None => {
                let (key, secret) = (name(), dice::bytes::<32>());
                let made = self
                    .conn
                    .prepare_cached(
                        "INSERT INTO text_key (account, client, month, key, secret) VALUES (?1, ?2, ?3, ?4, ?5)",
                    )
                    .and_then(|mut made| made.execute(params![account.0, client.0, month, key.0, secret]));
                self.done(made)?;
                (key, secret)
            }
        };
        Ok((key, Secret::new(secret)))
    }

    /// Whose key this is and of which month, with its secret.
    pub fn find(&self, account: AccountId, key: KeyId) -> Result<Option<(ClientId, i32, Secret)>> {
        let found = self
            .conn
            .prepare_cached("SELECT client, month, secret FROM text_key WHERE (account, key) = (?1, ?2)")
            .and_then(|mut find| {
                let read = |row: &rusqlite::Row<'_>| Ok((ClientId(row.get(0)?), row.get(1)?, Secret::new(row.get(2)?)));
                find.query_row(params![account.0, key.0], read).optional()
            });
        self.done(found)
    }

    /// The client's keys, oldest month first.
    pub fn of(&self, account: AccountId, client: ClientId) -> Result<Vec<KeyId>> {
        let found = self
            .conn
            .prepare_cached("SELECT key FROM text_key WHERE (account, client) = (?1, ?2) ORDER BY month")
            .and_then(|mut find| find.query_map(params![account.0, client.0], |row| row.get(0).map(KeyId))?.collect());
        self.done(found)
    }

    /// Deletes the client's keys.
    pub fn forget(&self, account: AccountId, client: ClientId) -> Result<Vec<KeyId>> {
        let gone = self.of(account, client)?;
        let deleted =
            self.conn.execute("DELETE FROM text_key WHERE (account, client) = (?1, ?2)", params![account.0, client.0]);
        self.done(deleted).map(|_| gone)
    }

    /// Deletes the account's keys of months before this one.
    pub fn forget_months_before(&self, account: AccountId, month: i32) -> Result<Vec<(ClientId, KeyId)>> {
        let bound = params![account.0, month];
        let gone = self
            .conn
            .prepare("SELECT client, key FROM text_key WHERE account = ?1 AND month < ?2 ORDER BY client, month")
            .and_then(|mut find| {
                find.query_map(bound, |row| Ok((ClientId(row.get(0)?), KeyId(row.get(1)?))))?.collect()
            });
        let gone = self.done(gone)?;
        self.done(self.conn.execute("DELETE FROM text_key WHERE account = ?1 AND month < ?2", bound)).map(|_| gone)
    }

    /// Takes what was deleted out of the write-ahead file as well.
    pub fn scrub(&self) -> Result<()> {
        let busy = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        match self.done(busy)? {
            false => Ok(()),
            true => Err(self.refuse("another program reads it, so deleted keys are still in its write-ahead file; end that program and ask again".into())),
        }
    }
}

fn failed(place: &str, error: &rusqlite::Error) -> VaultError {
    let why = format!("the keys cannot be read or written ({error}); free the disk or restore the file from a backup");
    VaultError::Store { place: place.into(), why }
}
