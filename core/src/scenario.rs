//! The little language of our tests: a scene is set, things happen at their times, and after an
//! arrow stands what must then be seen.
//!
//! ```text
//! queue sales voice wrap 10 ring 20        agent anna in sales tier 2 delay 30, help
//! 09:00:00  anna arrives              -> available          devices, login to all, available
//! 09:01:00  w1 calls sales            -> w1 offered to anna
//! 09:01:05  anna accepts              -> in call
//! ```
//! What is seen is of the agent last named, or of the conversation that begins the phrase.

use crate::commands::*;
use crate::engine::{Engine, Input, Ticket};
use crate::event::*;
use crate::floor::facts::{AgentFacts, StageFacts, State};
use crate::floor::{AgentSlot, ConversationSlot, Floor};
use crate::ids::*;
use crate::refusal::Refusal;
use crate::settings::*;
use std::collections::BTreeMap;

/// Plays a scene, and panics at the first line that is not so.
pub(crate) fn check(scene: &str) {
    play(scene);
}

/// Plays a scene, and hands out the engine as it is at its end.
pub(crate) fn play(scene: &str) -> Engine {
    let mut stage = Scene::new();
    for line in scene.lines().map(str::trim).filter(|line| !line.is_empty()) {
        stage.line(line);
    }
    stage.engine
}

const BOSS: Actor = Actor::Supervisor(UserId([0xb0; 16]));

struct Scene {
    engine: Engine,
    now: Timestamp,
    names: BTreeMap<String, u128>,
    subject: String,
    refused: Option<Refusal>,
    /// Whether the line recorded a note.
    noted: bool,
}

impl Scene {
    fn new() -> Scene {
        let mut scene = Scene {
            engine: Engine::new(),
            now: at("09:00:00"),
            names: BTreeMap::new(),
            subject: String::new(),
            refused: None,
            noted: false,
        };
        let general = QueueId::from_u128(scene.id("General"));
        scene.must(BOSS, OpenAccount { general });
        scene
    }

    fn id(&mut self, name: &str) -> u128 {
        let next = self.names.len() as u128 + 1;
        *self.names.entry(name.to_owned()).or_insert(next)
    }

    fn agent(&mut self, name: &str) -> UserId {
        self.subject = name.to_owned();
        UserId::from_u128(self.id(name))
    }

    fn queue(&mut self, name: &str) -> QueueId {
        QueueId::from_u128(self.id(name))
    }

    fn work(&mut self, name: &str) -> ConversationId {
        ConversationId::from_u128(self.id(name))
    }

    fn device(&mut self, name: &str, kind: DeviceKind) -> DeviceId {
        DeviceId::from_u128(self.id(&format!("{name}'s {kind:?}")))
    }

    fn ask(&mut self, by: Actor, command: impl Into<Command>) {
        self.engine.handle(self.now, Input::Command { ticket: Ticket(1), by, command: command.into() });
        while let Some(turn) = self.engine.poll() {
            self.noted |= turn.events.iter().any(|fact| matches!(fact.event, Event::NoteRecorded { .. }));
            self.refused = turn.answer.and_then(|answer| answer.result.err()).or(self.refused.take());
        }
    }

    fn must(&mut self, by: Actor, command: impl Into<Command>) {
        self.ask(by, command);
        assert_eq!(self.refused, None, "the scene could not be set");
    }

