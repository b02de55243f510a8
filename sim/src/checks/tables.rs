//! 14 to 18: the rows of the tables form a chain without gap or repetition, and tell of each
//! state the time that an independent walk counts.

use crate::invariant::{Held, hold};
use crate::model::{Model, Place};
use readyroom_core::event::{Event, Recorded};
use readyroom_core::floor::facts::Facts;
use readyroom_core::ids::*;
use readyroom_views::tables::*;
use std::collections::BTreeMap;

type Times = BTreeMap<&'static str, i64>;

#[derive(Default)]
struct Walk {
    word: &'static str,
    since: Timestamp,
    times: Times,
}

impl Walk {
    fn goes(&mut self, word: &'static str, at: Timestamp) {
        if !self.word.is_empty() {
            *self.times.entry(self.word).or_default() += at.0 - self.since.0;
        }
        (self.word, self.since) = (word, at);
    }
}

/// The tables as they were filled, and a walk of our own beside them.
#[derive(Default)]
pub(crate) struct Told {
    tracker: Tracker,
    events: AgentEvents,
    activities: AgentActivities,
    segments: ConversationSegments,
    pub rows: Vec<AgentEvent>,
    pub activity_seq: u64,
    pub segment_rows: Vec<ConversationSegment>,
    last: BTreeMap<UserId, (&'static str, Timestamp)>,
    told: BTreeMap<UserId, Walk>,
    walked: BTreeMap<UserId, Walk>,
    born: BTreeMap<UserId, Timestamp>,
    courses: BTreeMap<ConversationId, Walk>,
    cut_to: BTreeMap<ConversationId, Timestamp>,
    cut: BTreeMap<ConversationId, Times>,
}

impl Told {
    pub(crate) fn take(&mut self, m: &Model, recorded: &Recorded, told: &[Facts]) -> Held {
        let at = recorded.at;
        if let Event::AgentAdded { agent, .. } = recorded.event {
            self.born.insert(agent, at);
        }
        let step = self.tracker.step(recorded, told);
        let mut rows = Vec::new();
        self.events.fold(&step, &mut rows);
        for row in &rows {
            self.row(row, recorded)?;
        }
        for facts in told {
            if let Facts::Agent(facts) = facts {
                let word = m.bucket(facts.agent, &m.hands(facts.agent));
                let walk = self.walked.entry(facts.agent).or_default();
                if walk.word != word {
                    let first = walk.word.is_empty();
                    walk.goes(word, at);
                    let is_told = rows.iter().any(|row| row.user_id == facts.agent && row.to_status.as_str() == word);
                    hold!(
                        14,
                        at,
                        is_told || first && word == "offline",
                        "{} went to {word}, and no row tells",
                        facts.agent
                    );
                }
            }
        }
        self.rows.append(&mut rows);
        let mut activities = Vec::new();
        self.activities.fold(&step, &mut activities);
        for row in activities {
            self.activity_seq += 1;
            hold!(
                16,
                at,
                row.seq == self.activity_seq,
                "agent_activity goes from {} to {}",
                self.activity_seq - 1,
                row.seq
            );
            let (known, load) = (&m.agents[&row.user_id], m.hands(row.user_id).load);
            let fits = (row.now.status, row.now.reason, row.now.out_only, row.now.load)
                == (known.status, known.reason, known.out_only, load);
            hold!(18, at, fits, "agent_activity tells {:?}", row.now);
            hold!(
                16,
                at,
                row.position == recorded.no && row.ts == at && row.actor == recorded.by,
                "a row of another event"
            );
        }
        let mut segments = Vec::new();
        self.segments.fold(&step, &mut segments);
        for row in segments {
            self.segment(row, at)?;
        }
        self.course(m, recorded, told);
        Ok(())
    }

