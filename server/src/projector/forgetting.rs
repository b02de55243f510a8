//! Rows of people's words go when the key that sealed them goes, and so does what the search knows.

use super::schema::Place;
use readyroom_core::ids::KeyId;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// Deletes every row that these keys sealed.
pub fn delete(conn: &Connection, places: &[Place], keys: &BTreeSet<KeyId>) -> rusqlite::Result<()> {
    for key in keys.iter().map(KeyId::to_string) {
        for place in places.iter().filter(|place| place.can_be_forgotten()) {
            delete_from(conn, place.shape.name, &key)?;
            if place.is_beside() {
                delete_from(conn, &place.name, &key)?;
            }
        }
    }
    Ok(())
}

fn delete_from(conn: &Connection, table: &str, key: &str) -> rusqlite::Result<()> {
    if table == "message" {
        // The search holds no texts and must be told what to forget.
        conn.prepare_cached(
            "INSERT INTO message_fts (message_fts, rowid, text)
             SELECT 'delete', seq, text FROM message WHERE key_id = ?1",
        )?
        .execute([key])?;
    }
    conn.prepare_cached(&format!("DELETE FROM {table} WHERE key_id = ?1"))?.execute([key]).map(|_| ())
}

/// Every key by which a row is kept.
pub fn keys(conn: &Connection, places: &[Place]) -> rusqlite::Result<BTreeSet<KeyId>> {
    let mut keys = BTreeSet::new();
    for place in places.iter().filter(|place| place.can_be_forgotten()) {
        // From key to key through the index, past however many rows each has.
        let sql = format!("SELECT key_id FROM {} WHERE key_id > ?1 ORDER BY key_id LIMIT 1", place.shape.name);
        let mut next = conn.prepare_cached(&sql)?;
        let mut last = String::new();
        while let Some(key) = next.query_row([&last], |row| row.get::<_, String>(0)).optional()? {
            keys.insert(key.parse().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
            })?);
            last = key;
        }
    }
    Ok(keys)
}