    fn line(&mut self, line: &str) {
        let (told, seen) = line.split_once("->").unwrap_or((line, ""));
        let words: Vec<_> = told.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        (self.refused, self.noted) = (None, false);
        match words.as_slice() {
            ["queue", name, channels, rest @ ..] => self.add_queue(name, channels, rest),
            ["agent", name, rest @ ..] => self.add_agent(name, rest),
            ["skill", name] => {
                let skill = SkillId::from_u128(self.id(name));
                self.must(BOSS, DefineSkill { skill, name: (*name).to_owned() });
            }
            [time, rest @ ..] => {
                self.now = at(time);
                while let Some((due, _)) = self.engine.next_wake().filter(|&(due, _)| due <= self.now) {
                    self.engine.handle(due, Input::Wake);
                    while self.engine.poll().is_some() {}
                }
                self.happen(rest, line);
            }
            [] => {}
        }
        let expectations = seen.split(',').map(str::trim).filter(|phrase| !phrase.is_empty());
        let was_refused = seen.contains("refused");
        for phrase in expectations {
            assert!(self.holds(phrase), "{line}\n  not so: {phrase}\n  but: {}", self.sight());
        }
        assert!(was_refused || self.refused.is_none(), "{line}\n  was refused: {:?}", self.refused);
    }

    fn add_queue(&mut self, name: &str, channels: &str, rest: &[&str]) {
        let channels = match channels {
            "voice" => ChannelSet::only(Channel::Voice),
            "chat" => ChannelSet::only(Channel::Chat),
            "both" => ChannelSet::ALL,
            other => panic!("{other} is no channel"),
        };
        let mut settings = QueueSettings::new(name, channels);
        let mut rest = rest.iter();
        while let Some(&word) = rest.next() {
            let mut number = || rest.next().expect("a number follows").parse::<u64>().expect("it is a number");
            match word {
                "wrap" => settings.wrap_up_ms = Some(number() * 1_000),
                "ring" => settings.ring_timeout_ms = number() * 1_000,
                "priority" => settings.priority = number() as u8,
                "max-no-answer" => settings.max_no_answer = number() as u8,
                "auto-ready" => settings.auto_ready = true,
                "auto-accept" => settings.auto_accept = true,
                "not-ready-after-external-call" => settings.auto_not_ready_after_external_call = true,
                other => panic!("{other} is no setting of a queue"),
            }
        }
        let queue = self.queue(name);
        self.must(BOSS, AddQueue { queue, settings });
    }

    fn add_agent(&mut self, name: &str, rest: &[&str]) {
        let agent = self.agent(name);
        let mut settings = AgentSettings::default();
        let mut seats: Vec<(QueueId, MembershipSettings)> = Vec::new();
        let mut skills = Vec::new();
        let mut rest = rest.iter().copied().peekable();
        while let Some(word) = rest.next() {
            let mut number = || rest.next().expect("a number follows").parse::<u32>().expect("it is a number");
            let seat = seats.last_mut().map(|(_, seat)| seat);
            match (word, seat) {
                ("in", _) => {}
                ("capacity", _) => settings.capacity = number() as u8,
                ("auto-ready-on-login", _) => settings.auto_ready_on_login = true,
                ("auto-queue-login", _) => settings.auto_queue_login = true,
                ("skilled", _) => {
                    let skill = SkillId::from_u128(self.id(rest.next().expect("a skill follows")));
                    let level = rest.next().and_then(|level| level.parse().ok()).expect("a level follows");
                    skills.push(SkillLevel { skill, level });
                }
                ("tier", Some(seat)) => seat.tier_level = number() as u16,
                ("position", Some(seat)) => seat.position = number() as u16,
                ("delay", Some(seat)) => seat.delay_sec = number(),
                ("dynamic", Some(seat)) => seat.mode = Mode::Dynamic,
                ("mandatory", Some(seat)) => seat.mode = Mode::Mandatory,
                ("supervisor-managed", Some(seat)) => seat.mode = Mode::SupervisorManaged,
                (queue, _) => seats.push((self.queue(queue), MembershipSettings::default())),
            }
        }
        self.must(BOSS, AddAgent { agent, settings, skills, memberships: seats });
    }

