//! One account's engine: commands and alarms in, turns out. It has no clock, no dice and no store.
//!
//! Whoever drives it hands in the instant with each input, takes the turns that come of it, makes
//! them durable, all turns of one input together, and only then lets answers, effects and facts go.

use crate::commands::{Ask, Command};
use crate::effect::{self, Effect};
use crate::event::{Actor, Event, Policy, Recorded};
use crate::floor::deadlines::Deadline;
use crate::floor::facts::Facts;
use crate::floor::{Floor, Touched};
use crate::ids::*;
use crate::policy::{self, timeouts};
use crate::refusal::Refusal;
use crate::routing::Router;
use std::collections::{BTreeSet, VecDeque};

/// What comes in.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Somebody asks for something.
    Command {
        /// Comes back with the answer.
        ticket: Ticket,
        /// Who asks.
        by: Actor,
        /// For what.
        command: Command,
    },
    /// A device has not been heard of, though its lease runs on: what then expires is no miss.
    Silent {
        /// Whose.
        agent: UserId,
        /// Which.
        device: DeviceId,
    },
    /// The account was just opened from its log, after a stop.
    Reopen,
    /// The alarm that `next_wake` named has come, or any other reason to look at the time.
    Wake,
}

/// What the caller gave a command, to know its answer by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whose.
    pub ticket: Ticket,
    /// The position after which the command shows; or why it was not done.
    pub result: Result<EventNo, Refusal>,
}

/// What an event left behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touch {
    /// The event.
    pub no: EventNo,
    /// Something it touched, as it is after it.
    pub facts: Facts,
}

/// What one input decided, to be stored before any of it is promised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// What happened, in order.
    pub events: Vec<Recorded>,
    /// The answer to the command.
    pub answer: Option<Answer>,
    /// The desires that changed.
    pub effects: Vec<Effect>,
    /// What the events left behind, in their order.
    pub touched: Vec<Touch>,
}

/// Why the engine wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// An alarm of the floor.
    Deadline(Deadline),
    /// A delay lets a conversation through.
    Delay,
}

/// The engine of one account.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    floor: Floor,
    router: Router,
    now: Timestamp,
    turns: VecDeque<Turn>,
}

impl Turn {
    /// A turn with room for what most turns hold, so that it does not grow by copying.
    fn roomy() -> Turn {
        Turn { events: Vec::with_capacity(4), touched: Vec::with_capacity(16), ..Turn::default() }
    }
}

impl Engine {
    /// The engine of an account that has no events yet.
    pub fn new() -> Engine {
        Engine::default()
    }

    /// The engine of a floor that was folded from its log. The first input should be `Reopen`.
    pub fn on(floor: Floor) -> Engine {
        let router = Router::of(&floor);
        Engine { now: floor.last_at(), floor, router, turns: VecDeque::new() }
    }

    /// The floor as it is now, whatever of it is stored.
    pub fn floor(&self) -> &Floor {
        &self.floor
    }

