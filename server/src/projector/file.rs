//! The file itself: made, recognised, or moved aside when it is not what it should be.

use super::error::ViewsError;
use readyroom_core::ids::AccountId;
use rusqlite::Connection;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// "RRVW": says whose database this is.
const APPLICATION_ID: i32 = 0x5252_5657;
/// Layout of the tables below; a file of any other is filled anew.
const SCHEMA_VERSION: i32 = 1;
/// Instead of the layout's version, where the rows were found to be wrong.
const DISTRUSTED: i32 = 0;

const BUSY_WAIT: Duration = Duration::from_secs(5);
const CACHE_KIB: i64 = 32 * 1024;
/// Pages in the write-ahead file after which it is carried over: 16 MB.
const CHECKPOINT_PAGES: i64 = 4096;
const WAL_KEPT_BYTES: i64 = 64 * 1024 * 1024;

/// What stands beside the tables of `readyroom-views`.
///
/// Promises are kept in the order they were given, so that both adding and dropping touches an end.
/// The search holds no copy of the texts; where a text goes, what the search knows of it goes.
const SCHEMA: &str = "
    CREATE TABLE owner (account BLOB NOT NULL) STRICT;
    CREATE TABLE progress (written INTEGER NOT NULL) STRICT;
    INSERT INTO progress VALUES (0);
    CREATE TABLE checkpoint (at INTEGER NOT NULL, tables TEXT NOT NULL) STRICT;
    INSERT INTO checkpoint VALUES (0, '{}');
    CREATE TABLE filled (
        name       TEXT    PRIMARY KEY,
        version    INTEGER NOT NULL,
        checkpoint INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE promise (
        at      INTEGER NOT NULL,
        key     BLOB    NOT NULL,
        request BLOB    NOT NULL,
        status  INTEGER NOT NULL,
        answer  BLOB    NOT NULL,
        no      INTEGER NOT NULL,
        PRIMARY KEY (at, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE bucket_since (
        user_id TEXT    PRIMARY KEY,
        ts      INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE agent_day (
        user_id TEXT    NOT NULL,
        day     INTEGER NOT NULL,
        last    INTEGER NOT NULL,
        PRIMARY KEY (user_id, day)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE longest (ms INTEGER NOT NULL) STRICT;
    INSERT INTO longest VALUES (0);
    CREATE VIRTUAL TABLE message_fts USING fts5 (text, content = 'message', content_rowid = 'seq', tokenize = 'trigram');
    INSERT INTO message_fts (message_fts, rank) VALUES ('secure-delete', 1);
";

/// Opens the account's file. One that is damaged, foreign or of another layout is moved aside, and a
/// new one is made.
pub fn open(path: &Path, account: AccountId) -> Result<Connection, ViewsError> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|error| failed(path, &error))?;
    }
    match try_open(path, account) {
        Ok(conn) => Ok(conn),
        Err(ViewsError::Damaged { why, .. }) => {
            set_aside(path, &why)?;
            try_open(path, account)
        }
        Err(error) => Err(error),
    }
}

fn try_open(path: &Path, account: AccountId) -> Result<Connection, ViewsError> {
    let sql = |error: rusqlite::Error| ViewsError::of(path, &error);
    let damaged = |why: String| ViewsError::Damaged { place: path.display().to_string(), why };
    let conn = Connection::open(path).map_err(sql)?;
    conn.busy_timeout(BUSY_WAIT).map_err(sql)?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(sql)?;
    if tables > 0 {
        let pragma = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(sql);
        match (pragma("application_id")?, pragma("user_version")?) {
            (APPLICATION_ID, SCHEMA_VERSION) => {}
            (APPLICATION_ID, DISTRUSTED) => return Err(damaged("its rows were found to be wrong".into())),
            (APPLICATION_ID, version) => {
                return Err(damaged(format!("it has layout {version}, and this program has layout {SCHEMA_VERSION}")));
            }
            _ => return Err(damaged("it is a database of another program".into())),
        }
        let owner = conn.query_row("SELECT account FROM owner", [], |row| row.get(0).map(AccountId)).map_err(sql)?;
        if owner != account {
            return Err(damaged(format!("it is of account {owner}")));
        }
    }
    prepare(&conn, account, tables == 0).map_err(sql)?;
    Ok(conn)
}

fn prepare(conn: &Connection, account: AccountId, is_new: bool) -> rusqlite::Result<()> {
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // After a power cut the last rows may be missing; the log still has what they were made of.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    conn.set_prepared_statement_cache_capacity(128);
    if is_new {
        let tx = conn.unchecked_transaction()?;
        tx.execute_batch(SCHEMA)?;
        tx.execute("INSERT INTO owner VALUES (?1)", [account.0])?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        tx.commit()?;
    }
    Ok(())
}

/// Has the next start move the file aside.
pub fn distrust(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "user_version", DISTRUSTED)
}

/// Moves the file out of the way, and whatever was moved there before is gone.
pub fn set_aside(path: &Path, why: &str) -> Result<(), ViewsError> {
    let to = aside(path);
    for (from, to) in [(path.to_path_buf(), to.clone()), (with_end(path, "-wal"), with_end(&to, "-wal"))] {
        remove(&to).and_then(|()| rename(&from, &to)).map_err(|error| failed(path, &error))?;
    }
    remove(&with_end(path, "-shm")).map_err(|error| failed(path, &error))?;
    tracing::error!(
        "{}: {why}. It was moved to {}, and is filled anew from the log. It may hold what people wrote: delete it when you have seen enough",
        path.display(),
        to.display()
    );
    Ok(())
}

/// Removes a file of ours that was moved aside: what is forgotten must not live on in it.
pub fn drop_aside(path: &Path) -> Result<(), ViewsError> {
    let aside = aside(path);
    let ours = is_ours(&aside).map_err(|error| failed(&aside, &error))?;
    for end in ["", "-wal"].iter().filter(|_| ours) {
        remove(&with_end(&aside, end)).map_err(|error| failed(&aside, &error))?;
    }
    Ok(())
}

/// Where a file is moved that cannot be used.
pub fn aside(path: &Path) -> PathBuf {
    with_end(path, ".aside")
}

/// The name of the program stands 68 bytes into a database, and can be read however damaged the rest is.
fn is_ours(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(72).read_to_end(&mut head)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(head.get(68..72) == Some(&APPLICATION_ID.to_be_bytes()[..]))
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    absent_is_fine(fs::rename(from, to))
}

fn remove(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_file(path))
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn failed(path: &Path, error: &io::Error) -> ViewsError {
    ViewsError::Store { place: path.display().to_string(), why: error.to_string() }
}