    fn happen(&mut self, words: &[&str], line: &str) {
        match words {
            [] => {}
            [who, "calls" | "chats", queue, rest @ ..] => {
                let channel = if words[1] == "calls" { Channel::Voice } else { Channel::Chat };
                self.enter(who, channel, queue, rest);
            }
            [who, "ends"] if who.starts_with('w') => {
                let conversation = self.work(who);
                self.ask(Actor::Client, EndConversation { conversation });
            }
            [who, "writes"] => {
                let conversation = self.work(who);
                self.ask(Actor::Client, RecordMessage { conversation, author: Author::Client, body: text() });
            }
            ["boss", act @ ..] => self.boss(act, line),
            [who, act @ ..] => {
                let agent = self.agent(who);
                self.agent_acts(who, agent, act, line);
            }
        }
    }

    fn enter(&mut self, name: &str, channel: Channel, queue: &str, rest: &[&str]) {
        let (conversation, queue) = (self.work(name), self.queue(queue));
        let client = ClientId::from_u128(self.id(name));
        let mut enter = EnterQueue {
            conversation,
            client,
            channel,
            queue,
            skills: vec![],
            priority: None,
            owner: None,
            arrived_at: None,
        };
        match rest {
            ["priority", priority] => enter.priority = priority.parse().ok(),
            ["own", owner] => enter.owner = Some(UserId::from_u128(self.id(owner))),
            ["aged", seconds] => {
                let seconds: i64 = seconds.parse().expect("seconds follow");
                enter.arrived_at = Some(Timestamp(self.now.0 - seconds * 1_000));
            }
            ["needs", skill, level] => {
                let skill = SkillId::from_u128(self.id(skill));
                enter.skills = vec![SkillLevel { skill, level: level.parse().expect("a level follows") }];
            }
            [] => {}
            other => panic!("{other:?} is nothing that a caller brings"),
        }
        self.ask(Actor::Signalling, enter);
    }

    fn boss(&mut self, act: &[&str], line: &str) {
        match act {
            ["assigns", work, "to", agent] => {
                let (conversation, agent) = (self.work(work), self.agent(agent));
                self.ask(BOSS, Assign { conversation, agent });
            }
            ["notes", "in", work] => {
                let conversation = self.work(work);
                self.ask(BOSS, RecordNote { conversation, body: text() });
            }
            ["moves", work, "to", queue] => {
                let (conversation, queue) = (self.work(work), self.queue(queue));
                self.ask(BOSS, Transfer { conversation, to: Target::Queue(queue), note: None });
            }
            ["locks", agent, "in", queue] => {
                let (agent, queue) = (self.agent(agent), self.queue(queue));
                self.ask(BOSS, LockMembership { agent, queue, locked: true });
            }
            ["puts", agent, "into", queue] => {
                let (agent, queue) = (self.agent(agent), self.queue(queue));
                self.ask(BOSS, QueueLogIn { agent, queue: QueueChoice::One(queue) });
            }
            ["takes", agent, "out", "of", queue] => {
                let (agent, queue) = (self.agent(agent), self.queue(queue));
                self.ask(BOSS, QueueLogOut { agent, queue: QueueChoice::One(queue) });
            }
            ["deactivates", agent] => {
                let agent = self.agent(agent);
                self.ask(BOSS, DeactivateAgent { agent });
            }
            ["blocks", work] => {
                let client = ClientId::from_u128(self.id(work));
                self.ask(BOSS, BlockClient { client, blocked: true });
            }
            ["unblocks", work] => {
                let client = ClientId::from_u128(self.id(work));
                self.ask(BOSS, BlockClient { client, blocked: false });
            }
            ["prefers", work, priority] => {
                let conversation = self.work(work);
                self.ask(BOSS, SetPriority { conversation, priority: priority.parse().expect("a priority follows") });
            }
            ["rescinds", work] => {
                let offer = self.offer_of_work(work);
                self.ask(BOSS, RescindOffer { offer });
            }
            ["gives", agent, "capacity", capacity] => {
                let agent = self.agent(agent);
                let before = self.slot(&self.subject.clone()).map(|slot| self.floor().agent(slot).settings);
                let capacity = capacity.parse().expect("a capacity follows");
                self.ask(
                    BOSS,
                    ChangeAgent { agent, settings: AgentSettings { capacity, ..before.unwrap_or_default() } },
                );
            }
            _ => panic!("{line}\n  the boss does no such thing"),
        }
    }

