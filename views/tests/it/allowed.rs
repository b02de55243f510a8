//! The buttons against the engine: an action is listed exactly when the engine accepts it and it
//! changes something. People push a floor about by chance, and before each push every button of
//! every agent is tried on a copy.

use crate::floor::Numbers;
use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input, Ticket};
use readyroom_core::event::*;
use readyroom_core::floor::conversation::Stage;
use readyroom_core::floor::facts::{AgentFacts, SeatFacts};
use readyroom_core::ids::*;
use readyroom_core::settings::*;
use readyroom_views::allowed::{Action, Allowed, allowed, allowed_here};
use std::collections::BTreeSet;

const BOSS: Actor = Actor::Supervisor(UserId::from_u128(99));
const AGENTS: u128 = 4;
const QUEUES: u128 = 4;

struct Office {
    engine: Engine,
    now: Timestamp,
    dice: Numbers,
    conversations: u128,
}

impl Office {
    fn new(seed: u64) -> Office {
        let (engine, now, dice) = (Engine::new(), Timestamp(1_000_000), Numbers(seed));
        let mut office = Office { engine, now, dice, conversations: 0 };
        office.ask(BOSS, OpenAccount { general: QueueId::from_u128(1) });
        for number in 2..=QUEUES {
            let settings = QueueSettings {
                wrap_up_ms: Some(5_000),
                auto_ready: number == 2,
                ..QueueSettings::new(&format!("queue {number}"), ChannelSet::ALL)
            };
            office.ask(BOSS, AddQueue { queue: QueueId::from_u128(number), settings });
        }
        for number in 1..=AGENTS {
            let agent = UserId::from_u128(number);
            let settings = AgentSettings {
                auto_queue_login: number != 2,
                auto_ready_on_login: number % 2 == 1,
                capacity: 3,
                ..AgentSettings::default()
            };
            office.ask(BOSS, AddAgent::new(agent, settings));
            let modes = [Mode::Static, Mode::Dynamic, Mode::Mandatory, Mode::SupervisorManaged];
            for (queue, mode) in (1..=QUEUES).map(QueueId::from_u128).zip(modes) {
                let settings = MembershipSettings { mode, ..MembershipSettings::default() };
                office.ask(BOSS, SetMembership { agent, queue, settings });
            }
        }
        office
    }

    fn ask(&mut self, by: Actor, command: impl Into<Command>) -> bool {
        self.engine.handle(self.now, Input::Command { ticket: Ticket(1), by, command: command.into() });
        let mut did = false;
        while let Some(turn) = self.engine.poll() {
            did = turn.answer.is_some_and(|answer| answer.result.is_ok()) && !turn.events.is_empty();
        }
        did
    }

    /// Whether a command would be accepted now and do something.
    fn would(&self, by: Actor, command: &Command) -> bool {
        let (engine, now, dice) = (self.engine.clone(), self.now, Numbers(0));
        Office { engine, now, dice, conversations: 0 }.ask(by, command.clone())
    }

    fn happen(&mut self) {
        self.now = self.now.plus_ms([0, 100, 1_000, 7_000][self.dice.below(4)]);
        self.engine.handle(self.now, Input::Wake);
        while self.engine.poll().is_some() {}
        let agent = UserId::from_u128(1 + self.dice.below(AGENTS as usize) as u128);
        let queue = QueueId::from_u128(1 + self.dice.below(QUEUES as usize) as u128);
        let conversation = ConversationId::from_u128(1 + self.dice.below(self.conversations.max(1) as usize) as u128);
        let half = self.dice.below(2) == 0;
        match self.dice.below(24) {
            0..=2 => {
                let (device, kind) = match half {
                    true => (DeviceId::from_u128(1), DeviceKind::Sip),
                    false => (DeviceId::from_u128(2), DeviceKind::Console),
                };
                let reachable = self.dice.below(6) > 0;
                self.ask(Actor::Signalling, ReportDevice { agent, device, kind, reachable, ttl_ms: None });
            }
            3..=6 => {
                self.conversations += 1;
                let conversation = ConversationId::from_u128(self.conversations);
                let (client, channel) = (ClientId::from_u128(self.conversations), Channel::ALL[usize::from(half)]);
                let (skills, priority, owner, arrived_at) = (vec![], None, None, None);
                self.ask(
                    BOSS,
                    EnterQueue { conversation, client, channel, queue, skills, priority, owner, arrived_at },
                );
            }
            7 => drop(self.ask(BOSS, LockMembership { agent, queue, locked: half })),
            8 if half => drop(self.ask(BOSS, DeactivateAgent { agent })),
            9 => drop(self.ask(BOSS, ReactivateAgent { agent })),
            10 => {
                let body = Sealed { key: KeyId::from_u128(1), bytes: vec![1] };
                let author = if half { Author::Agent(agent) } else { Author::Client };
                self.ask(BOSS, RecordMessage { conversation, author, body });
            }
            _ => self.press(agent, queue),
        }
    }

    /// Somebody presses a button at random.
    fn press(&mut self, agent: UserId, queue: QueueId) {
        let (facts, seats) = self.facts(agent);
        let seat = seats.iter().find(|seat| seat.queue == queue).unwrap();
        let action = self.dice.one_of(Action::ALL);
        let by = if self.dice.below(2) == 0 { BOSS } else { Actor::Agent(agent) };
        if let Some(command) = self.command(action, &facts, seat) {
            self.ask(by, command);
        }
    }

