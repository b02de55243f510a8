//! The task: what is released shows, goes to the keeper of the tables, and nothing is lost at the end.

use super::office::{BOSS, Office, Plain, live};
use crate::publisher::*;
use readyroom_core::commands::{Command, ForgetPerson, LogIn, LogOut, RemoveMembership, SetMembership};
use readyroom_core::ids::*;
use readyroom_core::settings::MembershipSettings;
use serde_json::Value;
use std::collections::BTreeSet;

const ANNA: UserId = UserId::from_u128(1);

fn json(message: Option<Bytes>) -> Value {
    serde_json::from_slice(&message.expect("the stream goes on")).unwrap()
}

fn anna_comes(office: &mut Office) -> Released {
    office.ask(BOSS, LogIn { agent: ANNA, queues: vec![] });
    let turns = std::mem::take(&mut office.turns);
    Released { turns, upto: office.engine.floor().last_no(), promises: vec![] }
}

#[tokio::test]
async fn what_is_released_is_told_and_kept() {
    let mut office = Office::new(1);
    let begin = live(&office.engine);
    office.turns.clear();
    let (keeper, mut kept) = tokio::sync::mpsc::channel(4);
    let (publisher, task) = Publisher::start(begin, Box::new(Plain), keeper);
    let topics = BTreeSet::from([Topic::Agents, Topic::AgentEvents]);
    let viewer = Viewer { user: None, standing: Standing::Supervisor };
    let subscribe = Subscribe { topics, since: None, scope: Scope::ALL, viewer };
    let mut stream = publisher.subscribe(subscribe.clone()).await.unwrap();
    assert_eq!(json(stream.next().await)["type"], "snapshot");

    let released = anna_comes(&mut office);
    let upto = released.upto;
    publisher.release(released).await.unwrap();
    publisher.position().wait_for(|position| *position == upto).await.unwrap();
    let row: Value = serde_json::from_slice(&publisher.agent(ANNA).await.unwrap().unwrap()).unwrap();
    assert_eq!(row["bucket"], "unreachable");

    // One who comes while changes gather begins with them, and is not told them again.
    let mut late = publisher.subscribe(subscribe).await.unwrap();
    assert_eq!(json(late.next().await)["at"], upto.0);
    let frame = json(stream.next().await);
    assert_eq!((&frame["at"], &frame["events"][0]["to_status"]), (&upto.0.into(), &"unreachable".into()));
    let batch = kept.recv().await.unwrap();
    assert_eq!(batch.upto, upto);
    assert_eq!(batch.rows.iter().filter(|row| row.table == "agent_event").count(), 1);

    publisher.close().await.unwrap();
    for stream in [&mut stream, &mut late] {
        assert_eq!(json(stream.next().await)["reason"], "shutdown");
        assert_eq!(stream.next().await, None);
    }
    let last = kept.recv().await.unwrap();
    assert_eq!((last.upto, last.checkpoint.is_some()), (upto, true));
    task.await.unwrap();
    assert_eq!(publisher.agent(ANNA).await, Err(Closed));
}

#[tokio::test]
async fn what_waits_to_be_taken_in_is_not_lost_at_the_end() {
    let mut office = Office::new(1);
    let begin = live(&office.engine);
    office.turns.clear();
    let (keeper, mut kept) = tokio::sync::mpsc::channel(1);
    let (publisher, task) = Publisher::start(begin, Box::new(Plain), keeper);
    office.ask(BOSS, ForgetPerson { client: ClientId::from_u128(7), keys: vec![KeyId::from_u128(5)] });
    let released = anna_comes(&mut office);
    let upto = released.upto;
    publisher.release(released).await.unwrap();
    drop(publisher);
    let (mut reached, mut rows, mut forgotten) = (EventNo(0), 0, vec![]);
    while let Some(batch) = kept.recv().await {
        reached = batch.upto;
        rows += batch.rows.len();
        forgotten.extend(batch.forgotten);
    }
    task.await.unwrap();
    assert_eq!((reached, rows > 0, forgotten), (upto, true, vec![KeyId::from_u128(5)]));
}

