//! The virtual world: its clock, its network, its servers, and everything that will happen in it.

mod network;
mod setup;
mod upkeep;

use crate::checks::replay;
use crate::checks::{Watch, isolation::Picture, twice};
use crate::dice::Dice;
use crate::faults::{Counts, Fault};
use crate::invariant::{Held, Violation, hold};
use crate::people::{Caller, Person};
use crate::server::{Key, Server};
use crate::story::Story;
use readyroom_core::commands::Command;
use readyroom_core::effect::Effect;
use readyroom_core::engine::{Input, Ticket};
use readyroom_core::event::{Actor, Sealed};
use readyroom_core::ids::*;
use readyroom_log::{Account, MemoryLog};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// Monday, 2 March 2026, nine o'clock.
pub(crate) const NINE: i64 = 1_772_442_000_000;

/// How big a world is, and how long it lasts.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub seed: u64,
    /// Keeps the worlds of a seed apart.
    pub salt: u64,
    pub length_ms: i64,
    /// A handful of people for some minutes, with a crash.
    pub small: bool,
    pub arrival_gap_ms: u64,
    pub habit_ms: u64,
    pub talk_ms: u64,
    pub tells: bool,
}

impl Setting {
    pub(crate) fn hours(seed: u64, hours: f64) -> Setting {
        Setting {
            seed,
            salt: 0,
            length_ms: (hours * 3_600_000.0) as i64,
            small: false,
            arrival_gap_ms: 14_000,
            habit_ms: 130_000,
            talk_ms: 150_000,
            tells: false,
        }
    }

    pub(crate) fn crash(seed: u64) -> Setting {
        Setting {
            seed,
            salt: 0xc5a5_0000_0000_0000,
            length_ms: 150_000,
            small: true,
            arrival_gap_ms: 9_000,
            habit_ms: 50_000,
            talk_ms: 30_000,
            tells: false,
        }
    }
}

/// What an agent has in mind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Work,
    Accept(OfferId),
    Decline(OfferId),
    HangUp(CallId),
    FinishWrapUp(Option<ConversationId>),
    ExtendWrapUp(ConversationId),
    Hold(ConversationId, bool),
    Write(ConversationId),
    Conclude(ConversationId),
}

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Agent(usize),
    AgentSees(usize, Effect),
    Deed(usize, Deed),
    Phone(usize, usize),
    PhoneBack(usize, usize),
    ClientComes,
    Client(ConversationId),
    ClientWrites(ConversationId),
    ClientSees(Effect),
    Supervisor,
    Deliver { by: Actor, command: Box<Command>, ticket: Ticket, key: Option<Key> },
    Input(Box<Input>),
    Alarm,
    LogMoves,
    Commit,
    Reopen,
    Snapshot,
    Subscriber,
    Trouble,
    Clock,
    Crash,
}

struct Due {
    at: i64,
    seq: u64,
    house: usize,
    what: Happening,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        (self.at, self.seq) == (other.at, other.seq)
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        (self.at, self.seq).cmp(&(other.at, other.seq))
    }
}

/// One account: its server, its people, and those who watch it.
pub(crate) struct House {
    pub server: Server,
    pub watch: Watch,
    pub up: bool,
    pub agents: Vec<Person>,
    pub boss: UserId,
    pub queues: BTreeMap<QueueId, ChannelSet>,
    pub seasonal: QueueId,
    pub skills: Vec<SkillId>,
    pub clients: Vec<ClientId>,
    pub callers: BTreeMap<ConversationId, Caller>,
    pub foreign: BTreeSet<Ticket>,
    pub alarm: Option<i64>,
    pub log_moves: bool,
    pub rest_digest: Option<u64>,
}

/// The world.
pub(crate) struct World {
    pub setting: Setting,
    pub dice: Dice,
    pub now: i64,
    pub skew: i64,
    pub weather: u64,
    pub calm: bool,
    pub crashing: bool,
    pub log: MemoryLog,
    pub houses: Vec<House>,
    pub faults: Counts,
    pub story: Story,
    seq: u64,
    tickets: u64,
    due: BinaryHeap<Reverse<Due>>,
}

/// What came of a world.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// What did not hold, if something did not.
    pub violation: Option<Violation>,
    /// The story, when it was asked for.
    pub story: Vec<String>,
    /// What went wrong on purpose.
    pub faults: Counts,
    /// Checks done.
    pub checks: u64,
    /// Events let go.
    pub events: u64,
    /// Inputs taken.
    pub inputs: u64,
    /// Conversations that arrived, and that ended.
    pub conversations: (u64, u64),
    /// A number for everything the log holds.
    pub log_hash: u64,
}

impl World {
    pub(crate) fn clock(&self) -> Timestamp {
        Timestamp(self.now + self.skew)
    }

    pub(crate) fn boss(&self, house: usize) -> Actor {
        Actor::Supervisor(self.houses[house].boss)
    }