    fn facts(&self, agent: UserId) -> (AgentFacts, Vec<SeatFacts>) {
        let floor = self.engine.floor();
        let slot = floor.find_agent(agent).unwrap();
        (floor.agent_facts(slot), floor.seats_of(slot).map(|(seat, _)| floor.seat_facts(seat)).collect())
    }

    /// The command behind a button; none where the row names nothing to do it with.
    fn command(&self, action: Action, facts: &AgentFacts, seat: &SeatFacts) -> Option<Command> {
        let (agent, queue) = (facts.agent, QueueChoice::One(seat.queue));
        let active = || self.active_conversation(agent);
        let wish = |wish| Some(SetStatus { agent, wish }.into());
        let wrapped = || facts.wrap_up.map(|wrap_up| wrap_up.conversation);
        match action {
            Action::LogIn => Some(LogIn { agent, queues: vec![] }.into()),
            Action::LogOut => Some(LogOut { agent }.into()),
            Action::BeAvailable => wish(Wish::Available { out_only: false }),
            Action::BeAvailableOutOnly => wish(Wish::Available { out_only: true }),
            Action::BeNotReady => wish(Wish::NotReady),
            Action::GoOnBreak => {
                // One who is on a break already may still choose another reason.
                let lunch: ReasonCode = "lunch_break".parse().unwrap();
                let on_it = facts.reason.is_some_and(|reason| reason.code == lunch)
                    || facts.leaving.is_some_and(|leaving| leaving.reason == Some(lunch));
                wish(Wish::OnBreak { reason: (!on_it).then_some(lunch) })
            }
            Action::CancelLeaving => match facts.leaving?.to {
                Status::Offline => Some(LogIn { agent, queues: vec![] }.into()),
                _ => wish(Wish::Available { out_only: facts.out_only }),
            },
            Action::AcceptOffer => Some(AcceptOffer { offer: facts.offer?.offer }.into()),
            Action::DeclineOffer => Some(DeclineOffer { offer: facts.offer?.offer }.into()),
            Action::RescindOffer => Some(RescindOffer { offer: facts.offer?.offer }.into()),
            Action::Hold => Some(Hold { conversation: facts.call?.conversation, held: true }.into()),
            Action::Resume => Some(Hold { conversation: facts.call?.conversation, held: false }.into()),
            Action::Requeue => Some(Requeue { conversation: active()? }.into()),
            Action::EndConversation => Some(EndConversation { conversation: active()? }.into()),
            Action::StartWrapUp => Some(StartWrapUp { agent }.into()),
            Action::FinishWrapUp => Some(FinishWrapUp { agent, conversation: wrapped()? }.into()),
            Action::ExtendWrapUp => Some(ExtendWrapUp { agent, conversation: wrapped()??, by_ms: 1_000 }.into()),
            Action::QueueLogIn => Some(QueueLogIn { agent, queue }.into()),
            Action::QueueLogOut => Some(QueueLogOut { agent, queue }.into()),
            Action::QueueReady => Some(QueueReady { agent, queue }.into()),
            Action::QueueNotReady => Some(QueueNotReady { agent, queue }.into()),
        }
    }

    fn active_conversation(&self, agent: UserId) -> Option<ConversationId> {
        let floor = self.engine.floor();
        let slot = floor.find_agent(agent).unwrap();
        let mut held = floor.conversations().map(|(_, conversation)| conversation);
        held.find(|held| matches!(held.stage, Stage::Active { agent, .. } if agent == slot)).map(|held| held.id)
    }

    /// Tries every button of every agent, and notes those that were lit.
    fn try_all(&self, lit: &mut BTreeSet<(Action, bool)>) {
        for agent in (1..=AGENTS).map(UserId::from_u128) {
            let (facts, seats) = self.facts(agent);
            let own = allowed(&facts, &seats.iter().collect::<Vec<_>>());
            for (at, seat) in seats.iter().enumerate() {
                let here = allowed_here(&facts, seat);
                for &action in Action::ALL {
                    let of_queue = action >= Action::QueueLogIn;
                    if !of_queue && at > 0 {
                        continue;
                    }
                    let Allowed { self_, supervisor } = if of_queue { here } else { own };
                    for (by, listed) in [(Actor::Agent(agent), self_), (BOSS, supervisor)] {
                        let command = self.command(action, &facts, seat);
                        let accepted = command.is_some_and(|command| self.would(by, &command));
                        assert_eq!(listed.has(action), accepted, "{action} by {by:?} of {facts:?} {seat:?}");
                        lit.insert((action, accepted));
                    }
                }
            }
        }
    }
}

#[test]
fn a_button_is_lit_exactly_when_the_engine_would_do_it() {
    let mut lit = BTreeSet::new();
    for seed in 0..12 {
        let mut office = Office::new(seed);
        for step in 0..600 {
            office.happen();
            if step % 5 == 0 {
                office.try_all(&mut lit);
            }
        }
    }
    // Every button was seen both lit and dark.
    let missing: Vec<_> = Action::ALL
        .iter()
        .flat_map(|&action| [(action, true), (action, false)])
        .filter(|seen| !lit.contains(seen))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_buttons_are_lists_of_words() {
    let fresh = readyroom_views::fresh_agent(UserId::from_u128(1));
    let json = serde_json::to_value(allowed(&fresh, &[])).unwrap();
    assert_eq!(json, serde_json::json!({"self": ["log_in"], "supervisor": ["log_in"]}));
}