#[tokio::test]
async fn a_keeper_that_cannot_follow_holds_up_the_releases_and_nothing_else() {
    let mut office = Office::new(1);
    let begin = live(&office.engine);
    office.turns.clear();
    let releases: Vec<_> = (0..200)
        .map(|_| {
            for _ in 0..100 {
                office.ask(BOSS, LogIn { agent: ANNA, queues: vec![] });
                office.ask(BOSS, LogOut { agent: ANNA });
            }
            let turns = std::mem::take(&mut office.turns);
            Released { turns, upto: office.engine.floor().last_no(), promises: vec![] }
        })
        .collect();
    let last = office.engine.floor().last_no();
    let (keeper, mut kept) = tokio::sync::mpsc::channel(1);
    let (publisher, task) = Publisher::start(begin, Box::new(Plain), keeper);
    let releasing = publisher.clone();
    let released = tokio::spawn(async move {
        for released in releases {
            releasing.release(released).await.unwrap();
        }
    });
    for _ in 0..200 {
        publisher.agent(ANNA).await.unwrap().expect("reads are answered meanwhile");
    }
    assert!(*publisher.position().borrow() < last, "there is no room for so many rows");
    drop(publisher);
    let mut rows = 0;
    while let Some(batch) = kept.recv().await {
        rows += batch.rows.iter().filter(|row| row.table == "agent_event").count();
    }
    assert_eq!(rows, 200 * 100 * 2);
    released.await.unwrap();
    task.await.unwrap();
}

/// The reason with which a stream ends.
async fn end_of(stream: &mut Subscription) -> String {
    loop {
        let message = json(stream.next().await);
        if message["type"] == "end" {
            return message["reason"].as_str().unwrap().to_owned();
        }
    }
}

#[tokio::test]
async fn who_leaves_a_queue_or_comes_to_one_begins_anew_and_nobody_else_does() {
    let mut office = Office::new(1);
    let begin = live(&office.engine);
    office.turns.clear();
    let (keeper, kept) = tokio::sync::mpsc::channel(64);
    let (publisher, task) = Publisher::start(begin, Box::new(Plain), keeper);
    let subscribe = async |number| {
        let viewer = Viewer { user: Some(UserId::from_u128(number)), standing: Standing::Itself };
        let topics = BTreeSet::from([Topic::Queues]);
        publisher.subscribe(Subscribe { topics, since: None, scope: Scope::ALL, viewer }).await.unwrap()
    };
    let mut bert = subscribe(2).await;
    let (agent, queue) = (ANNA, QueueId::from_u128(2));
    let (usual, other) =
        (MembershipSettings::default(), MembershipSettings { tier_level: 7, ..MembershipSettings::default() });
    let mut anna = subscribe(1).await;
    for (command, ends) in [
        (Command::from(RemoveMembership { agent, queue }), true),
        (SetMembership { agent, queue, settings: usual }.into(), true),
        (SetMembership { agent, queue, settings: other }.into(), false),
    ] {
        office.ask(BOSS, command);
        let turns = std::mem::take(&mut office.turns);
        let upto = office.engine.floor().last_no();
        publisher.release(Released { turns, upto, promises: vec![] }).await.unwrap();
        publisher.position().wait_for(|position| *position == upto).await.unwrap();
        if ends {
            assert_eq!(end_of(&mut anna).await, "scope_changed");
            assert_eq!(anna.end(), Some(End::ScopeChanged));
            anna = subscribe(1).await;
        }
    }
    publisher.close().await.unwrap();
    assert_eq!((end_of(&mut anna).await, end_of(&mut bert).await), ("shutdown".into(), "shutdown".into()));
    drop(kept);
    task.await.unwrap();
}
