//! Reading: rows, tails and beginnings, in SQL.

use rusqlite::{Connection, OptionalExtension, params};

use crate::chain::Anchor;
use crate::entry::{Account, Pos, Row};
use crate::read::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX};

/// Columns of a trimmed beginning, in the order they are read and written.
pub const START_COLUMNS: &str = "account, pos, next_no, epoch, writer, chain";

const ALL: &str = "SELECT pos, account, prev, record FROM entry
    WHERE pos > ?1 AND pos <= ?2 ORDER BY pos LIMIT ?3";
const NEXT: &str = "SELECT pos, account, prev, record FROM entry WHERE prev = ?1 AND account = ?2";
const NEXT_ANYHOW: &str = "SELECT pos, account, prev, record FROM entry
    WHERE pos > ?1 AND account = ?2 ORDER BY pos LIMIT 1";
const ONE: &str = "SELECT pos, account, prev, record FROM entry WHERE pos = ?1 AND account = ?2";
const TAIL: &str = "SELECT pos FROM tail WHERE account = ?1";
const ACCOUNTS: &str = "SELECT account FROM tail UNION SELECT account FROM start";
const LAST_POS: &str = "SELECT max((SELECT coalesce(max(pos), 0) FROM entry),
    (SELECT coalesce(max(pos), 0) FROM start), (SELECT coalesce(max(pos), 0) FROM tail))";

/// The end of an account.
pub enum End {
    /// It has no entry.
    Empty,
    /// Its last row, and the one before it if that is there.
    At(Row, Option<Row>),
    /// Its last row was here and is gone.
    Missing(Pos),
}

/// One page of rows of all accounts. An error behind the first row ends the page; the next page
/// begins with it.
pub fn page(conn: &Connection, after: Pos, upto: Pos) -> rusqlite::Result<Vec<Row>> {
    let mut statement = conn.prepare_cached(ALL)?;
    let limit = PAGE_ENTRIES_MAX as i64;
    let mut found = statement.query(params![after.0.cast_signed(), upto.0.cast_signed(), limit])?;
    fill(|| found.next()?.map(decode).transpose())
}

/// One page of rows of an account.
pub fn page_of(conn: &Connection, account: Account, after: Pos, upto: Pos) -> rusqlite::Result<Vec<Row>> {
    let mut at = after;
    fill(|| {
        if at >= upto {
            return Ok(None);
        }
        let row = match next(conn, account, at)? {
            Some(row) => Some(row),
            // The chain is broken here, or this is its end. Only the first is worth a long search.
            None if at < tail(conn, account)?.unwrap_or(Pos::START) => conn
                .prepare_cached(NEXT_ANYHOW)?
                .query_row(params![at.0.cast_signed(), account.0], decode)
                .optional()?,
            None => None,
        };
        at = row.as_ref().map_or(at, |row| row.pos.max(Pos(at.0 + 1)));
        Ok(row.filter(|row| row.pos <= upto))
    })
}

/// Collects rows until there are no more or the page is full.
fn fill(mut next: impl FnMut() -> rusqlite::Result<Option<Row>>) -> rusqlite::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut bytes = 0;
    while bytes < PAGE_BYTES_MAX && rows.len() < PAGE_ENTRIES_MAX {
        match next() {
            Ok(Some(row)) => {
                bytes += row.bytes.len();
                rows.push(row);
            }
            Ok(None) => break,
            Err(error) if rows.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(rows)
}

/// The row directly behind `pos`.
pub fn next(conn: &Connection, account: Account, pos: Pos) -> rusqlite::Result<Option<Row>> {
    conn.prepare_cached(NEXT)?.query_row(params![pos.0.cast_signed(), account.0], decode).optional()
}

/// Where the last row of an account is noted to be.
fn tail(conn: &Connection, account: Account) -> rusqlite::Result<Option<Pos>> {
    conn.prepare_cached(TAIL)?.query_row([account.0], |row| Ok(Pos(row.get::<_, i64>(0)?.cast_unsigned()))).optional()
}

/// The row at a position.
pub fn row(conn: &Connection, account: Account, pos: Pos) -> rusqlite::Result<Option<Row>> {
    conn.prepare_cached(ONE)?.query_row(params![pos.0.cast_signed(), account.0], decode).optional()
}

/// The end of an account: where it is noted to be, or further on if rows follow there.
pub fn end(conn: &Connection, account: Account) -> rusqlite::Result<End> {
    let noted = tail(conn, account)?;
    let mut last = match noted {
        Some(pos) => row(conn, account, pos)?,
        None => None,
    };
    if let (Some(pos), None) = (noted, &last) {
        return Ok(End::Missing(pos));
    }
    let mut at = match &last {
        Some(row) => row.pos,
        None => start(conn, account)?.pos,
    };
    while let Some(row) = next(conn, account, at)?.filter(|row| row.pos > at) {
        at = row.pos;
        last = Some(row);
    }
    let Some(last) = last else {
        return Ok(End::Empty);
    };
    let before = row(conn, account, last.prev)?;
    Ok(End::At(last, before))
}

/// Where an account begins.
pub fn start(conn: &Connection, account: Account) -> rusqlite::Result<Anchor> {
    let sql = format!("SELECT {START_COLUMNS} FROM start WHERE account = ?1");
    let trimmed = conn
        .prepare_cached(&sql)?
        .query_row([account.0], |row| {
            Ok(Anchor {
                pos: Pos(row.get::<_, i64>(1)?.cast_unsigned()),
                next_no: row.get::<_, i64>(2)?.cast_unsigned(),
                epoch: row.get::<_, i64>(3)?.cast_unsigned(),
                writer: row.get::<_, i64>(4)?.cast_unsigned(),
                chain: row.get(5)?,
            })
        })
        .optional()?;
    Ok(trimmed.unwrap_or(Anchor::START))
}

/// Accounts with an entry or a trimmed beginning.
pub fn accounts(conn: &Connection) -> rusqlite::Result<Vec<Account>> {
    let mut statement = conn.prepare_cached(ACCOUNTS)?;
    let accounts = statement.query_map([], |row| Ok(account(row.get(0)?)))?;
    accounts.collect()
}

/// The highest position ever given that still matters.
pub fn last_pos(conn: &Connection) -> rusqlite::Result<Pos> {
    conn.prepare_cached(LAST_POS)?.query_row([], |row| Ok(Pos(row.get::<_, i64>(0)?.cast_unsigned())))
}

fn decode(row: &rusqlite::Row) -> rusqlite::Result<Row> {
    Ok(Row {
        pos: Pos(row.get::<_, i64>(0)?.cast_unsigned()),
        account: account(row.get(1)?),
        prev: Pos(row.get::<_, i64>(2)?.cast_unsigned()),
        bytes: row.get(3)?,
    })
}

/// Sixteen bytes. A damaged account of another length becomes one that does not fit its record.
fn account(bytes: Vec<u8>) -> Account {
    Account(bytes.try_into().unwrap_or_default())
}
