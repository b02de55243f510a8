//! Single scenes of the stream.

use super::office::{BOSS, Office, Plain, live};
use super::receiver::{Receiver, waiting};
use crate::publisher::stream::Stream;
use crate::publisher::*;
use readyroom_core::commands::*;
use readyroom_core::event::{Author, DeviceKind};
use readyroom_core::ids::*;
use readyroom_views::vocabulary::Bucket;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

const ANNA: UserId = UserId::from_u128(1);
const HELP: QueueId = QueueId::from_u128(2);
const THREAD: ConversationId = ConversationId::from_u128(1);

struct Scene {
    office: Office,
    live: Live,
    stream: Stream,
}

impl Scene {
    fn new() -> Scene {
        let mut office = Office::new(1);
        let live = live(&office.engine);
        office.turns.clear();
        let stream = Stream::new(live.position(), Box::new(Plain));
        Scene { office, live, stream }
    }

    fn subscribe(&mut self, topics: &[Topic], scope: Scope, since: Option<EventNo>) -> Subscription {
        let viewer = Viewer { user: Some(ANNA), standing: Standing::Itself };
        let topics = topics.iter().copied().collect();
        self.stream.subscribe(&mut self.live, Subscribe { topics, since, scope, viewer }, self.office.now).unwrap()
    }

    fn tick(&mut self) {
        for turn in std::mem::take(&mut self.office.turns) {
            self.live.turn(&turn, &mut Vec::new());
        }
        self.stream.flush(&mut self.live);
    }

    fn ask(&mut self, command: impl Into<Command>) {
        self.office.ask(BOSS, command);
    }

    /// Anna is available on her console, and has a thread of the queue.
    fn anna_chats(&mut self) {
        let (device, kind) = (DeviceId::from_u128(2), DeviceKind::Console);
        self.ask(ReportDevice { agent: ANNA, device, kind, reachable: true, ttl_ms: None });
        self.ask(LogIn { agent: ANNA, queues: vec![] });
        self.office.arrive(HELP, Channel::Chat);
        let offer = self.office.engine.floor().conversations().find_map(|(_, held)| held.offer()).unwrap().id;
        self.ask(AcceptOffer { offer });
    }
}

fn reasons(messages: &[Value]) -> Vec<(&str, Option<&str>)> {
    messages.iter().map(|message| (message["type"].as_str().unwrap(), message["reason"].as_str())).collect()
}

#[test]
fn a_conversation_is_followed_with_its_messages_to_its_end() {
    let mut scene = Scene::new();
    scene.anna_chats();
    scene.tick();
    let mut stream = scene.subscribe(&[Topic::Conversation(THREAD)], Scope::ALL, None);
    let first = waiting(&mut stream);
    assert_eq!(first[0]["viewer"], "self");
    assert_eq!(first[0]["conversations"][0]["stage"], "active");
    let joined = EventNo(first[0]["at"].as_u64().unwrap());

    scene.office.write(THREAD, Author::Agent(ANNA), "Good morning");
    scene.office.arrive(HELP, Channel::Chat);
    scene.tick();
    let frame = &waiting(&mut stream)[0];
    assert_eq!(frame["messages"][0]["text"], "Good morning");
    assert_eq!(frame["messages"][0]["agent"], ANNA.to_string());
    assert_eq!(frame["put"].as_array().unwrap().len(), 1, "the other thread is not its business: {frame}");

    scene.ask(EndConversation { conversation: THREAD });
    scene.ask(FinishWrapUp { agent: ANNA, conversation: Some(THREAD) });
    scene.tick();
    assert_eq!(waiting(&mut stream)[0]["drop"], json!([{"conversation": THREAD.to_string()}]));

    let mut again = scene.subscribe(&[Topic::Conversation(THREAD)], Scope::ALL, Some(joined));
    let frame = &waiting(&mut again)[0];
    assert_eq!(frame["messages"][0]["text"], "Good morning");
    assert_eq!(frame["drop"], json!([{"conversation": THREAD.to_string()}]));
}

#[test]
fn a_conversation_that_leaves_the_scope_is_dropped() {
    let mut scene = Scene::new();
    scene.office.arrive(HELP, Channel::Chat);
    scene.tick();
    let only_help = Scope { agents: Some(Arc::new(BTreeSet::new())), queues: Some(Arc::new(BTreeSet::from([HELP]))) };
    let mut stream = scene.subscribe(&[Topic::Conversations], only_help, None);
    assert_eq!(waiting(&mut stream)[0]["conversations"].as_array().unwrap().len(), 1);
    scene.ask(Transfer { conversation: THREAD, to: Target::Queue(QueueId::from_u128(3)), note: None });
    scene.tick();
    let frame = &waiting(&mut stream)[0];
    assert_eq!((frame.get("put"), &frame["drop"]), (None, &json!([{"conversation": THREAD.to_string()}])));
    scene.ask(SetPriority { conversation: THREAD, priority: 9 });
    scene.tick();
    assert!(waiting(&mut stream).is_empty(), "what it does not see does not wake it");
}

