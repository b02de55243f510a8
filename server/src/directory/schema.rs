//! The file `directory.db`: its tables, its versions, its lock.

use super::error::DirectoryError;
use rusqlite::{Connection, ErrorCode};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

/// "RRDR": says whose database this is.
const APPLICATION_ID: i32 = 0x5252_4452;
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// What leads from each version to the next; the number of a version is its place here, from 1.
/// Never change one that was released: add another.
const VERSIONS: &[&str] = &[
    "
    CREATE TABLE account (
        id                  BLOB    PRIMARY KEY,
        name                TEXT    NOT NULL UNIQUE,
        zone                TEXT    NOT NULL,
        text_retention_days INTEGER,
        general_queue       BLOB    NOT NULL,
        created_at          INTEGER NOT NULL,
        version             INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE user (
        account    BLOB    NOT NULL REFERENCES account,
        id         BLOB    NOT NULL,
        login      TEXT    NOT NULL,
        name       TEXT    NOT NULL,
        email      TEXT,
        role       TEXT    NOT NULL,
        active     INTEGER NOT NULL,
        password   TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        version    INTEGER NOT NULL,
        PRIMARY KEY (account, id),
        UNIQUE (account, login)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE team (
        account    BLOB    NOT NULL REFERENCES account,
        id         BLOB    NOT NULL,
        name       TEXT    NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        version    INTEGER NOT NULL,
        PRIMARY KEY (account, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE team_person (
        account    BLOB    NOT NULL,
        team       BLOB    NOT NULL,
        user       BLOB    NOT NULL,
        supervises INTEGER NOT NULL,
        PRIMARY KEY (account, team, user, supervises),
        FOREIGN KEY (account, team) REFERENCES team (account, id) ON DELETE CASCADE,
        FOREIGN KEY (account, user) REFERENCES user (account, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE session (
        account      BLOB    NOT NULL,
        user         BLOB    NOT NULL,
        id           BLOB    NOT NULL,
        hash         BLOB    NOT NULL UNIQUE,
        csrf         TEXT    NOT NULL,
        created_at   INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        PRIMARY KEY (account, user, id),
        FOREIGN KEY (account, user) REFERENCES user (account, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE api_key (
        account      BLOB    NOT NULL REFERENCES account,
        id           BLOB    NOT NULL,
        hash         BLOB    NOT NULL UNIQUE,
        name         TEXT    NOT NULL,
        scopes       TEXT    NOT NULL,
        created_by   TEXT    NOT NULL,
        created_at   INTEGER NOT NULL,
        expires_at   INTEGER,
        last_used_at INTEGER,
        revoked_at   INTEGER,
        PRIMARY KEY (account, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE audit (
        account BLOB    NOT NULL REFERENCES account,
        seq     INTEGER NOT NULL,
        at      INTEGER NOT NULL,
        actor   TEXT    NOT NULL,
        act     TEXT    NOT NULL,
        subject TEXT    NOT NULL,
        detail  TEXT    NOT NULL,
        PRIMARY KEY (account, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER audit_lines_stay_as_written BEFORE UPDATE ON audit
        BEGIN SELECT raise(ABORT, 'an audit line is not changed'); END;
    CREATE TRIGGER audit_lines_stay BEFORE DELETE ON audit
        BEGIN SELECT raise(ABORT, 'an audit line is not deleted'); END;
    CREATE TABLE answered (
        account BLOB    NOT NULL REFERENCES account,
        key     BLOB    NOT NULL,
        request BLOB    NOT NULL,
        status  INTEGER NOT NULL,
        answer  BLOB    NOT NULL,
        at      INTEGER NOT NULL,
        PRIMARY KEY (account, key)
    ) STRICT;
    CREATE INDEX answered_at ON answered (at);
    CREATE TABLE setup (
        only_one   INTEGER PRIMARY KEY CHECK (only_one = 1),
        hash       BLOB    NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT;
",
    "
    CREATE TABLE widget (
        account    BLOB    NOT NULL REFERENCES account,
        id         BLOB    NOT NULL UNIQUE,
        name       TEXT    NOT NULL,
        queue      BLOB    NOT NULL,
        origins    TEXT    NOT NULL,
        greeting   TEXT    NOT NULL,
        color      TEXT    NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        version    INTEGER NOT NULL,
        PRIMARY KEY (account, id)
    ) STRICT, WITHOUT ROWID;
",
];

/// Keeps other processes out until the file is dropped, or the process ends, however it ends. Memory is the
/// truth of reads, so a second writer could not be seen.
pub(super) fn lock(dir: &Path) -> Result<File, DirectoryError> {
    let path = dir.join("directory.lock");
    let failed = |error: std::io::Error| DirectoryError::Unavailable { why: format!("{}: {error}", path.display()) };
    fs::create_dir_all(dir).map_err(failed)?;
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DirectoryError::InUse { place: dir.display().to_string() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The database, created or brought to the present version.
pub(super) fn open(dir: &Path) -> Result<Connection, DirectoryError> {
    let path = dir.join("directory.db");
    let place = path.display().to_string();
    create_private(&path).map_err(|error| DirectoryError::Unavailable { why: format!("{place}: {error}") })?;
    prepare(&path).map_err(|error| match error {
        Unfit::Database(error) => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                DirectoryError::NotOurs { place, why: format!("is damaged or no database ({error}); restore a backup") }
            }
            _ => DirectoryError::Unavailable { why: format!("{place}: {error}") },
        },
        Unfit::Foreign(why) => DirectoryError::NotOurs { place, why },
    })
}

enum Unfit {
    Database(rusqlite::Error),
    Foreign(String),
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        Unfit::Database(error)
    }
}

fn prepare(path: &Path) -> Result<Connection, Unfit> {
    let mut db = Connection::open(path)?;
    db.busy_timeout(BUSY_WAIT)?;
    let application: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && tables > 0 {
        return Err(Unfit::Foreign("is a database of another program; is this the right directory?".into()));
    }
    if version as usize > VERSIONS.len() {
        let known = VERSIONS.len();
        return Err(Unfit::Foreign(format!(
            "has format {version} and this program knows {known}; run the version that wrote it, or a newer one"
        )));
    }
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // What was deleted, a name or an old hash, is overwritten and not only unlinked.
    db.pragma_update(None, "secure_delete", true)?;
    for (step, sql) in VERSIONS.iter().enumerate().skip(version as usize) {
        let tx = db.transaction()?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", step as i64 + 1)?;
        tx.commit()?;
    }
    Ok(db)
}

/// The file holds hashes of passwords; SQLite gives its companions the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::{Directory, Settings};
    use super::*;

    fn refused(dir: &Path) -> DirectoryError {
        match Directory::open(dir, Settings::default()) {
            Ok(_) => panic!("it was opened"),
            Err(error) => error,
        }
    }

    #[test]
    fn a_second_process_is_kept_out_while_the_first_is_at_work() {
        let dir = tempfile::tempdir().unwrap();
        let first = Directory::open(dir.path(), Settings::default()).unwrap();
        assert_eq!(refused(dir.path()).code(), "in_use");
        drop(first);
        assert!(Directory::open(dir.path(), Settings::default()).is_ok());
    }

    #[test]
    fn a_newer_format_a_foreign_database_and_no_database_are_refused_unchanged() {
        for (sql, says) in [
            ("PRAGMA application_id = 1381123154; PRAGMA user_version = 99; CREATE TABLE t (a)", "has format 99"),
            ("CREATE TABLE theirs (a)", "another program"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("directory.db");
            Connection::open(&path).unwrap().execute_batch(sql).unwrap();
            let before = fs::read(&path).unwrap();
            let error = refused(dir.path());
            assert_eq!(error.code(), "not_ours");
            assert!(error.to_string().contains(says), "{error}");
            assert_eq!(fs::read(&path).unwrap(), before);
        }
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("directory.db"), "this is a letter, and a long one at that").unwrap();
        assert_eq!(refused(dir.path()).code(), "not_ours");
    }

    #[cfg(unix)]
    #[test]
    fn others_on_the_machine_cannot_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let _directory = Directory::open(dir.path(), Settings::default()).unwrap();
        for file in ["directory.db", "directory.db-wal"] {
            let mode = fs::metadata(dir.path().join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{file} has mode {mode:o}");
        }
    }

    #[test]
    fn writes_are_durable_and_foreign_keys_hold() {
        let dir = tempfile::tempdir().unwrap();
        let db = open(dir.path()).unwrap();
        let pragma = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((pragma("synchronous"), pragma("foreign_keys"), pragma("user_version")), (2, 1, 2));
        let mode: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}
