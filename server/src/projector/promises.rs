//! Promised answers, for a day: so that a repeat after a restart gets the first answer.

use readyroom_core::event::codec::{Kept, Promise};
use readyroom_core::ids::{EventNo, Timestamp};
use rusqlite::{Connection, params};

/// How long an answer is promised.
pub const KEPT_MS: i64 = 86_400_000;

/// Keeps these, and lets go of what is a day older than the newest of them.
pub fn write<'a>(conn: &Connection, promises: impl Iterator<Item = &'a Kept>) -> rusqlite::Result<()> {
    let mut newest = None;
    for Kept { no, at, promise } in promises {
        conn.prepare_cached(
            "INSERT OR IGNORE INTO promise (at, key, request, status, answer, no) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            at.0,
            promise.key,
            promise.request,
            promise.status,
            promise.answer,
            no.0.cast_signed()
        ])?;
        newest = newest.max(Some(at.0));
    }
    if let Some(newest) = newest {
        conn.prepare_cached("DELETE FROM promise WHERE at < ?1")?.execute([newest.saturating_sub(KEPT_MS)])?;
    }
    Ok(())
}

/// Those given at `since` or later, oldest first.
pub fn read(conn: &Connection, since: Timestamp) -> rusqlite::Result<Vec<Kept>> {
    conn.prepare_cached("SELECT at, key, request, status, answer, no FROM promise WHERE at >= ?1 ORDER BY at, no")?
        .query_map([since.0], |row| {
            let promise = Promise { key: row.get(1)?, request: row.get(2)?, status: row.get(3)?, answer: row.get(4)? };
            Ok(Kept { no: EventNo(row.get::<_, i64>(5)?.cast_unsigned()), at: Timestamp(row.get(0)?), promise })
        })?
        .collect()
}