    fn agent_acts(&mut self, name: &str, agent: UserId, act: &[&str], line: &str) {
        let me = Actor::Agent(agent);
        let sip = self.device(name, DeviceKind::Sip);
        let console = self.device(name, DeviceKind::Console);
        let report = |device, kind, reachable, ttl_ms| ReportDevice { agent, device, kind, reachable, ttl_ms };
        let call = CallId([7; 16]);
        let code = |code: &str, choice| -> Command {
            match code {
                "*36" => QueueReady { agent, queue: choice }.into(),
                "*37" => QueueNotReady { agent, queue: choice }.into(),
                "*38" => QueueLogIn { agent, queue: choice }.into(),
                "*39" => QueueLogOut { agent, queue: choice }.into(),
                other => panic!("{other} is no feature code"),
            }
        };
        match act {
            ["arrives"] => {
                self.ask(me, report(sip, DeviceKind::Sip, true, None));
                self.ask(me, report(console, DeviceKind::Console, true, Some(86_400_000)));
                let slot = self.slot(name).expect("the agent is there");
                let queues = self.floor().seats_of(slot).map(|(_, seat)| self.floor().queue(seat.queue).id).collect();
                self.ask(me, LogIn { agent, queues });
                self.ask(me, SetStatus { agent, wish: Wish::Available { out_only: false } });
            }
            ["registers"] => self.ask(me, report(sip, DeviceKind::Sip, true, None)),
            ["registers", "for", seconds] => {
                let ttl_ms = seconds.parse::<u64>().expect("seconds follow") * 1_000;
                self.ask(me, report(sip, DeviceKind::Sip, true, Some(ttl_ms)));
            }
            ["unregisters"] => self.ask(Actor::Signalling, RemoveDevice { agent, device: sip }),
            ["fails", "to", "answer", "OPTIONS"] => {
                self.ask(Actor::Signalling, report(sip, DeviceKind::Sip, false, None))
            }
            ["opens", "console"] => self.ask(me, report(console, DeviceKind::Console, true, None)),
            ["closes", "console"] => self.ask(Actor::Signalling, RemoveDevice { agent, device: console }),
            ["falls", "silent"] => self.engine.handle(self.now, Input::Silent { agent, device: console }),
            ["logs", "in", queues @ ..] => {
                let queues = queues.iter().map(|queue| self.queue(queue)).collect();
                self.ask(me, LogIn { agent, queues });
            }
            ["leaves"] => self.ask(me, LogOut { agent }),
            ["is", "available"] => self.ask(me, SetStatus { agent, wish: Wish::Available { out_only: false } }),
            ["is", "out", "only"] => self.ask(me, SetStatus { agent, wish: Wish::Available { out_only: true } }),
            ["is", "not", "ready"] => self.ask(me, SetStatus { agent, wish: Wish::NotReady }),
            ["takes", reason] => {
                let reason = Some(reason.parse().expect("it is a reason code"));
                self.ask(me, SetStatus { agent, wish: Wish::OnBreak { reason } });
            }
            ["dials", dialled] => self.ask(me, code(dialled, QueueChoice::All)),
            ["dials", dialled, queue] => {
                let queue = self.queue(queue);
                self.ask(me, code(dialled, QueueChoice::One(queue)));
            }
            ["accepts"] => {
                let offer = self.offer_of(name);
                self.ask(me, AcceptOffer { offer });
            }
            ["declines"] => {
                let offer = self.offer_of(name);
                self.ask(me, DeclineOffer { offer });
            }
            ["writes", work] => {
                let conversation = self.work(work);
                self.ask(me, RecordMessage { conversation, author: Author::Agent(agent), body: text() });
            }
            ["notes", "in", work] => {
                let conversation = self.work(work);
                self.ask(me, RecordNote { conversation, body: text() });
            }
            ["ends", work] => {
                let conversation = self.work(work);
                self.ask(me, EndConversation { conversation });
            }
            ["holds", work] => {
                let conversation = self.work(work);
                self.ask(me, Hold { conversation, held: true });
            }
            ["requeues", work] => {
                let conversation = self.work(work);
                self.ask(me, Requeue { conversation });
            }
            ["hands", work, "to", "queue", queue, noting @ ..] => {
                let (conversation, queue) = (self.work(work), self.queue(queue));
                let note = (noting == ["noting"]).then(text);
                self.ask(me, Transfer { conversation, to: Target::Queue(queue), note });
            }
            ["hands", work, "to", other] => {
                let (conversation, other) = (self.work(work), UserId::from_u128(self.id(other)));
                self.ask(me, Transfer { conversation, to: Target::Agent(other), note: None });
            }
            ["begins", "a", "direct", "call"] => self.ask(Actor::Signalling, StartExternalCall { agent, call }),
            ["ends", "the", "direct", "call"] => self.ask(Actor::Signalling, EndExternalCall { agent, call }),
            ["wraps", "up"] => self.ask(me, StartWrapUp { agent }),
            ["finishes", "wrap-up"] => {
                let slot = self.slot(name).expect("the agent is there");
                let conversation = self.floor().agent(slot).wrap_ups.first().and_then(|wrap| wrap.conversation);
                self.ask(me, FinishWrapUp { agent, conversation });
            }
            ["extends", work, "by", seconds] => {
                let conversation = self.work(work);
                let by_ms = seconds.parse::<u64>().expect("seconds follow") * 1_000;
                self.ask(me, ExtendWrapUp { agent, conversation, by_ms });
            }
            _ => panic!("{line}\n  an agent does no such thing"),
        }
    }

