//! Remembers people: accounts, users, teams, sessions, keys of programs, and who did what to them.
//!
//! One file, `directory.db`, serves all accounts. It is read whole when it is opened; from then on reads
//! come from memory, and a write is committed to the file first. Everything that belongs to an account is
//! asked for with that account's id and cannot be reached by another's.
//!
//! Methods that write wait for the disk: call them where blocking is allowed.
//!
//! | file | subject |
//! |---|---|
//! | [`accounts`], [`users`], [`user_list`], [`teams`] | who there is |
//! | [`sessions`], [`api_keys`], [`setup`] | how they come in |
//! | [`widgets`], [`origin`] | through what strangers chat, and on whose pages |
//! | [`audit`], [`idempotency`] | what was done, and what was answered |
//! | `memory`, `writing`, `schema`, `load` | how all of it is kept |

pub mod accounts;
pub mod api_keys;
#[cfg(test)]
mod attacks;
pub mod audit;
#[cfg(test)]
mod crash;
pub mod error;
pub mod idempotency;
pub mod limits;
mod load;
mod memory;
pub mod origin;
pub mod personal;
#[cfg(test)]
pub(crate) mod scene;
mod schema;
pub mod secret;
pub mod sessions;
pub mod setup;
mod sweep;
pub mod teams;
pub mod user_list;
pub mod users;
pub mod widgets;
mod writing;

pub use accounts::{Account, AccountChange, NewAccount};
pub use api_keys::{ApiKey, NewApiKey};
pub use audit::{Act, AuditLine, By};
pub use error::DirectoryError;
pub use idempotency::{Answer, Made, Once};
pub use origin::Origin;
pub use personal::{Email, Login, PersonName};
pub use readyroom_core::ids::{SessionId, TeamId, WidgetId};
pub use secret::Secret;
pub use sessions::Session;
pub use sweep::Swept;
pub use teams::{NewTeam, Team, TeamChange, TeamPart};
pub use user_list::{UserFilter, UserPage};
pub use users::{NewUser, User, UserChange};
pub use widgets::{Widget, WidgetLooks};

use memory::Memory;
use rusqlite::Connection;
use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, RwLock, RwLockReadGuard};

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A session ends when it was not used for so long, in milliseconds.
    pub session_idle_ms: u64,
    /// A session ends so long after it began, in milliseconds, however much it is used.
    pub session_absolute_ms: u64,
}

impl Default for Settings {
    /// Twelve hours and seven days.
    fn default() -> Self {
        Settings { session_idle_ms: 12 * 3_600_000, session_absolute_ms: 7 * 86_400_000 }
    }
}

/// The people of the whole installation.
pub struct Directory {
    settings: Settings,
    /// Whoever holds the connection is the only writer, of memory as well.
    db: Mutex<Connection>,
    memory: RwLock<Memory>,
    _lock: File,
}

impl Directory {
    /// Opens, or creates, `directory.db` in the store's directory, and keeps other processes out of it.
    ///
    /// # Errors
    /// `in_use`, `not_ours` and `unavailable` say what stands in the way.
    pub fn open(dir: &Path, settings: Settings) -> Result<Directory, DirectoryError> {
        let lock = schema::lock(dir)?;
        let db = schema::open(dir)?;
        let memory = load::load(&db)?;
        Ok(Directory { settings, db: Mutex::new(db), memory: RwLock::new(memory), _lock: lock })
    }

    fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().expect("nothing panics while it changes memory")
    }
}