    /// The order of its agents and conversations.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Takes an input. The instant never goes backwards: an earlier one counts as the last.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        self.now = self.now.max(now);
        match input {
            Input::Reopen => self.reopen(),
            Input::Wake => self.run_due(),
            Input::Silent { agent, device } => {
                self.run_due();
                let known = self.floor.find_agent(agent).map(|slot| self.floor.agent(slot));
                if known.is_ok_and(|agent| agent.devices.iter().any(|known| known.id == device && known.live)) {
                    self.floor.set_silent(agent, device);
                }
            }
            Input::Command { ticket, by, command } => {
                self.run_due();
                self.command(ticket, by, &command);
            }
        }
    }

    /// The next turn, until there is none.
    pub fn poll(&mut self) -> Option<Turn> {
        self.turns.pop_front()
    }

    /// When the engine wants to be woken, and why.
    pub fn next_wake(&self) -> Option<(Timestamp, Why)> {
        let deadline = self.floor.deadlines().first().map(|(at, deadline)| (at, Why::Deadline(deadline)));
        let delay = self.router.next_opening().map(|at| (at, Why::Delay));
        [deadline, delay].into_iter().flatten().min()
    }

    fn command(&mut self, ticket: Ticket, by: Actor, command: &Command) {
        let mut turn = Turn::roomy();
        let opens = matches!(command, Command::OpenAccount(_));
        let decision = if self.floor.is_open() || opens {
            command.decide(&Ask { floor: &self.floor, now: self.now, by })
        } else {
            Err(Refusal::AccountNotOpen)
        };
        let result = decision.map(|events| {
            if let (Command::ReportDevice(report), true) = (command, events.is_empty() && self.floor.is_open()) {
                self.renew(report);
            }
            for event in events {
                self.emit(&mut turn, by, event);
            }
            self.settle(&mut turn);
            self.floor.last_no()
        });
        turn.answer = Some(Answer { ticket, result });
        self.turns.push_back(turn);
    }

    /// A device that is known and live was heard of again.
    fn renew(&mut self, report: &crate::commands::ReportDevice) {
        let slot = self.floor.find_agent(report.agent).expect("the report was accepted");
        let known = self.floor.agent(slot).devices.iter().any(|known| known.id == report.device && known.live);
        if known && report.reachable {
            self.floor.set_lease(report.agent, report.device, report.lease_ms().map(|ms| self.now.plus_ms(ms)));
        }
    }

    fn reopen(&mut self) {
        let mut turn = Turn::roomy();
        let by = Actor::Policy(Policy::Reopen);
        if self.floor.is_open() {
            self.emit(&mut turn, by, Event::Reopened {});
            for event in timeouts::ran_out_while_down(&self.floor, self.now) {
                self.emit(&mut turn, by, event);
            }
            self.settle(&mut turn);
            self.turns.push_back(turn);
        }
        self.run_due();
    }

    /// Does what is due, one alarm at a time: each sees what the one before it did.
    fn run_due(&mut self) {
        while let Some((_, why)) = self.next_wake().filter(|&(at, _)| at <= self.now) {
            let mut turn = Turn::roomy();
            match why {
                Why::Deadline(deadline) => {
                    let (policy, event) = timeouts::passed(&self.floor, deadline);
                    self.emit(&mut turn, Actor::Policy(policy), event);
                }
                // The matcher looks at what a delay has let through.
                Why::Delay => {}
            }
            self.settle(&mut turn);
            if !turn.events.is_empty() {
                self.turns.push_back(turn);
            }
        }
    }

    /// Lets everything follow that follows: first the policies, then the matches, until all is quiet.
    fn settle(&mut self, turn: &mut Turn) {
        let mut answered = 0;
        loop {
            if answered < turn.events.len() {
                for reaction in &policy::REACTIONS {
                    let follow = (reaction.react)(&self.floor, &turn.events[answered]);
                    for event in follow {
                        self.emit(turn, Actor::Policy(reaction.policy), event);
                    }
                }
                answered += 1;
            } else if let Some(made) = self.router.next_match(&self.floor, self.now) {
                let event = self.floor.offer_made(self.now, made.conversation, made.agent, made.kind, None);
                self.emit(turn, Actor::Policy(Policy::Router), event);
            } else {
                break;
            }
        }
    }

    fn emit(&mut self, turn: &mut Turn, by: Actor, event: Event) {
        let recorded = Recorded { no: self.floor.last_no().plus(1), at: self.now, by, event };
        let touched = self.floor.apply(&recorded);
        self.router.refresh(&self.floor, &touched);
        turn.effects.extend(effect::of(&recorded.event));
        tell(&self.floor, recorded.no, &touched, &mut turn.touched);
        turn.events.push(recorded);
    }
}

/// The facts of everything that an event touched, each once.
pub fn tell(floor: &Floor, no: EventNo, touched: &Touched, to: &mut Vec<Touch>) {
    each_once(&touched.agents, |slot| to.push(Touch { no, facts: Facts::Agent(floor.agent_facts(slot)) }));
    to.extend(touched.seats.iter().map(|&slot| Touch { no, facts: Facts::Seat(floor.seat_facts(slot)) }));
    to.extend(touched.seat_gone.iter().map(|&(_, _, facts)| Touch { no, facts: Facts::Seat(facts) }));
    each_once(&touched.queues, |slot| to.push(Touch { no, facts: Facts::Queue(floor.queue_facts(slot)) }));
    to.extend(touched.queue_gone.iter().map(|&facts| Touch { no, facts: Facts::Queue(facts) }));
    let here = touched.conversations.iter().filter(|&&slot| floor.conversation_at(slot).is_some());
    to.extend(here.map(|&slot| Touch { no, facts: Facts::Conversation(floor.conversation_facts(slot)) }));
    to.extend(touched.conversation_gone.iter().map(|&facts| Touch { no, facts: Facts::Conversation(facts) }));
}

/// Does something for each slot of a list, the first time it comes. Lists are short but for changes
/// that concern a whole queue.
fn each_once<T: Copy + Ord>(slots: &[T], mut act: impl FnMut(T)) {
    const SHORT: usize = 8;
    let mut seen = BTreeSet::new();
    for (at, &slot) in slots.iter().enumerate() {
        let first = if slots.len() <= SHORT { !slots[..at].contains(&slot) } else { seen.insert(slot) };
        if first {
            act(slot);
        }
    }
}
