//! What can go wrong with `views.db`, and whether it passes by itself.

use crate::vault::VaultError;
use rusqlite::ErrorCode;
use std::path::Path;

/// Why rows could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// The disk is full, the file is busy, or a read or write failed. Worth another try.
    #[error("{place}: {why}")]
    Store {
        /// The file.
        place: String,
        /// What the database said.
        why: String,
    },
    /// The file is damaged, or something in it makes no sense. It is filled anew at the next start.
    #[error("{place} is damaged ({why}); restart the server, which moves it aside and fills it anew from the log")]
    Damaged {
        /// The file.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// The log gives another row than the one that is stored: a fault of ours, or another log.
    #[error(
        "row {seq} of {table} in {place} is not the one that the log gives; restart the server, which moves the file aside and fills it anew from the log"
    )]
    Contradicts {
        /// The file.
        place: String,
        /// The table.
        table: &'static str,
        /// The number of the row.
        seq: i64,
    },
    /// The keys cannot be read. Worth another try.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl ViewsError {
    /// What an error of the database means for the file.
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> ViewsError {
        let (place, why) = (path.display().to_string(), error.to_string());
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted,
            ) => ViewsError::Store { place, why },
            _ => ViewsError::Damaged { place, why },
        }
    }

    /// Whether the same may succeed a little later.
    pub fn may_pass(&self) -> bool {
        match self {
            ViewsError::Store { .. } | ViewsError::Vault(_) => true,
            ViewsError::Damaged { .. } | ViewsError::Contradicts { .. } => false,
        }
    }
}

/// Why rows could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{place}: {why}")]
    Store {
        /// The file.
        place: String,
        /// What the database said.
        why: String,
    },
    /// The search finds parts of words of three characters and more.
    #[error("{found} characters are too few to search for; give 3 to {} of them", super::search::CHARS_MAX)]
    SearchLength {
        /// How many were given.
        found: usize,
    },
    /// The table does not hold what is asked by.
    #[error("{table} knows nothing of {asked}; leave it out")]
    NotInTable {
        /// The table.
        table: &'static str,
        /// The filter.
        asked: &'static str,
    },
}

impl ReadError {
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> ReadError {
        ReadError::Store { place: path.display().to_string(), why: error.to_string() }
    }
}