    fn floor(&self) -> &Floor {
        self.engine.floor()
    }

    fn slot(&self, agent: &str) -> Option<AgentSlot> {
        self.floor().find_agent(UserId::from_u128(*self.names.get(agent)?)).ok()
    }

    fn work_slot(&self, work: &str) -> Option<ConversationSlot> {
        self.floor().find_conversation(ConversationId::from_u128(*self.names.get(work)?)).ok()
    }

    fn offer_of(&self, agent: &str) -> OfferId {
        let facts = self.slot(agent).map(|slot| self.floor().agent_facts(slot));
        facts.and_then(|facts| facts.offer).map_or(OfferId([0; 16]), |offer| offer.offer)
    }

    fn offer_of_work(&self, work: &str) -> OfferId {
        let slot = self.work_slot(work).expect("the conversation is there");
        self.floor().conversation(slot).offer().expect("it is offered").id
    }

    fn seen_agent(&self) -> AgentFacts {
        let slot = self.slot(&self.subject).unwrap_or_else(|| panic!("there is no agent {}", self.subject));
        self.floor().agent_facts(slot)
    }

    fn sight(&self) -> String {
        let stages: Vec<_> = self
            .floor()
            .conversations()
            .map(|(slot, _)| {
                (self.name_of(self.floor().conversation(slot).id.0), self.floor().conversation_facts(slot).stage)
            })
            .collect();
        format!("{:#?}\n  {stages:?}\n  refused: {:?}", self.seen_agent(), self.refused)
    }

    fn name_of(&self, id: [u8; 16]) -> &str {
        let id = u128::from_be_bytes(id);
        self.names.iter().find(|(_, known)| **known == id).map_or("?", |(name, _)| name)
    }