    pub(crate) fn count(&mut self, fault: Fault, occurred: bool) {
        self.faults.add(fault, u64::from(occurred));
    }

    pub(crate) fn note(&mut self, sentence: String) {
        self.story.note(self.now, sentence);
    }

    pub(crate) fn after(&mut self, ms: i64, house: usize, what: Happening) {
        self.seq += 1;
        self.due.push(Reverse(Due { at: self.now + ms, seq: self.seq, house, what }));
    }

    pub(crate) fn text(&mut self) -> Sealed {
        let bytes = (0..self.dice.below(24)).map(|_| self.dice.next() as u8).collect();
        Sealed { key: KeyId::from_u128(self.dice.id()), bytes }
    }

    pub(crate) fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    /// Lives until this instant, or until something does not hold.
    pub(crate) fn live_until(&mut self, end: i64) -> Held {
        while let Some(Reverse(due)) = self.due.peek() {
            if due.at > end {
                break;
            }
            let Some(Reverse(due)) = self.due.pop() else { break };
            self.now = self.now.max(due.at);
            self.happens(due.house, due.what, due.at)?;
        }
        self.now = end;
        Ok(())
    }

    fn happens(&mut self, house: usize, what: Happening, at: i64) -> Held {
        match what {
            Happening::Agent(who) => self.agent_ticks(house, who),
            Happening::AgentSees(who, effect) => self.agent_sees(house, who, effect),
            Happening::Deed(who, deed) => self.agent_does(house, who, deed),
            Happening::Phone(who, which) => self.phone_ticks(house, who, which),
            Happening::PhoneBack(who, which) => self.phone_is_back(house, who, which),
            Happening::ClientComes if self.calm => {}
            Happening::ClientComes => self.client_comes(house),
            Happening::Client(conversation) => self.client_ticks(house, conversation),
            Happening::ClientWrites(conversation) => self.client_writes(house, conversation),
            Happening::ClientSees(effect) => self.client_sees(house, effect),
            Happening::Supervisor => self.supervisor_ticks(house),
            Happening::Deliver { by, command, ticket, key } => {
                return self.takes(house, Input::Command { ticket, by, command: *command }, key);
            }
            Happening::Input(input) => return self.takes(house, *input, None),
            Happening::Alarm if self.houses[house].alarm == Some(at) => {
                self.houses[house].alarm = None;
                return self.takes(house, Input::Wake, None);
            }
            Happening::Alarm => {}
            Happening::LogMoves => {
                self.houses[house].log_moves = false;
                if !self.crashing {
                    self.log.deliver();
                    self.log.sync();
                }
                return self.commits(house);
            }
            Happening::Commit => return self.commits(house),
            Happening::Reopen => return self.reopens(house),
            Happening::Snapshot => {
                if self.houses[house].server.put_snapshot()
                    && let Some(engine) = self.houses[house].server.engine()
                {
                    let now = self.houses[house].watch.model.now;
                    replay::round_trip(engine.floor(), now)?;
                    replay::goes_on_alike(engine.floor(), now)?;
                    self.houses[house].watch.done += 1;
                }
                let next = self.dice.between(120_000, 900_000) as i64;
                self.after(next, house, Happening::Snapshot);
            }
            Happening::Subscriber => {
                let next = self.dice.between(1_000, 180_000) as i64;
                self.after(next, house, Happening::Subscriber);
                return self.subscriber_reads(house);
            }
            Happening::Trouble => self.trouble(house),
            Happening::Clock => {
                if !self.calm {
                    self.step_the_clock();
                    let next = if self.skew == 0 { (400_000, 2_400_000) } else { (2_000, 90_000) };
                    let next = self.dice.between(next.0, next.1) as i64;
                    self.after(next, house, Happening::Clock);
                }
            }
            Happening::Crash => self.crash_now(),
        }
        Ok(())
    }

    /// The server of an account takes an input, if it stands.
    pub(crate) fn takes(&mut self, house: usize, input: Input, key: Option<Key>) -> Held {
        if !self.houses[house].up {
            return Ok(());
        }
        let clock = self.clock();
        let look = self.houses.len() > 1 && self.dice.chance(15);
        let others = |world: &World| -> Vec<Option<Picture>> {
            // What is on its way to the log comes to rest with the sync of anybody.
            let of = |(at, it): (usize, &House)| {
                let rests = at != house && it.up && it.server.is_settled() && !world.crashing;
                rests.then(|| Picture::of(it.server.engine(), &world.log, it.server.account, it.server.tail()))
            };
            world.houses.iter().enumerate().map(of).collect()
        };
        let before = if look { others(self) } else { Vec::new() };
        let again = self.dice.chance(12);
        let judged = self.houses[house].server.take(clock, input.clone(), key);
        if again
            && judged
            && let Some(engine) = self.houses[house].server.engine()
        {
            twice::is_once(engine, clock, &input)?;
            self.houses[house].watch.done += 1;
        }
        self.commits(house)?;
        if look {
            let now = self.houses[house].watch.model.now;
            for (then, before) in others(self).into_iter().zip(before) {
                if let (Some(then), Some(before)) = (then, before) {
                    then.is_still(before, now)?;
                    self.houses[house].watch.done += 1;
                }
            }
        }
        Ok(())
    }

