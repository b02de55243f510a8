//! Reads history. Calls block: ask from a thread that may.
//!
//! A page is bounded twice, by its rows and by the rows that are looked at. Where few rows are meant, a
//! page may hold less than was asked for, or nothing, and still name the row to go on behind.

use super::error::ReadError;
use super::promises;
use super::schema::{cells, columns};
use readyroom_core::event::codec::Kept;
use readyroom_core::ids::{ConversationId, EventNo, QueueId, Timestamp, UserId};
use readyroom_views::tables::{AgentActivities, AgentEvents, Cell, Column, ConversationSegments, Table};
use rusqlite::types::{Type, Value};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The most rows of one page.
pub const LIMIT_MAX: usize = 10_000;
/// The most rows that are looked at for one page.
const LOOK_MAX: i64 = 500_000;
/// Connections kept open between reads.
const IDLE_MAX: usize = 8;
const BUSY_WAIT: Duration = Duration::from_secs(5);
const CACHE_KIB: i64 = 8 * 1024;

/// Reads one account's file, from any number of threads.
#[derive(Clone)]
pub struct Reader {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

/// Which rows are meant: those for which all that is given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this agent.
    pub user: Option<UserId>,
    /// Of one of these agents; of nobody when there are none.
    pub users: Option<BTreeSet<UserId>>,
    /// In or from this queue.
    pub queue: Option<QueueId>,
    /// About this conversation.
    pub conversation: Option<ConversationId>,
    /// Not earlier; a segment counts by its end.
    pub since: Option<Timestamp>,
    /// Earlier.
    pub until: Option<Timestamp>,
}

/// Some rows of a table, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What each cell of a row is.
    pub columns: &'static [Column],
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// There may be more behind this row.
    pub next: Option<u64>,
}

impl Reader {
    /// Reads the file at `path`, which its writer has made.
    pub(super) fn new(path: &Path) -> Reader {
        Reader { path: Arc::new(path.to_path_buf()), idle: Arc::default() }
    }

    /// Rows of `agent_event` behind row `after`. Its conversations are `call_id`; it knows no queues.
    ///
    /// # Errors
    /// [`ReadError::NotInTable`], or [`ReadError::Store`].
    pub fn agent_events(&self, filter: &Filter, after: u64, limit: usize) -> Result<Page, ReadError> {
        const BY: By = By { time: "ts", queue: None, conversation: Some("call_id"), indexed: false };
        self.page::<AgentEvents>(&BY, filter, after, limit)
    }

    /// Rows of `agent_activity` behind row `after`. It knows no conversations.
    ///
    /// # Errors
    /// [`ReadError::NotInTable`], or [`ReadError::Store`].
    pub fn agent_activity(&self, filter: &Filter, after: u64, limit: usize) -> Result<Page, ReadError> {
        const BY: By = By { time: "ts", queue: Some("queue_id"), conversation: None, indexed: false };
        self.page::<AgentActivities>(&BY, filter, after, limit)
    }

