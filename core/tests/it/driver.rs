//! An engine under a virtual clock, and short words for what tests do with it.

use readyroom_core::commands::*;
use readyroom_core::engine::{Engine, Input, Ticket};
use readyroom_core::event::{Actor, DeviceKind, Event, Recorded};
use readyroom_core::floor::facts::{AgentFacts, StageFacts};
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use readyroom_core::settings::*;

pub const BOSS: Actor = Actor::Supervisor(UserId([0xb0; 16]));
pub const START: Timestamp = Timestamp(1_767_571_200_000);

pub struct Driver {
    pub engine: Engine,
    pub now: Timestamp,
    pub events: Vec<Recorded>,
}

impl Driver {
    pub fn new() -> Driver {
        let mut driver = Driver { engine: Engine::new(), now: START, events: Vec::new() };
        driver.must(BOSS, OpenAccount { general: QueueId::from_u128(1) });
        driver
    }

    pub fn ask(&mut self, by: Actor, command: impl Into<Command>) -> Result<EventNo, Refusal> {
        self.engine.handle(self.now, Input::Command { ticket: Ticket(1), by, command: command.into() });
        self.collect().expect("a command is answered")
    }

    pub fn must(&mut self, by: Actor, command: impl Into<Command>) {
        self.ask(by, command).expect("the scene can be set");
    }

    fn collect(&mut self) -> Option<Result<EventNo, Refusal>> {
        let mut result = None;
        while let Some(turn) = self.engine.poll() {
            self.events.extend(turn.events);
            result = turn.answer.map(|answer| answer.result).or(result);
        }
        result
    }

    /// Lets time pass, waking the engine whenever it asked for it.
    pub fn advance_to(&mut self, until: Timestamp) {
        while let Some((due, _)) = self.engine.next_wake().filter(|&(due, _)| due <= until) {
            self.now = due;
            self.engine.handle(due, Input::Wake);
            self.collect();
        }
        self.now = until;
    }

    pub fn add_queue(&mut self, queue: QueueId, settings: QueueSettings) {
        self.must(BOSS, AddQueue { queue, settings });
    }

    pub fn add_agent(&mut self, agent: UserId, settings: AgentSettings) {
        self.must(BOSS, AddAgent::new(agent, settings));
        for (kind, device) in [(DeviceKind::Sip, 1), (DeviceKind::Console, 2)] {
            let device = DeviceId::from_u128(device);
            let ttl_ms = Some(*readyroom_core::limits::LEASE_MS.end());
            self.must(Actor::Signalling, ReportDevice { agent, device, kind, reachable: true, ttl_ms });
        }
    }

    pub fn enter(&mut self, conversation: ConversationId, channel: Channel, queue: QueueId) {
        self.must(Actor::Signalling, enter(conversation, channel, queue));
    }

    pub fn facts(&self, agent: UserId) -> AgentFacts {
        let floor = self.engine.floor();
        floor.agent_facts(floor.find_agent(agent).unwrap())
    }

    pub fn stage(&self, conversation: ConversationId) -> StageFacts {
        let floor = self.engine.floor();
        floor.find_conversation(conversation).map_or(StageFacts::Ended, |slot| floor.conversation_facts(slot).stage)
    }

    pub fn accept(&mut self, agent: UserId) {
        let offer = self.facts(agent).offer.expect("the agent has an offer").offer;
        self.must(Actor::Agent(agent), AcceptOffer { offer });
    }

    /// The engine as if this had been recorded too.
    pub fn as_if(&self, event: Event) -> Engine {
        let mut floor = self.engine.floor().clone();
        let (no, at) = (floor.last_no().plus(1), self.now);
        floor.apply(&Recorded { no, at, by: BOSS, event });
        Engine::on(floor)
    }
}

pub fn enter(conversation: ConversationId, channel: Channel, queue: QueueId) -> EnterQueue {
    EnterQueue {
        conversation,
        client: ClientId(conversation.0),
        channel,
        queue,
        skills: vec![],
        priority: None,
        owner: None,
        arrived_at: None,
    }
}

pub fn queue_of(channel: Channel, wrap_up_ms: u64) -> QueueSettings {
    QueueSettings {
        wrap_up_ms: Some(wrap_up_ms),
        ring_timeout_ms: 3_600_000,
        ..QueueSettings::new("q", ChannelSet::only(channel))
    }
}
