//! The files of a log: creating, recognising, locking and connecting to them.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::wal::{self, Wal};
use crate::error::StoreError;

/// "RRLG": says whose database this is.
pub const APPLICATION_ID: i32 = 0x5252_4c47;

/// Layout of the tables below. Newer ones are refused.
pub const SCHEMA_VERSION: i32 = 1;

/// Everything grows at its end: rows by position, the fence by the position before. A fence that
/// led with the account would touch one page per account in every transaction. So the entries of an
/// account are read by following its chain, and its last one is noted in `tail`.
const SCHEMA: &str = "
    CREATE TABLE entry (
        pos     INTEGER PRIMARY KEY,
        account BLOB    NOT NULL,
        prev    INTEGER NOT NULL,
        record  BLOB    NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX entry_fence ON entry (prev, account);
    CREATE TABLE tail (
        account BLOB    PRIMARY KEY,
        pos     INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE start (
        account BLOB    PRIMARY KEY,
        pos     INTEGER NOT NULL,
        next_no INTEGER NOT NULL,
        epoch   INTEGER NOT NULL,
        writer  INTEGER NOT NULL,
        chain   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

const DATABASE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// An inspector holds the lock for a moment, and so does a writer that is just ending.
const LOCK_WAIT: Duration = Duration::from_secs(2);
const LOCK_LOOK_EVERY: Duration = Duration::from_millis(20);
const WRITER_CACHE_KIB: i64 = 64 * 1024;
const WAL_KEPT_BYTES: i64 = 64 * 1024 * 1024;

/// The log's own directory.
#[derive(Clone, Debug)]
pub struct Place {
    /// Holds log.db, log.lock and the snapshots.
    pub dir: PathBuf,
}

/// How a log is read.
#[derive(Debug)]
pub enum Access {
    /// As SQLite reads it: beside a writer, sharing its index of the write-ahead file.
    Shared,
    /// Nothing can be written here, not even that index: it is kept in memory, and the lock keeps
    /// writers away meanwhile.
    Frozen(Option<File>),
    /// The same, where no write-ahead file was left that would have to be read.
    Settled(Option<File>),
}

impl Place {
    /// The place of a log.
    pub fn new(dir: &Path) -> Place {
        Place { dir: dir.into() }
    }

    /// The database.
    pub fn db(&self) -> PathBuf {
        self.dir.join("log.db")
    }

    /// Its write-ahead file.
    pub fn wal(&self) -> PathBuf {
        self.dir.join("log.db-wal")
    }

    /// Snapshots, one file each.
    pub fn snapshots(&self) -> PathBuf {
        self.dir.join("snapshots")
    }

    fn lock_file(&self) -> PathBuf {
        self.dir.join("log.lock")
    }

    /// Takes the writer role, until the file is dropped or the process ends, however it ends.
    pub fn lock(&self) -> Result<File, StoreError> {
        fs::create_dir_all(&self.dir).map_err(|error| failed(&self.dir, error))?;
        let path = self.lock_file();
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| failed(&path, error))?;
        let until = Instant::now() + LOCK_WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    thread::sleep(LOCK_LOOK_EVERY);
                }
                Err(TryLockError::WouldBlock) => return Err(self.in_use()),
                Err(TryLockError::Error(error)) => return Err(failed(&path, error)),
            }
        }
    }

    /// Whether a writer is at work now. Keeps others from becoming one while the file is held.
    pub fn lock_out_writers(&self) -> Result<Option<File>, StoreError> {
        let path = self.lock_file();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&path, error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(self.in_use()),
            Err(TryLockError::Error(error)) => Err(failed(&path, error)),
        }
    }

    fn in_use(&self) -> StoreError {
        StoreError::InUse { place: self.dir.display().to_string() }
    }

    /// Creates log.db if it is not there: under another name first, so that it is whole or absent.
    pub fn create(&self) -> Result<(), StoreError> {
        let db = self.db();
        if db.exists() {
            return Ok(());
        }
        if self.wal().exists() {
            return Err(StoreError::Damaged {
                place: db.display().to_string(),
                why: "it is missing while its write-ahead file log.db-wal is here; put it back, or move log.db-wal away to begin an empty log".into(),
            });
        }
        let new = self.dir.join("log.db.new");
        let _ = fs::remove_file(&new); // Left by a start that was interrupted, or not there.
        let made = Connection::open(&new).and_then(|conn| {
            conn.pragma_update(None, "application_id", APPLICATION_ID)?;
            conn.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            conn.pragma_update(None, "journal_mode", "WAL")?;
            conn.execute_batch(SCHEMA)
        });
        made.map_err(|error| store_error(&new, &error))?;
        File::open(&new)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&new, &db))
            .and_then(|()| sync_dir(&self.dir))
            .map_err(|error| failed(&db, error))
    }

    /// Judges the first bytes of log.db, before SQLite makes something of them.
    pub fn check_head(&self) -> Result<(), StoreError> {
        let db = self.db();
        let place = db.display().to_string();
        let mut head = Vec::new();
        File::open(&db)
            .and_then(|file| file.take(DATABASE_MAGIC.len() as u64).read_to_end(&mut head))
            .map_err(|error| failed(&db, error))?;
        if head.is_empty() {
            let why = "it is empty, though it was created with tables in it; restore a backup, or move it away to begin an empty log".into();
            return Err(StoreError::Damaged { place, why });
        }
        if head != DATABASE_MAGIC {
            let why = "is not a database; is this the right directory?".into();
            return Err(StoreError::NotOurs { place, why });
        }
        Ok(())
    }

    /// Judges the write-ahead file. A torn end is returned as a finding.
    pub fn check_wal(&self) -> Result<Option<String>, StoreError> {
        let wal = self.wal();
        match wal::scan(&wal).map_err(|error| failed(&wal, error))? {
            Wal::Whole => Ok(None),
            Wal::Torn { sound_bytes } => Ok(Some(format!(
                "{} ended in a transaction that was never completed; it was cut off behind byte {sound_bytes}",
                wal.display()
            ))),
            Wal::Damaged { sound_bytes, transactions } => Err(StoreError::Damaged {
                place: wal.display().to_string(),
                why: format!(
                    "it is whole up to byte {sound_bytes}, and {transactions} durable transactions behind that would be lost; nothing was changed. Restore a backup, or accept the loss: keep a copy, then cut the file to {sound_bytes} bytes"
                ),
            }),
        }
    }

    /// The one connection that writes. `bytes_max` limits log.db.
    pub fn connect_writer(&self, bytes_max: Option<u64>) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = self.db();
        let made = Connection::open_with_flags(&db, flags).and_then(|conn| {
            conn.busy_timeout(BUSY_WAIT)?;
            conn.set_prepared_statement_cache_capacity(16);
            conn.pragma_update(None, "journal_mode", "WAL")?;
            conn.pragma_update(None, "synchronous", "FULL")?;
            conn.pragma_update(None, "wal_autocheckpoint", 0)?; // SQLite would hide its failure.
            conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
            conn.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
            if let Some(bytes) = bytes_max {
                let page_bytes: i64 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
                conn.pragma_update(None, "max_page_count", (bytes.cast_signed() / page_bytes).max(1))?;
            }
            Ok(conn)
        });
        let conn = made.map_err(|error| store_error(&db, &error))?;
        self.check_identity(&conn)?;
        Ok(conn)
    }

    /// Finds out how this log can be read.
    pub fn access(&self) -> Result<Access, StoreError> {
        match self.connect_reader(&Access::Shared) {
            Ok(_) => Ok(Access::Shared),
            Err(StoreError::Failed { .. }) => {
                let lock = self.lock_out_writers()?;
                let access = match fs::metadata(self.wal()) {
                    Ok(wal) if wal.len() > 0 => Access::Frozen(lock),
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(failed(&self.wal(), error));
                    }
                    _ => Access::Settled(lock),
                };
                self.connect_reader(&access)?;
                Ok(access)
            }
            Err(error) => Err(error),
        }
    }

    /// A connection that reads.
    pub fn connect_reader(&self, access: &Access) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = self.db();
        let made = match access {
            Access::Shared => Connection::open_with_flags(&db, flags),
            // Without locks and with exclusive access, SQLite keeps the index of the write-ahead
            // file in memory, and so reads that file where it could not create one beside it.
            Access::Frozen(_) => Connection::open_with_flags_and_vfs(&db, flags, "unix-none").and_then(|conn| {
                conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
                Ok(conn)
            }),
            Access::Settled(_) => {
                let escaped = db.display().to_string().replace('%', "%25");
                let escaped = escaped.replace('?', "%3f").replace('#', "%23");
                let uri = format!("file:{escaped}?immutable=1");
                Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
            }
        };
        let ready = made.and_then(|conn| {
            conn.busy_timeout(BUSY_WAIT)?;
            conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(conn)
        });
        let conn = ready.map_err(|error| store_error(&db, &error))?;
        self.check_identity(&conn)?;
        Ok(conn)
    }

    fn check_identity(&self, conn: &Connection) -> Result<(), StoreError> {
        let db = self.db();
        let number = |pragma| {
            conn.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0)).map_err(|error| store_error(&db, &error))
        };
        let (application, version) = (number("application_id")?, number("user_version")?);
        let not_ours = |why: String| StoreError::NotOurs { place: db.display().to_string(), why };
        if application != APPLICATION_ID {
            return Err(not_ours("is a database of another program; is this the right directory?".into()));
        }
        if version != SCHEMA_VERSION {
            return Err(not_ours(format!(
                "has format {version} and this program knows {SCHEMA_VERSION}; run the version that wrote it, or a newer one"
            )));
        }
        Ok(())
    }
}

/// Makes a created or renamed file survive a power failure under its name.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// An operating system's failure, with its place.
pub fn failed(path: &Path, error: io::Error) -> StoreError {
    StoreError::Failed { place: path.display().to_string(), why: error.to_string() }
}

/// A database's failure, with its place and, where there is one, the remedy.
pub fn store_error(path: &Path, error: &rusqlite::Error) -> StoreError {
    let place = path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { place, why: explain(error) },
        Some(ErrorCode::NotADatabase) => StoreError::NotOurs { place, why: explain(error) },
        _ => StoreError::Failed { place, why: explain(error) },
    }
}

/// What the database said, and what to do about it.
pub fn explain(error: &rusqlite::Error) -> String {
    let remedy = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => "run verify to see what is readable, restore a backup",
        Some(ErrorCode::NotADatabase) => "its header is damaged or it is another kind of file",
        Some(ErrorCode::DiskFull) => "free some disk space",
        Some(ErrorCode::SystemIoFailure) => "check the disk",
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "check the directory's permissions"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program holds the database",
        _ => return error.to_string(),
    };
    let code = error.sqlite_error().map_or(0, |error| error.extended_code);
    format!("{error} (code {code}); {remedy}")
}
