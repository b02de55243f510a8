//! Who did what to whom, and when: lines that are added and never changed.

use super::error::DirectoryError;
use super::limits::{AUDIT_DETAIL_BYTES_MAX, AUDIT_WORD_BYTES_MAX, PAGE_MAX};
use super::{Directory, load};
use readyroom_core::ids::{AccountId, KeyId, Timestamp, UserId};
use rusqlite::{Connection, params};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// One act, as whoever does it describes it. It is stored with what it did, or neither is.
#[derive(Clone, Debug)]
pub struct Act {
    /// When. Whatever the act stores bears this instant.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// What, as a dotted word: `user.created`. 1 to 128 of `a`–`z`, `_` and `.`.
    pub act: &'static str,
    /// The id of what it was done to, at most 128 bytes.
    pub subject: String,
    /// More, at most 4 KiB as JSON. Never a secret, and no text of clients.
    pub detail: Value,
}

impl Act {
    /// An act without detail.
    pub fn new(at: Timestamp, by: By, act: &'static str, subject: impl fmt::Display) -> Act {
        Act { at, by, act, subject: subject.to_string(), detail: Value::Null }
    }

    /// The same with detail.
    pub fn with(self, detail: Value) -> Act {
        Act { detail, ..self }
    }

    /// The detail as it is stored, once all of the line is known to fit.
    pub(super) fn checked_detail(&self) -> Result<String, DirectoryError> {
        let invalid = |field, why: &str| Err(DirectoryError::Invalid { field, why: why.into() });
        let dotted = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.');
        if !(1..=AUDIT_WORD_BYTES_MAX).contains(&self.act.len()) || !self.act.bytes().all(dotted) {
            return invalid("act", "1 to 128 of a-z, '_' and '.'");
        }
        if self.subject.len() > AUDIT_WORD_BYTES_MAX {
            return invalid("subject", "at most 128 bytes");
        }
        let detail = self.detail.to_string();
        if detail.len() > AUDIT_DETAIL_BYTES_MAX {
            return invalid("detail", "at most 4 KiB of JSON");
        }
        Ok(detail)
    }
}

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// A person.
    User(UserId),
    /// A program, by its key.
    Key(KeyId),
    /// Whoever sat at the machine.
    Cli,
    /// The server itself.
    System,
}

impl fmt::Display for By {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            By::User(id) => id.fmt(out),
            By::Key(id) => id.fmt(out),
            By::Cli => out.write_str("cli"),
            By::System => out.write_str("system"),
        }
    }
}

impl FromStr for By {
    type Err = readyroom_core::ids::BadText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "cli" => Ok(By::Cli),
            "system" => Ok(By::System),
            key if key.starts_with(KeyId::PREFIX) => key.parse().map(By::Key),
            user => user.parse().map(By::User),
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLine {
    /// Its number within the account: dense, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// What.
    pub act: String,
    /// To what.
    pub subject: String,
    /// More.
    pub detail: Value,
}

impl Directory {
    /// Notes an act that changed nothing here: a command to the floor, a login that failed. Returns its number.
    pub fn note(&self, account: AccountId, act: &Act) -> Result<u64, DirectoryError> {
        let mut writing = self.writing();
        writing.memory().tenant(account)?;
        writing.commit(account, act, |_| Ok(()), |_| ())?;
        let memory = writing.memory();
        Ok(memory.tenant(account)?.audit_last)
    }

    /// Lines of the account with numbers below `before`, newest first; at most `limit` of them, and 500.
    /// Reads the file.
    pub fn audit(
        &self,
        account: AccountId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditLine>, DirectoryError> {
        let writing = self.writing();
        writing.memory().tenant(account)?;
        let before = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
        let mut select = writing.db.prepare_cached(
            "SELECT seq, at, actor, act, subject, detail FROM audit
             WHERE account = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3",
        )?;
        let lines = select.query_map(params![account.0, before, limit.min(PAGE_MAX) as i64], |row| {
            Ok(AuditLine {
                seq: load::number(row, "seq")?,
                at: Timestamp(row.get("at")?),
                by: load::word(row, "actor")?,
                act: row.get("act")?,
                subject: row.get("subject")?,
                detail: load::word(row, "detail")?,
            })
        })?;
        Ok(lines.collect::<rusqlite::Result<_>>()?)
    }
}

pub(super) fn store(db: &Connection, account: AccountId, seq: u64, act: &Act, detail: &str) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO audit (account, seq, at, actor, act, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![account.0, seq as i64, act.at.0, act.by.to_string(), act.act, act.subject, detail])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, act};
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_are_numbered_for_each_account_and_read_newest_first() {
        let scene = Scene::new();
        let other = scene.account("other");
        for number in 0..5 {
            scene.directory.note(scene.acme, &act("queue.changed").with(json!({ "number": number }))).unwrap();
        }
        let lines = scene.directory.audit(scene.acme, None, 3).unwrap();
        assert_eq!(lines.iter().map(|line| line.seq).collect::<Vec<_>>(), [6, 5, 4]);
        let rest = scene.directory.audit(scene.acme, Some(4), 100).unwrap();
        assert_eq!(rest.iter().map(|line| line.seq).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!((rest[2].act.as_str(), rest[0].detail.clone()), ("account.created", json!({ "number": 1 })));
        assert_eq!(scene.directory.audit(other, None, 100).unwrap().len(), 1);
        assert_eq!(scene.directory.audit(scene.acme, Some(0), 100).unwrap(), []);
    }

    #[test]
    fn everybody_who_acts_reads_back() {
        let user = By::User(UserId::from_u128(1));
        for by in [user, By::Key(KeyId::from_u128(2)), By::Cli, By::System] {
            assert_eq!(by.to_string().parse(), Ok(by));
        }
        assert!("nobody".parse::<By>().is_err());
    }

    #[test]
    fn a_line_that_does_not_fit_is_refused_and_nothing_is_done() {
        let scene = Scene::new();
        let bad = [
            act("queue.changed").with(json!("x".repeat(4 * 1024))),
            Act::new(Timestamp(0), By::Cli, "Queue Changed", ""),
            Act::new(Timestamp(0), By::Cli, "queue.changed", "x".repeat(129)),
        ];
        for act in bad {
            assert_eq!(scene.directory.note(scene.acme, &act).unwrap_err().code(), "invalid");
            let refused = scene.directory.create_user(scene.acme, scene.new_user("anna"), None, &act);
            assert_eq!(refused.unwrap_err().code(), "invalid");
        }
        assert_eq!(scene.directory.audit(scene.acme, None, 10).unwrap().len(), 1);
        assert!(scene.directory.user_by_login(scene.acme, &super::super::Login::new("anna").unwrap()).is_none());
    }

    #[test]
    fn not_even_sql_changes_a_line() {
        let scene = Scene::new();
        let writing = scene.directory.writing();
        assert!(writing.db.execute("DELETE FROM audit", []).is_err());
        assert!(writing.db.execute("UPDATE audit SET actor = 'system'", []).is_err());
    }
}
