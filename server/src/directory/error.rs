//! Every no of the directory: a code for machines, a sentence for people, the field at fault.

use readyroom_core::ids::{KeyId, UserId};

use readyroom_core::ids::{SessionId, TeamId, WidgetId};

/// Why it was not done. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// Another has it already.
    #[error("this {field} is taken; choose another")]
    Taken {
        /// What must be unique.
        field: &'static str,
    },
    /// No account has this id.
    #[error("there is no such account")]
    UnknownAccount,
    /// Nobody in this account has this id.
    #[error("there is no user {user} in this account")]
    UnknownUser {
        /// Who was asked for.
        user: UserId,
        /// Where.
        field: &'static str,
    },
    /// No team of this account has this id.
    #[error("there is no team {team} in this account")]
    UnknownTeam {
        /// Which was asked for.
        team: TeamId,
    },
    /// No key of this account has this id.
    #[error("there is no key {key} in this account")]
    UnknownKey {
        /// Which was asked for.
        key: KeyId,
    },
    /// This user has no such session, or it has ended.
    #[error("this user has no session {session}; it may have ended")]
    UnknownSession {
        /// Which was asked for.
        session: SessionId,
    },
    /// No widget of this account has this id.
    #[error("there is no widget {widget} in this account")]
    UnknownWidget {
        /// Which was asked for.
        widget: WidgetId,
    },
    /// Without this one nobody could change anything any more.
    #[error("this is the account's last active administrator; make another one first")]
    LastAdministrator,
    /// Somebody who is deactivated cannot log in.
    #[error("this user is deactivated; reactivate them first")]
    Inactive,
    /// A value is not what its field takes.
    #[error("{field}: {why}")]
    Invalid {
        /// Which value.
        field: &'static str,
        /// What the field takes.
        why: String,
    },
    /// So many are the most.
    #[error("there are {max} {what} already, which is the most")]
    LimitReached {
        /// Of what.
        what: &'static str,
        /// How many there can be.
        max: usize,
    },
    /// Somebody changed it since the caller read it.
    #[error(
        "this was changed meanwhile: it has version {current}, and the request was made for {expected}; read it again"
    )]
    Stale {
        /// The version it has.
        current: u64,
        /// The version the caller saw.
        expected: u64,
    },
    /// The idempotency key came with other content before.
    #[error("this idempotency key was used for another request within 24 hours; take a new one")]
    KeyReused,
    /// The installation is set up, or the token is wrong, used or too old.
    #[error("setup is not open to this token; it may be used, replaced or older than 24 hours, or the setup is done")]
    SetupClosed,
    /// Another process has the directory open.
    #[error("{place} is in use by another process; stop that one first")]
    InUse {
        /// The directory.
        place: String,
    },
    /// The file is not one this program knows, or is damaged.
    #[error("{place} {why}")]
    NotOurs {
        /// The file.
        place: String,
        /// What it is instead, and what to do.
        why: String,
    },
    /// The disk or the database failed. If it failed while committing, a stop at that instant may find the
    /// change made; a running server has not made it.
    #[error("the directory could not be read or written: {why}")]
    Unavailable {
        /// What it said.
        why: String,
    },
}

impl DirectoryError {
    /// For machines.
    pub const fn code(&self) -> &'static str {
        match self {
            DirectoryError::Taken { .. } => "taken",
            DirectoryError::UnknownAccount => "unknown_account",
            DirectoryError::UnknownUser { .. } => "unknown_user",
            DirectoryError::UnknownTeam { .. } => "unknown_team",
            DirectoryError::UnknownKey { .. } => "unknown_key",
            DirectoryError::UnknownSession { .. } => "unknown_session",
            DirectoryError::UnknownWidget { .. } => "unknown_widget",
            DirectoryError::LastAdministrator => "last_administrator",
            DirectoryError::Inactive => "user_inactive",
            DirectoryError::Invalid { .. } => "invalid",
            DirectoryError::LimitReached { .. } => "limit_reached",
            DirectoryError::Stale { .. } => "stale",
            DirectoryError::KeyReused => "idempotency_key_reused",
            DirectoryError::SetupClosed => "setup_closed",
            DirectoryError::InUse { .. } => "in_use",
            DirectoryError::NotOurs { .. } => "not_ours",
            DirectoryError::Unavailable { .. } => "unavailable",
        }
    }

    /// The field at fault, where one is.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            DirectoryError::Taken { field }
            | DirectoryError::Invalid { field, .. }
            | DirectoryError::UnknownUser { field, .. } => Some(field),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for DirectoryError {
    fn from(error: rusqlite::Error) -> Self {
        DirectoryError::Unavailable { why: error.to_string() }
    }
}

/// Whether the caller saw the version there is; those who do not say are not asked.
pub(super) fn fresh(expected: Option<u64>, current: u64) -> Result<(), DirectoryError> {
    match expected {
        Some(expected) if expected != current => Err(DirectoryError::Stale { current, expected }),
        _ => Ok(()),
    }
}
