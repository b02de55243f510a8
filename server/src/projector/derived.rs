//! What is worked out from the rows beside them, so that nobody need read them all.
//!
//! | kept | from | for |
//! |---|---|---|
//! | `bucket_since` | `agent_event` | when each agent's bucket began |
//! | `agent_day` | `agent_event` | the last row of each agent on each UTC day: what held at an instant |
//! | `longest` | `conversation_segment` | the longest segment of an agent: how far to look for those that span an instant |
//! | `message_fts` | `message` | the search |

use rusqlite::Connection;

/// Milliseconds of a UTC day.
pub const DAY_MS: i64 = 86_400_000;

/// Takes in the rows of this table behind row `after`.
pub fn update(conn: &Connection, table: &str, after: i64) -> rusqlite::Result<()> {
    let statements: &[&str] = match table {
        "agent_event" => &[BUCKETS, DAYS],
        "conversation_segment" => &[LONGEST],
        "message" => &["INSERT INTO message_fts (rowid, text) SELECT seq, text FROM message WHERE seq > ?1"],
        _ => &[],
    };
    for sql in statements {
        conn.prepare_cached(sql)?.execute([after])?;
    }
    Ok(())
}

/// Works it out anew, as when the table was filled anew.
pub fn renew(conn: &Connection, table: &str) -> rusqlite::Result<()> {
    match table {
        "agent_event" => conn.execute_batch("DELETE FROM bucket_since; DELETE FROM agent_day")?,
        "conversation_segment" => conn.execute_batch("UPDATE longest SET ms = 0")?,
        "message" => return conn.execute_batch("INSERT INTO message_fts (message_fts) VALUES ('rebuild')"),
        _ => {}
    }
    update(conn, table, 0)
}

const BUCKETS: &str = "
    INSERT INTO bucket_since (user_id, ts)
    SELECT user_id, max(ts) FROM agent_event WHERE seq > ?1 GROUP BY user_id
    ON CONFLICT (user_id) DO UPDATE SET ts = excluded.ts";

const DAYS: &str = "
    INSERT INTO agent_day (user_id, day, last)
    SELECT user_id, ts / 86400000, max(seq) FROM agent_event WHERE seq > ?1 GROUP BY 1, 2
    ON CONFLICT (user_id, day) DO UPDATE SET last = excluded.last";

const LONGEST: &str = "
    UPDATE longest SET ms = max(ms, (
        SELECT coalesce(max(\"end\" - start), 0) FROM conversation_segment
        WHERE seq > ?1 AND phase IN ('talking', 'held', 'wrapping')))";
