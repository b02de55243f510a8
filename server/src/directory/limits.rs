//! The maximum of everything the directory keeps, on one screen.

use std::ops::RangeInclusive;

/// Accounts of an installation.
pub const ACCOUNTS_MAX: usize = 10_000;
/// Users of an account, deactivated ones included.
pub const USERS_MAX: usize = 1_000_000;
/// Teams of an account.
pub const TEAMS_MAX: usize = 10_000;
/// Keys of an account; revoked ones make room when it is reached.
pub const API_KEYS_MAX: usize = 1_000;
/// Widgets of an account.
pub const WIDGETS_MAX: usize = 1_000;
/// Sessions of a user; one more ends the oldest.
pub const SESSIONS_PER_USER_MAX: usize = 50;

/// The characters of an account's name: `a`–`z`, `0`–`9` and `-`.
pub const ACCOUNT_NAME_CHARS: RangeInclusive<usize> = 1..=64;
/// Days after which text of conversations is deleted.
pub const TEXT_RETENTION_DAYS: RangeInclusive<u32> = 1..=36_500;
/// The characters of a login: `a`–`z`, `0`–`9` and `.` `_` `-` `@`.
pub const LOGIN_CHARS: RangeInclusive<usize> = 1..=64;
/// The characters of a person's name, and of a key's.
pub const PERSON_NAME_CHARS: RangeInclusive<usize> = 1..=100;
/// The characters of a team's name.
pub const TEAM_NAME_CHARS: RangeInclusive<usize> = 1..=64;
/// The characters of a widget's name.
pub const WIDGET_NAME_CHARS: RangeInclusive<usize> = 1..=64;
/// The characters of what stands in a widget before anything was said.
pub const WIDGET_GREETING_CHARS_MAX: usize = 500;
/// The origins whose pages may carry a widget.
pub const WIDGET_ORIGINS_MAX: usize = 20;
/// The bytes of an e-mail address.
pub const EMAIL_BYTES_MAX: usize = 254;

/// Rows of one page of a list.
pub const PAGE_MAX: usize = 500;
/// Users looked at for one page. A filter that matches hardly anybody gives short pages, not slow ones.
pub const SCAN_MAX: usize = 50_000;
/// The bytes of an audit line's detail, as JSON.
pub const AUDIT_DETAIL_BYTES_MAX: usize = 4 * 1024;
/// The bytes of an audit line's word, and of its subject.
pub const AUDIT_WORD_BYTES_MAX: usize = 128;
/// The bytes of an answer kept for a repeated request.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// How long a repeated request gets the first answer.
pub const ANSWER_KEPT_MS: u64 = 86_400_000;
/// How long a setup token can be used.
pub const SETUP_TOKEN_MS: u64 = 86_400_000;
