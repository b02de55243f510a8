//! Floors to measure on: so many agents, each ready in three queues of thirty.

use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input, Ticket, Turn};
use readyroom_core::event::{Actor, DeviceKind};
use readyroom_core::ids::*;
use readyroom_core::settings::*;

/// Queues on a floor.
pub const QUEUES: usize = 30;
/// Memberships of an agent.
pub const SEATS: usize = 3;
const BOSS: Actor = Actor::Supervisor(UserId([0xb0; 16]));

/// An engine and its clock.
pub struct Bench {
    /// The engine.
    pub engine: Engine,
    /// The instant.
    pub now: Timestamp,
    next: u128,
    turns: Option<Vec<Turn>>,
}

impl Bench {
    /// A floor with its queues and nobody on it.
    pub fn empty() -> Bench {
        let mut bench = Bench { engine: Engine::new(), now: Timestamp(1_767_571_200_000), next: 1 << 64, turns: None };
        bench.set_up();
        bench
    }

    /// A floor of so many agents, all ready, and every turn that made it.
    pub fn with_turns(agents: usize) -> (Bench, Vec<Turn>) {
        let mut bench =
            Bench { engine: Engine::new(), now: Timestamp(1_767_571_200_000), next: 1 << 64, turns: Some(Vec::new()) };
        bench.set_up();
        (0..agents).for_each(|at| bench.add_agent(at, true));
        let turns = bench.turns.take().expect("they were kept");
        (bench, turns)
    }

    fn set_up(&mut self) {
        self.ask(BOSS, OpenAccount { general: QueueId::from_u128(1) });
        for at in 0..QUEUES {
            let settings = QueueSettings {
                wrap_up_ms: Some(1_000),
                ring_timeout_ms: 60_000_000,
                ..QueueSettings::new("queue", ChannelSet::only(Channel::Voice))
            };
            self.ask(BOSS, AddQueue { queue: queue(at), settings });
        }
    }

    /// A floor of so many agents, all ready.
    pub fn with(agents: usize) -> Bench {
        let mut bench = Bench::empty();
        for at in 0..agents {
            bench.add_agent(at, true);
        }
        bench
    }

    /// One more agent, ready or not.
    pub fn add_agent(&mut self, at: usize, ready: bool) {
        let agent = agent(at);
        self.ask(BOSS, AddAgent::new(agent, AgentSettings::default()));
        let queues: Vec<_> = (0..SEATS).map(|seat| queue((at * 7 + seat * 11) % QUEUES)).collect();
        for &queue in &queues {
            self.ask(BOSS, SetMembership { agent, queue, settings: MembershipSettings::default() });
        }
        let (device, kind) = (DeviceId::from_u128(1), DeviceKind::Sip);
        self.ask(Actor::Signalling, ReportDevice { agent, device, kind, reachable: true, ttl_ms: None });
        self.ask(Actor::Agent(agent), LogIn { agent, queues });
        self.now = self.now.plus_ms(1);
        if ready {
            self.ask(Actor::Agent(agent), SetStatus { agent, wish: Wish::Available { out_only: false } });
        }
    }

    /// Puts a command to the engine, which must do it.
    pub fn ask(&mut self, by: Actor, command: impl Into<Command>) -> Vec<Turn> {
        self.engine.handle(self.now, Input::Command { ticket: Ticket(0), by, command: command.into() });
        let turns: Vec<_> = std::iter::from_fn(|| self.engine.poll()).collect();
        let refused =
            turns.iter().filter_map(|turn| turn.answer.as_ref()).find_map(|answer| answer.result.as_ref().err());
        assert!(refused.is_none(), "the engine said no: {refused:?}");
        if let Some(kept) = &mut self.turns {
            kept.extend(turns.iter().cloned());
        }
        turns
    }

    /// A new call to a queue.
    pub fn call(&mut self, at: usize) -> EnterQueue {
        self.next += 1;
        EnterQueue {
            conversation: ConversationId::from_u128(self.next),
            client: ClientId::from_u128(self.next),
            channel: Channel::Voice,
            queue: queue(at % QUEUES),
            skills: vec![],
            priority: None,
            owner: None,
            arrived_at: None,
        }
    }
}

/// The id of the agent with this number.
pub fn agent(at: usize) -> UserId {
    UserId::from_u128(1_000 + at as u128)
}

/// The id of the queue with this number.
pub fn queue(at: usize) -> QueueId {
    QueueId::from_u128(100 + at as u128)
}
