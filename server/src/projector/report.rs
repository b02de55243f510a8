//! Reads for reports: whole stretches of time, streamed, with what held when they began.

use super::derived::DAY_MS;
use super::error::ReadError;
use super::reader::{Reader, first_at, list, of_text};
use super::schema::columns;
use readyroom_core::ids::{Channel, ReasonCode, Timestamp, UserId};
use readyroom_views::tables::{
    AgentEvent, AgentEvents, ConversationSegment, ConversationSegments, Phase, Segment, SegmentOutcome, Table,
};
use readyroom_views::vocabulary::{Bucket, Subject};
use rusqlite::types::Type;
use rusqlite::{Row, params};
use std::collections::BTreeSet;

impl Reader {
    /// Of each of these agents (of all, if none are named) the last row of `agent_event` before `from`,
    /// and every row from then until before `to`, in the order of the table.
    ///
    /// # Errors
    /// [`ReadError::Store`]; rows may have been handed out before it.
    pub fn agent_events_for_report(
        &self,
        users: Option<&BTreeSet<UserId>>,
        from: Timestamp,
        to: Timestamp,
        mut each: impl FnMut(AgentEvent),
    ) -> Result<(), ReadError> {
        let columns = columns(AgentEvents::COLUMNS);
        // What held at `from` was said earlier that day, or is the last word of an earlier day.
        let before = format!(
            "WITH today (user_id, seq) AS (
                SELECT user_id, max(seq) FROM agent_event WHERE seq >= ?1 AND seq < ?2 GROUP BY user_id
             )
             SELECT {columns} FROM agent_event WHERE seq IN (
                SELECT coalesce(today.seq, (
                    SELECT last FROM agent_day WHERE user_id = known.user_id AND day < ?3 ORDER BY day DESC LIMIT 1
                ))
                FROM bucket_since AS known LEFT JOIN today ON today.user_id = known.user_id
                WHERE ?4 IS NULL OR known.user_id IN (SELECT value FROM json_each(?4))
             ) ORDER BY seq"
        );
        let within = format!(
            "SELECT {columns} FROM agent_event WHERE seq >= ?1 AND seq < ?2
                AND (?3 IS NULL OR user_id IN (SELECT value FROM json_each(?3)))
             ORDER BY seq"
        );
        let users = users.map(list);
        self.with(|conn| {
            let tx = conn.unchecked_transaction()?;
            let first = |at| first_at(&tx, AgentEvents::NAME, "ts", at);
            let day = from.0.div_euclid(DAY_MS);
            let (today, start, end) = (first(Timestamp(day * DAY_MS))?, first(from)?, first(to)?);
            let mut before = tx.prepare_cached(&before)?;
            let mut rows = before.query(params![today, start, day, users])?;
            while let Some(row) = rows.next()? {
                each(agent_event(row)?);
            }
            let mut within = tx.prepare_cached(&within)?;
            let mut rows = within.query(params![start, end, users])?;
            while let Some(row) = rows.next()? {
                each(agent_event(row)?);
            }
            Ok(())
        })
    }

    /// The work of these agents (of all, if none are named) with any part between `from` and `to`:
    /// talking, held and wrapping, by their ends.
    ///
    /// # Errors
    /// [`ReadError::Store`]; rows may have been handed out before it.
    pub fn work_for_report(
        &self,
        users: Option<&BTreeSet<UserId>>,
        from: Timestamp,
        to: Timestamp,
        each: impl FnMut(ConversationSegment),
    ) -> Result<(), ReadError> {
        // Whatever began before `to` has ended by `to` and the length of the longest.
        let wheres = "\"end\" > ?1 AND \"end\" <= ?2 + (SELECT ms FROM longest) AND start < ?2
            AND phase IN ('talking', 'held', 'wrapping')
            AND (?3 IS NULL OR user_id IN (SELECT value FROM json_each(?3)))";
        self.segments_where(wheres, users, from, to, each)
    }

    /// Segments of any kind that ended at `from` or later and before `to`, by their ends; only those
    /// of these agents, if some are named.
    ///
    /// # Errors
    /// [`ReadError::Store`]; rows may have been handed out before it.
    pub fn segments_ended(
        &self,
        users: Option<&BTreeSet<UserId>>,
        from: Timestamp,
        to: Timestamp,
        each: impl FnMut(ConversationSegment),
    ) -> Result<(), ReadError> {
        let wheres = "\"end\" >= ?1 AND \"end\" < ?2
            AND (?3 IS NULL OR user_id IN (SELECT value FROM json_each(?3)))";
        self.segments_where(wheres, users, from, to, each)
    }

    fn segments_where(
        &self,
        wheres: &str,
        users: Option<&BTreeSet<UserId>>,
        from: Timestamp,
        to: Timestamp,
        mut each: impl FnMut(ConversationSegment),
    ) -> Result<(), ReadError> {
        let columns = columns(ConversationSegments::COLUMNS);
        let sql = format!("SELECT {columns} FROM conversation_segment WHERE {wheres} ORDER BY \"end\", seq");
        self.with(|conn| {
            let mut found = conn.prepare_cached(&sql)?;
            let mut rows = found.query(params![from.0, to.0, users.map(list)])?;
            while let Some(row) = rows.next()? {
                each(segment(row)?);
            }
            Ok(())
        })
    }
}

/// A row in the order of the table's columns.
fn agent_event(row: &Row<'_>) -> rusqlite::Result<AgentEvent> {
    Ok(AgentEvent {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        ts: Timestamp(row.get(1)?),
        user_id: of_text(row, 2)?,
        from_status: word(row, 3, Bucket::ALL, Bucket::as_str)?,
        to_status: word(row, 4, Bucket::ALL, Bucket::as_str)?,
        reason: optional(row, 5, of_text::<ReasonCode>)?,
        call_id: optional(row, 6, |row, column| {
            of_text(row, column).map(Subject::Conversation).or_else(|_| of_text(row, column).map(Subject::External))
        })?,
    })
}

/// A row in the order of the table's columns.
fn segment(row: &Row<'_>) -> rusqlite::Result<ConversationSegment> {
    let channel = |channel| if channel == Channel::Voice { "voice" } else { "chat" };
    Ok(ConversationSegment {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        segment: Segment {
            conversation: of_text(row, 1)?,
            client: of_text(row, 2)?,
            channel: word(row, 3, &Channel::ALL, channel)?,
            queue: of_text(row, 4)?,
            agent: optional(row, 5, of_text)?,
            phase: word(row, 6, Phase::ALL, Phase::as_str)?,
            start: Timestamp(row.get(7)?),
        },
        end: Timestamp(row.get(8)?),
        outcome: word(row, 9, SegmentOutcome::ALL, SegmentOutcome::as_str)?,
    })
}

fn optional<T>(
    row: &Row<'_>,
    column: usize,
    read: impl FnOnce(&Row<'_>, usize) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    let is_null = row.get_ref(column)?.data_type() == Type::Null;
    if is_null { Ok(None) } else { read(row, column).map(Some) }
}

/// A word of a vocabulary.
fn word<T: Copy>(row: &Row<'_>, column: usize, all: &[T], text: fn(T) -> &'static str) -> rusqlite::Result<T> {
    let found: String = row.get(column)?;
    all.iter().copied().find(|&known| text(known) == found).ok_or_else(|| {
        let error = format!("{found:?} is no word of this program");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
    })
}