    fn holds(&mut self, phrase: &str) -> bool {
        let words: Vec<_> = phrase.split(' ').collect();
        if let [work, rest @ ..] = words.as_slice()
            && work.starts_with('w')
            && work[1..].parse::<u32>().is_ok()
        {
            return self.work_is(work, rest, phrase);
        }
        match words.as_slice() {
            ["refused", code] => return self.refused.as_ref().is_some_and(|refusal| refusal.code() == *code),
            ["noted"] => return self.noted,
            ["nothing", "noted"] => return !self.noted,
            _ => {}
        }
        if let Some(name) = words.first().filter(|&&name| self.slot(name).is_some()) {
            self.subject = (*name).to_owned();
            return self.holds(phrase[name.len()..].trim());
        }
        let facts = self.seen_agent();
        match words.as_slice() {
            ["offline"] => facts.status == Status::Offline,
            ["not", "ready"] => facts.status == Status::NotReady,
            ["available"] => facts.status == Status::Available,
            ["out", "only"] => facts.out_only,
            ["on", "break", reason] => {
                facts.status == Status::OnBreak && facts.reason.is_some_and(|known| known.code.as_str() == *reason)
            }
            ["leaving"] => facts.leaving.is_some(),
            ["staying"] => facts.leaving.is_none(),
            ["in", "call"] => facts.state() == State::InCall,
            ["offering"] => facts.state() == State::Offering,
            ["wrapping"] => facts.state() == State::WrapUp,
            ["waiting"] => facts.state() == State::Waiting,
            ["ready"] => facts.is_ready(),
            ["unready"] => !facts.is_ready(),
            ["full"] => facts.is_full(),
            ["unreachable"] => !facts.is_reachable(),
            ["reachable"] => facts.is_reachable(),
            ["idle", "since", time] => facts.idle_since == at(time),
            [number, "chat" | "chats"] => facts.chats == number.parse::<u8>().expect("it is a number"),
            [number, "parked"] => facts.parked == number.parse::<u8>().expect("it is a number"),
            [number, "miss" | "misses"] => facts.misses == number.parse::<u8>().expect("it is a number"),
            [number, "logged", "in"] => facts.queues.logged_in == number.parse::<u16>().expect("it is a number"),
            [number, "ready"] => facts.queues.ready == number.parse::<u16>().expect("it is a number"),
            _ => panic!("{phrase} is nothing that can be seen"),
        }
    }

    fn work_is(&self, work: &str, rest: &[&str], phrase: &str) -> bool {
        let Some(slot) = self.work_slot(work) else {
            return rest == ["gone"];
        };
        let named = |agent: UserId, name: &str| self.name_of(agent.0) == name;
        match (rest, self.floor().conversation_facts(slot).stage) {
            (["waits"], stage) => stage == StageFacts::Waiting,
            (["waits", "in", queue], stage) => {
                let facts = self.floor().conversation_facts(slot);
                stage == StageFacts::Waiting && self.name_of(facts.queue.0) == *queue
            }
            (["offered", "to", name], StageFacts::Offered { agent, .. }) => named(agent, name),
            (["with", name], StageFacts::Active { agent, .. }) => named(agent, name),
            (["on", "hold"], StageFacts::Active { held, .. }) => held,
            (["parked", "by", name], StageFacts::Parked { agent }) => named(agent, name),
            (["finished", "by", name], StageFacts::Wrapping { agent }) => named(agent, name),
            (["offered" | "with" | "parked" | "finished" | "on" | "gone", ..], _) => false,
            _ => panic!("{phrase} is nothing that can be seen"),
        }
    }
}

/// A text that nobody reads.
fn text() -> Sealed {
    Sealed { key: KeyId([1; 16]), bytes: vec![1] }
}

/// A time of the one day on which all scenes play.
fn at(time: &str) -> Timestamp {
    let parts: Vec<i64> =
        time.split(':').map(|part| part.parse().unwrap_or_else(|_| panic!("{time} is no time"))).collect();
    let [hours, minutes, seconds] = parts[..] else { panic!("{time} is not of the form 09:00:00") };
    Timestamp(1_767_571_200_000 + ((hours * 60 + minutes) * 60 + seconds) * 1_000)
}