#[test]
fn who_comes_again_is_told_to_drop_what_it_saw_and_hears_of_nothing_else() {
    let mut scene = Scene::new();
    let other = QueueId::from_u128(3);
    let only =
        |queue| Scope { agents: Some(Arc::new(BTreeSet::new())), queues: Some(Arc::new(BTreeSet::from([queue]))) };
    scene.office.arrive(HELP, Channel::Chat);
    scene.tick();
    let since = Some(scene.live.position());
    scene.ask(Transfer { conversation: THREAD, to: Target::Queue(other), note: None });
    scene.office.arrive(other, Channel::Chat);
    scene.ask(SetPriority { conversation: THREAD, priority: 9 });
    scene.tick();
    let mut again = scene.subscribe(&[Topic::Conversations], only(HELP), since);
    let frame = &waiting(&mut again)[0];
    assert_eq!((frame.get("put"), &frame["drop"]), (None, &json!([{"conversation": THREAD.to_string()}])));
    let mut stranger = scene.subscribe(&[Topic::Conversations], only(QueueId::from_u128(1)), since);
    assert_eq!(waiting(&mut stranger), [json!({"type": "frame", "at": scene.live.position().0})]);
}

#[test]
fn who_fell_behind_is_let_go_with_all_that_waited_and_comes_again() {
    let mut scene = Scene::new();
    let mut slow = scene.subscribe(&[Topic::Agents, Topic::AgentEvents], Scope::ALL, None);
    let mut brisk = scene.subscribe(&[Topic::Agents, Topic::AgentEvents], Scope::ALL, None);
    for _ in 0..=WAITING_MAX / 2 {
        for command in [Command::from(LogIn { agent: ANNA, queues: vec![] }), LogOut { agent: ANNA }.into()] {
            scene.ask(command);
            scene.tick();
            assert_eq!(waiting(&mut brisk).last().unwrap()["type"], "frame");
        }
    }
    let messages = waiting(&mut slow);
    assert_eq!(messages.len(), 1 + WAITING_MAX + 1);
    let last = messages.last().unwrap();
    assert_eq!((&last["type"], &last["reason"]), (&json!("end"), &json!("slow_consumer")));
    assert_eq!(last["at"], messages[messages.len() - 2]["at"]);

    let since = EventNo(last["at"].as_u64().unwrap());
    let mut again = scene.subscribe(&[Topic::Agents, Topic::AgentEvents], Scope::ALL, Some(since));
    let missed = waiting(&mut again);
    assert_eq!(reasons(&missed), [("frame", None)]);
    assert_eq!(missed[0]["events"].as_array().unwrap().len(), 2);
}

#[test]
fn a_position_that_is_of_no_use_is_answered_with_everything_anew() {
    let mut scene = Scene::new();
    let topics = [Topic::Agents];
    let now = scene.live.position();
    for (since, reason) in [(EventNo(now.0 - 1), "position_gone"), (now.plus(1), "position_not_reached")] {
        let mut stream = scene.subscribe(&topics, Scope::ALL, Some(since));
        assert_eq!(reasons(&waiting(&mut stream)), [("resync", Some(reason)), ("snapshot", None)]);
    }
    let mut nothing_missed = scene.subscribe(&topics, Scope::ALL, Some(now));
    assert_eq!(waiting(&mut nothing_missed), [json!({"type": "frame", "at": now.0})]);
}

#[test]
fn history_beyond_what_is_remembered_means_everything_anew() {
    let mut scene = Scene::new();
    let since = scene.live.position();
    for _ in 0..=AGENT_EVENTS_REMEMBERED / 2 {
        scene.ask(LogIn { agent: ANNA, queues: vec![] });
        scene.ask(LogOut { agent: ANNA });
        for turn in std::mem::take(&mut scene.office.turns) {
            scene.live.turn(&turn, &mut Vec::new());
        }
    }
    scene.tick();
    let mut stream = scene.subscribe(&[Topic::AgentEvents], Scope::ALL, Some(since));
    assert_eq!(reasons(&waiting(&mut stream)), [("resync", Some("position_gone")), ("snapshot", None)]);
}

#[test]
fn more_at_once_than_is_remembered_leaves_nobody_with_a_gap() {
    let mut scene = Scene::new();
    let (mut listens, mut follows) = (
        scene.subscribe(&[Topic::Agents], Scope::ALL, None),
        scene.subscribe(&[Topic::Conversation(THREAD)], Scope::ALL, None),
    );
    scene.anna_chats();
    (0..2_001).for_each(|_| scene.office.write(THREAD, Author::Client, "and another thing"));
    scene.tick();
    assert_eq!(reasons(&waiting(&mut listens)), [("snapshot", None), ("frame", None)]);
    let told = waiting(&mut follows);
    assert_eq!(reasons(&told), [("snapshot", None), ("end", Some("slow_consumer"))]);
    let since = EventNo(told[1]["at"].as_u64().unwrap());
    let mut again = scene.subscribe(&[Topic::Conversation(THREAD)], Scope::ALL, Some(since));
    assert_eq!(reasons(&waiting(&mut again)), [("resync", Some("position_gone")), ("snapshot", None)]);
}

