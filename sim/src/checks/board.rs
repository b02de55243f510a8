//! 24, 25: the board is the floor; a subscriber who takes a picture and then the changes has the
//! board, however slowly it reads; the counts are those of a walk.

use crate::checks::words;
use crate::invariant::{Held, hold};
use crate::model::{Model, Place};
use readyroom_core::event::Recorded;
use readyroom_core::floor::Floor;
use readyroom_core::floor::facts::Facts;
use readyroom_core::ids::*;
use readyroom_views::board::{AgentRow, Board, QueueRow};
use std::collections::BTreeMap;

/// Somebody who watches the board.
#[derive(Default)]
struct Subscriber {
    at: EventNo,
    agents: BTreeMap<UserId, AgentRow>,
    queues: BTreeMap<QueueId, QueueRow>,
    resyncs: u64,
}

/// The board, and those who watch it.
#[derive(Default)]
pub(crate) struct Boards {
    pub board: Board,
    at: EventNo,
    subscribers: [Subscriber; 3],
}

impl Boards {
    pub(crate) fn take(&mut self, recorded: &Recorded, told: &[Facts]) {
        for facts in told {
            self.board.touch(recorded.no, recorded.at, facts);
        }
        self.at = recorded.no;
    }

    /// A subscriber reads on from where it was: after a pause, or having been away. With `forgets`
    /// it comes back with nothing and takes the picture anew.
    pub(crate) fn read_on(&mut self, which: usize, forgets: bool, now: Timestamp) -> Held {
        let reader = &mut self.subscribers[which % 3];
        if forgets {
            *reader = Subscriber::default();
        }
        let changes = if forgets { None } else { self.board.since(reader.at) };
        match changes {
            Some(changes) => {
                reader.agents.extend(changes.agents.into_iter().map(|row| (row.agent, row)));
                reader.queues.extend(changes.queues.into_iter().map(|row| (row.queue, row)));
                for queue in changes.queues_dropped {
                    // A queue that came back is among the rows.
                    if self.board.queue(queue).is_none() {
                        reader.queues.remove(&queue);
                    }
                }
            }
            None => {
                reader.resyncs += 1;
                reader.agents = self.board.agents().map(|row| (row.agent, row)).collect();
                reader.queues = self.board.queues().map(|row| (row.queue, row)).collect();
            }
        }
        reader.at = self.at;
        let (agents, queues) = (self.board.agents(), self.board.queues());
        hold!(24, now, reader.agents.values().cloned().eq(agents), "a subscriber's agents are not the board's");
        hold!(24, now, reader.queues.values().copied().eq(queues), "a subscriber's queues are not the board's");
        Ok(())
    }

    /// The last facts that were told of everything are its facts, and the ACD's words are right.
    pub(crate) fn is_the_floor(&self, m: &Model, floor: &Floor) -> Held {
        for (slot, agent) in floor.agents() {
            let facts = floor.agent_facts(slot);
            let row = self.board.agent(agent.id);
            let seats: Vec<_> = floor.seats_of(slot).map(|(seat, _)| floor.seat_facts(seat)).collect();
            let is = row.as_ref().map(|row| readyroom_views::board::row(&facts, &seats, row.bucket_since, row.at));
            hold!(24, m.now, row == is, "the board has {row:?}, and the floor {is:?}");
            for seat in &seats {
                words::acd_is_true(m, &facts, seat)?;
            }
        }
        let rows: Vec<_> = self.board.queues().collect();
        hold!(25, m.now, rows.len() == m.queues.len(), "the board has {} queues of {}", rows.len(), m.queues.len());
        let waiting: u32 = rows.iter().map(|row| row.waiting).sum();
        let offered: u32 = rows.iter().map(|row| row.offered).sum();
        let count = |is: fn(&Place) -> bool| m.conversations.values().filter(|it| is(&it.place)).count() as u32;
        let walked = (count(|place| *place == Place::Waiting), count(|place| matches!(place, Place::Offered(_))));
        hold!(25, m.now, (waiting, offered) == walked, "the queues have {waiting} and {offered} of {walked:?}");
        Ok(())
    }

    pub(crate) fn end(&mut self, now: Timestamp) -> Held {
        for which in 0..3 {
            self.read_on(which, false, now)?;
        }
        Ok(())
    }
}