    /// Lets go whatever the log has confirmed.
    fn commits(&mut self, house: usize) -> Held {
        if !self.houses[house].up {
            return Ok(());
        }
        loop {
            match self.houses[house].server.commit() {
                crate::server::Commit::Durable(units) => {
                    let last = units.len() - 1;
                    for (at, unit) in units.iter().enumerate() {
                        self.lets_go(house, unit, at == last, true)?;
                    }
                }
                crate::server::Commit::NotYet => break,
                crate::server::Commit::Down(error) => {
                    self.note(format!("The server steps down: {error}"));
                    self.steps_down(house, &error.to_string());
                    return Ok(());
                }
            }
            if self.houses[house].server.engine().is_none() {
                self.steps_down(house, "");
                return Ok(());
            }
            if self.houses[house].server.is_settled() || self.houses[house].server.is_waiting() {
                break;
            }
        }
        if self.houses[house].server.is_waiting() && !self.houses[house].log_moves {
            self.houses[house].log_moves = true;
            let slow = self.dice.between(20, 2_500) as i64;
            self.after(slow, house, Happening::LogMoves);
        } else if !self.houses[house].server.is_settled() && !self.houses[house].server.is_waiting() {
            self.after(100, house, Happening::Commit);
        }
        self.set_alarm(house);
        Ok(())
    }

    /// A unit is durable: everybody learns of it.
    fn lets_go(&mut self, house: usize, unit: &crate::server::Unit, last: bool, answered: bool) -> Held {
        if self.story.is_told() {
            for recorded in unit.events() {
                self.story.tell(&self.houses[house].watch.model, recorded);
            }
        }
        self.notes_key(house, unit);
        let home = &mut self.houses[house];
        let live = if last && home.server.is_settled() { home.server.engine() } else { None };
        home.watch.take(unit, live)?;
        for turn in &unit.turns {
            if let Some(answer) = &turn.answer {
                if self.was_foreign(house, answer.ticket) {
                    let now = self.houses[house].watch.model.now;
                    hold!(
                        26,
                        now,
                        answer.result.is_err(),
                        "a command about another account was taken: {:?}",
                        unit.input
                    );
                }
                let limit = matches!(answer.result, Err(readyroom_core::refusal::Refusal::LimitReached { .. }));
                self.count(Fault::Limit, limit);
            }
            let down = |recorded: &&readyroom_core::event::Recorded| {
                let ended = &recorded.event;
                matches!(ended, readyroom_core::event::Event::OfferEnded { outcome, .. } if *outcome == readyroom_core::event::OfferOutcome::ServerDown)
            };
            let down = turn.events.iter().filter(down).count();
            self.faults.add(Fault::ServerDown, down as u64);
            if answered {
                for &effect in &turn.effects {
                    self.shows(house, effect);
                }
            }
        }
        Ok(())
    }

    /// An effect reaches those it concerns, a moment later, if at all.
    pub(crate) fn shows(&mut self, house: usize, effect: Effect) {
        let latency = self.dice.between(10, 250) as i64;
        let agent = match effect {
            Effect::Ring { agent, .. } | Effect::StopRinging { agent, .. } => Some(agent),
            Effect::Connect { agent, .. } | Effect::Part { agent, .. } => Some(agent),
            Effect::Close { conversation } => {
                for who in 0..self.houses[house].agents.len() {
                    if self.houses[house].agents[who].hands.contains(&conversation) {
                        self.after(latency, house, Happening::AgentSees(who, effect));
                    }
                }
                None
            }
        };
        let who = agent.and_then(|agent| self.houses[house].agents.iter().position(|person| person.id == agent));
        if let Some(who) = who
            && (self.calm || !self.dice.chance(4))
        {
            self.after(latency, house, Happening::AgentSees(who, effect));
        }
        self.after(latency + 5, house, Happening::ClientSees(effect));
    }

    /// Sets the alarm that the engine asks for.
    pub(crate) fn set_alarm(&mut self, house: usize) {
        let skew = self.skew;
        let wake = self.houses[house].server.engine().and_then(|engine| engine.next_wake());
        let at = wake.map(|(at, _)| (at.0 - skew).max(self.now));
        if self.houses[house].alarm != at {
            self.houses[house].alarm = at;
            if let Some(at) = at {
                self.after(at - self.now, house, Happening::Alarm);
            }
        }
    }

    pub(crate) fn account_of(house: usize, dice: &mut Dice) -> Account {
        let mut bytes = dice.id().to_be_bytes();
        bytes[0] = house as u8;
        Account(bytes)
    }
}