#[test]
fn whose_rights_changed_begins_anew() {
    let mut scene = Scene::new();
    let mut stream = scene.subscribe(&[Topic::Agents], Scope::ALL, None);
    let since = scene.live.position();
    scene.stream.rescope(ANNA, &scene.live);
    assert_eq!(reasons(&waiting(&mut stream)), [("snapshot", None), ("end", Some("scope_changed"))]);
    let mut again = scene.subscribe(&[Topic::Agents], Scope::ALL, Some(since));
    assert_eq!(reasons(&waiting(&mut again)), [("resync", Some("scope_changed")), ("snapshot", None)]);
}

#[test]
fn a_large_snapshot_comes_in_several_messages() {
    let mut scene = Scene::new();
    for number in 0..SNAPSHOT_ROWS_MAX as u128 {
        scene.ask(AddAgent::new(UserId::from_u128(1_000 + number), Default::default()));
    }
    scene.tick();
    let topics = [Topic::Agents, Topic::Queues];
    let mut stream = scene.subscribe(&topics, Scope::ALL, None);
    let messages = waiting(&mut stream);
    assert_eq!(messages.iter().map(|message| message.get("more").is_some()).collect::<Vec<_>>(), [true, false]);
    let mut receiver = Receiver::new(scene.subscribe(&topics, Scope::ALL, None), topics.into(), Scope::ALL);
    receiver.receive();
    receiver.check(&scene.office.truth());
}

#[test]
fn pages_hold_what_was_asked_for() {
    let mut scene = Scene::new();
    scene.anna_chats();
    scene.tick();
    let query = AgentQuery { limit: 2, ..AgentQuery::default() };
    let page = scene.live.agents(&query);
    assert_eq!((page.rows.len(), page.next), (2, Some(UserId::from_u128(2))));
    let last = scene.live.agents(&AgentQuery { after: Some(UserId::from_u128(3)), ..query.clone() });
    assert_eq!((last.rows.len(), last.next), (2, None));
    let offline = scene.live.agents(&AgentQuery { bucket: Some(Bucket::Offline), limit: 10, ..query.clone() });
    assert_eq!(offline.rows.len(), 4);
    let mine = ConversationQuery { agent: Some(ANNA), limit: 10, ..ConversationQuery::default() };
    assert_eq!(scene.live.conversations(&mine).rows.len(), 1);
    let waits = ConversationQuery { stage: Some(crate::wire::conversation::Stage::Waiting), ..mine };
    assert_eq!(scene.live.conversations(&waits).rows.len(), 0);
}

#[test]
fn a_stream_that_broke_with_the_server_goes_on_where_it_was() {
    let mut office = Office::new(7);
    let mut old = live(&office.engine);
    office.turns.clear();
    let mut stream = Stream::new(old.position(), Box::new(Plain));
    let topics = BTreeSet::from([Topic::Agents, Topic::Queues, Topic::AgentEvents, Topic::Conversations]);
    let viewer = Viewer { user: None, standing: Standing::Supervisor };
    let subscribe = |since| Subscribe { topics: topics.clone(), since, scope: Scope::ALL, viewer };
    let snapshot = office.engine.floor().clone();
    let subscription = stream.subscribe(&mut old, subscribe(None), office.now).unwrap();
    let mut receiver = Receiver::new(subscription, topics.clone(), Scope::ALL);

    let mut log = Vec::new();
    let mut run = |office: &mut Office, old: &mut Live, steps| {
        (0..steps).for_each(|_| office.happen());
        for turn in std::mem::take(&mut office.turns) {
            old.turn(&turn, &mut Vec::new());
            log.push(turn);
        }
    };
    run(&mut office, &mut old, 200);
    stream.flush(&mut old);
    receiver.receive();
    run(&mut office, &mut old, 200);
    let (tables, tables_at) = (old.tables().clone(), old.position());
    run(&mut office, &mut old, 200);

    // The floor's snapshot is older than the tables, and the log has more than both.
    let mut new = Live::new(Start { tables_at, ..Start::of(&snapshot, tables) });
    log.iter().for_each(|turn| new.turn(turn, &mut Vec::new()));
    assert_eq!(new.tables(), old.tables());
    let mut stream = Stream::new(new.position(), Box::new(Plain));
    receiver.subscription = stream.subscribe(&mut new, subscribe(receiver.since()), office.now).unwrap();
    receiver.receive();
    assert_eq!(receiver.resynced, None);
    receiver.check(&office.truth());
}