    /// Rows of `conversation_segment` behind row `after`.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn segments(&self, filter: &Filter, after: u64, limit: usize) -> Result<Page, ReadError> {
        const BY: By =
            By { time: "end", queue: Some("queue_id"), conversation: Some("conversation_id"), indexed: true };
        self.page::<ConversationSegments>(&BY, filter, after, limit)
    }

    /// The answers promised at `since` or later, oldest first. They are kept for a day.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn promises(&self, since: Timestamp) -> Result<Vec<Kept>, ReadError> {
        self.with(|conn| promises::read(conn, since))
    }

    /// Up to which event the folds of all tables are kept: a start need not fill them again from before it.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn checkpoint(&self) -> Result<EventNo, ReadError> {
        let read = |row: &Row<'_>| row.get::<_, i64>(0).map(|at| EventNo(at.cast_unsigned()));
        // A table that is being filled beside another one has none yet.
        let sql = "SELECT min(at, (SELECT coalesce(min(checkpoint), 0) FROM filled)) FROM checkpoint";
        self.with(|conn| conn.query_row(sql, [], read))
    }

    /// When the bucket of each agent began, of those that ever had another than offline.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn buckets_since(&self) -> Result<BTreeMap<UserId, Timestamp>, ReadError> {
        self.with(|conn| {
            conn.prepare_cached("SELECT user_id, ts FROM bucket_since")?
                .query_map([], |row| Ok((of_text(row, 0)?, Timestamp(row.get(1)?))))?
                .collect()
        })
    }

    /// Lends a connection.
    pub(super) fn with<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, ReadError> {
        let idle = || self.idle.lock().expect("nobody panics with it");
        let lent = idle().pop();
        let done = lent.map_or_else(|| connect(&self.path), Ok).and_then(|conn| {
            let told = read(&conn)?;
            let mut idle = idle();
            if idle.len() < IDLE_MAX {
                idle.push(conn);
            }
            Ok(told)
        });
        done.map_err(|error| ReadError::of(&self.path, &error))
    }

    fn page<T: Table>(&self, by: &By, filter: &Filter, after: u64, limit: usize) -> Result<Page, ReadError> {
        let (mut wheres, mut values) = by.conditions(T::NAME, filter)?;
        let limit = limit.clamp(1, LIMIT_MAX);
        self.with(|conn| {
            let tx = conn.unchecked_transaction()?;
            let first = |at: Option<Timestamp>| at.map(|at| first_at(&tx, T::NAME, by.time, at)).transpose();
            let after = first(filter.since)?.map_or(0, |first| first - 1).max(after.min(i64::MAX as u64).cast_signed());
            let end = first(filter.until)?.map_or_else(|| last(&tx, T::NAME), |first| Ok(first - 1))?;
            let is_found = by.indexed && filter.conversation.is_some();
            let look_to = if is_found { end } else { end.min(after.saturating_add(LOOK_MAX)) };
            wheres.push("seq > ? AND seq <= ?".to_owned());
            values.extend([after.into(), look_to.into()]);
            let (columns, wheres) = (columns(T::COLUMNS), wheres.join(" AND "));
            let sql = format!("SELECT {columns} FROM {} WHERE {wheres} ORDER BY seq LIMIT {limit}", T::NAME);
            let rows: Vec<_> = tx
                .prepare_cached(&sql)?
                .query_map(rusqlite::params_from_iter(values), |row| cells(row, T::COLUMNS))?
                .collect::<Result<_, _>>()?;
            let next = match rows.last().map(|row| &row[0]) {
                Some(&Cell::Int(seq)) if rows.len() == limit => Some(seq),
                _ => Some(look_to).filter(|&look_to| look_to < end),
            };
            Ok(Page { columns: T::COLUMNS, rows, next: next.map(i64::cast_unsigned) })
        })
    }
}

/// How a table calls what a filter asks by.
struct By {
    time: &'static str,
    queue: Option<&'static str>,
    conversation: Option<&'static str>,
    /// Whether the rows of a conversation are found without looking at others.
    indexed: bool,
}

impl By {
    fn conditions(&self, table: &'static str, filter: &Filter) -> Result<(Vec<String>, Vec<Value>), ReadError> {
        let (mut wheres, mut values) = (Vec::new(), Vec::new());
        let asked = [
            ("user", Some("user_id"), filter.user.map(|id| id.to_string())),
            ("queue", self.queue, filter.queue.map(|id| id.to_string())),
            ("conversation", self.conversation, filter.conversation.map(|id| id.to_string())),
        ];
        for (asked, column, value) in asked {
            if let Some(value) = value {
                let column = column.ok_or(ReadError::NotInTable { table, asked })?;
                wheres.push(format!("{column} = ?"));
                values.push(Value::Text(value));
            }
        }
        if let Some(users) = &filter.users {
            wheres.push("user_id IN (SELECT value FROM json_each(?))".to_owned());
            values.push(Value::Text(list(users)));
        }
        Ok((wheres, values))
    }
}

/// People as SQL takes a list.
pub(super) fn list(users: &BTreeSet<UserId>) -> String {
    serde_json::to_string(users).expect("ids are text")
}

/// The first row at `at` or later, or the one that will be next: rows and instants rise together.
pub(super) fn first_at(conn: &Connection, table: &str, time: &str, at: Timestamp) -> rusqlite::Result<i64> {
    let sql = format!("SELECT seq FROM {table} WHERE \"{time}\" >= ?1 ORDER BY \"{time}\", seq LIMIT 1");
    let first = conn.prepare_cached(&sql)?.query_row([at.0], |row| row.get(0)).optional()?;
    first.map_or_else(|| last(conn, table).map(|last| last + 1), Ok)
}

fn last(conn: &Connection, table: &str) -> rusqlite::Result<i64> {
    conn.prepare_cached(&format!("SELECT coalesce(max(seq), 0) FROM {table}"))?.query_row([], |row| row.get(0))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_WAIT)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(conn)
}

/// An id or a code in this column.
pub(super) fn of_text<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: String = row.get(column)?;
    text.parse()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::<T::Err>::new(error)))
}