    fn row(&mut self, row: &AgentEvent, recorded: &Recorded) -> Held {
        let at = recorded.at;
        let seq = self.rows.last().map_or(0, |last| last.seq);
        hold!(16, at, row.seq > seq && row.seq <= seq + 8, "agent_event goes from {seq} to {}", row.seq);
        let (from, to) = (row.from_status.as_str(), row.to_status.as_str());
        let (last, since) = self.last.get(&row.user_id).copied().unwrap_or(("offline", row.ts));
        hold!(14, at, from == last, "{} goes from {from}, having been in {last}", row.user_id);
        hold!(15, at, from != to, "{} goes from {from} to {to}", row.user_id);
        hold!(
            16,
            at,
            row.ts >= since && row.ts == at,
            "{}: a row is dated {}, the one before {}",
            row.user_id,
            row.ts.0,
            since.0
        );
        self.last.insert(row.user_id, (to, row.ts));
        let born = self.born.get(&row.user_id).copied().unwrap_or(row.ts);
        let walk = self.told.entry(row.user_id).or_default();
        if walk.word.is_empty() {
            walk.goes("offline", born);
        }
        walk.goes(to, row.ts);
        Ok(())
    }

    fn segment(&mut self, row: ConversationSegment, at: Timestamp) -> Held {
        let seq = self.segment_rows.last().map_or(0, |last| last.seq);
        hold!(16, at, row.seq == seq + 1, "conversation_segment goes from {seq} to {}", row.seq);
        hold!(18, at, row.end >= row.segment.start, "a segment ends before it begins");
        if row.segment.phase != Phase::Wrapping {
            let id = row.segment.conversation;
            let cut_to = self.cut_to.insert(id, row.end);
            let joins = cut_to.is_none_or(|to| to == row.segment.start);
            hold!(18, at, joins, "the segments of {id} go on from {cut_to:?} with {row:?}");
            *self.cut.entry(id).or_default().entry(row.segment.phase.as_str()).or_default() +=
                row.end.0 - row.segment.start.0;
        }
        self.segment_rows.push(row);
        Ok(())
    }

    /// Walks the conversations of our own, from the reference.
    fn course(&mut self, m: &Model, recorded: &Recorded, told: &[Facts]) {
        for facts in told {
            let Facts::Conversation(facts) = facts else { continue };
            let id = facts.conversation;
            let word = match m.conversations.get(&id) {
                None => "",
                Some(known) => match known.place {
                    Place::Waiting => "waiting",
                    Place::Offered(_) => "ringing",
                    Place::Active(_) if known.held => "held",
                    Place::Active(_) => "talking",
                    Place::Parked(_) => "parked",
                    Place::Closing(_) => "",
                },
            };
            let walk = self.courses.entry(id).or_default();
            if let Event::Arrived { .. } = recorded.event {
                continue;
            }
            if let (Event::Queued { since, .. }, true) =
                (&recorded.event, walk.word.is_empty() && walk.times.is_empty())
            {
                walk.goes(word, *since);
            } else if walk.word != word {
                walk.goes(word, recorded.at);
            }
        }
    }

    /// Whoever changed was told of.
    pub(crate) fn walk_is_complete(&self, m: &Model) -> Held {
        for &agent in m.agents.keys() {
            let (word, walked) =
                (m.bucket(agent, &m.hands(agent)), self.walked.get(&agent).map_or("", |walk| walk.word));
            hold!(14, m.now, word == walked, "{agent} is in {word}, and was last told of in {walked}");
        }
        Ok(())
    }

    pub(crate) fn end(&mut self, now: Timestamp) -> Held {
        for (agent, walk) in &mut self.walked {
            let born = self.born[agent];
            walk.goes("end", now);
            let told = self.told.entry(*agent).or_default();
            if told.word.is_empty() {
                told.goes("offline", born);
            }
            told.goes("end", now);
            let sum: i64 = told.times.values().sum();
            hold!(17, now, sum == now.0 - born.0, "the states of {agent} add up to {sum} ms of {}", now.0 - born.0);
            let (a, b) = (nonzero(&told.times), nonzero(&walk.times));
            hold!(18, now, a == b, "the rows tell of {agent} {a:?}, and a walk counts {b:?}");
        }
        for (id, walk) in &self.courses {
            if walk.word.is_empty() {
                let (a, b) = (self.cut.get(id).map(nonzero).unwrap_or_default(), nonzero(&walk.times));
                hold!(18, now, a == b, "the segments of {id} tell {a:?}, and a walk counts {b:?}");
            }
        }
        Ok(())
    }
}

fn nonzero(times: &Times) -> Times {
    times.iter().filter(|(_, ms)| **ms != 0).map(|(word, ms)| (*word, *ms)).collect()
}
