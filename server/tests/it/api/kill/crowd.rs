//! The crowd: agents, callers and supervisors at work.

use super::player::Player;
use serde_json::{Value, json};
use std::sync::Arc;

/// What everybody knows of the floor.
pub struct Place {
    /// Queues of calls.
    pub voice: Vec<String>,
    /// Queues of threads.
    pub chat: Vec<String>,
    /// Everybody who works there.
    pub agents: Vec<String>,
}

/// An agent's day: it signs in to its queues, takes what rings, and has small troubles of its own.
pub async fn agent(mut me: Player, id: String, place: Arc<Place>) {
    let home = format!("/v1/agents/{id}");
    let mut held: Vec<String> = Vec::new();
    come(&mut me, &home, &place).await;
    while me.plays() {
        let row = me.see(&home).await.expect("an agent can see itself");
        me.world.books().saw(&row);
        let wraps = row["wrap_up"]["conversation"].as_str().map(str::to_owned);
        if let Some(offer) = row["offer"]["id"].as_str() {
            answer(&mut me, offer, &row["offer"], &mut held).await;
        } else if row["status"] == "offline" {
            come(&mut me, &home, &place).await;
        } else if let Some(wraps) = wraps.filter(|_| me.dice.percent(40)) {
            // Refused when it has just run out.
            let _ = me.act(&format!("/v1/conversations/{wraps}/wrap-up/finish"), json!({})).await;
        } else if row["wrap_up"].is_object() && row["wrap_up"]["until"].is_null() {
            // A supervisor began it; refused when one has ended it.
            let _ = me.say("DELETE", &format!("{home}/wrap-up"), None).await;
        } else if !held.is_empty() {
            work(&mut me, &mut held, &place).await;
        } else if row["status"] != "available" {
            me.wish(&id, "available").await;
        } else if me.dice.percent(12) {
            trouble(&mut me, &home, &id).await;
        }
        me.think(40..=240).await;
    }
}

async fn come(me: &mut Player, home: &str, place: &Place) {
    for (name, kind) in [("phone", "sip"), ("desk", "console")] {
        let body = json!({"kind": kind, "reachable": true, "ttl_s": 3600});
        me.say("PUT", &format!("{home}/devices/{name}"), Some(body)).await.expect("a device of one's own");
    }
    // Half of them take calls as well; everybody takes threads.
    let calls = me.dice.percent(60);
    let queues: Vec<_> = place.voice.iter().filter(|_| calls).chain(&place.chat).collect();
    me.act(&format!("{home}/login"), json!({"queues": queues})).await.expect("an agent may come");
    let id = home.rsplit('/').next().expect("a path has a last part").to_owned();
    me.wish(&id, "available").await;
}

async fn answer(me: &mut Player, id: &str, offer: &Value, held: &mut Vec<String>) {
    match me.dice.of(0..=99) {
        0..=79 => {
            let said = me.act(&format!("/v1/offers/{id}/accept"), json!({})).await;
            me.world.books().accepts.insert(id.to_owned(), said.is_ok());
            if said.is_ok() {
                held.push(offer["conversation"].as_str().expect("an offer is of a conversation").to_owned());
            }
        }
        80..=89 => {
            // Refused when it is gone.
            let _ = me.act(&format!("/v1/offers/{id}/decline"), json!({})).await;
        }
        // It rings on.
        _ => {}
    }
}

/// One step with one of the conversations it has. What is refused was ended or taken by somebody else.
async fn work(me: &mut Player, held: &mut Vec<String>, place: &Place) {
    let at = me.dice.of(0..=held.len() as u64 - 1) as usize;
    let one = held[at].clone();
    let path = |act: &str| format!("/v1/conversations/{one}/{act}");
    let stays = match me.dice.of(0..=99) {
        0..=54 => {
            me.world.books().ends(&one);
            let _ = me.act(&path("end"), json!({})).await;
            false
        }
        55..=64 => {
            let queue = me.dice.pick(&place.chat).expect("there is a queue").clone();
            me.act(&path("transfer"), json!({"queue": queue})).await.is_err_and(|code| code == "channel_not_served")
        }
        65..=74 => {
            let to = me.dice.pick(&place.agents).expect("there are agents").clone();
            me.act(&path("transfer"), json!({"agent": to})).await.is_err_and(|code| code.starts_with("agent_"))
        }
        75..=79 => {
            let _ = me.act(&path("requeue"), json!({})).await;
            false
        }
        80..=89 => {
            let held = me.dice.percent(50);
            me.act(&path("hold"), json!({"held": held})).await.is_ok()
        }
        _ => true,
    };
    if !stays {
        held.swap_remove(at);
    }
}

async fn trouble(me: &mut Player, home: &str, id: &str) {
    match me.dice.of(0..=3) {
        0 => {
            me.wish(id, "on_break").await;
            me.think(50..=300).await;
        }
        1 => {
            let call = format!("{home}/external-calls/private");
            me.say("PUT", &call, Some(json!({}))).await.expect("a call of one's own");
            me.think(50..=300).await;
            // Refused when it was heard the first time, and the answer was lost.
            let _ = me.say("DELETE", &call, None).await;
        }
        2 => {
            let device = |reachable: bool| Some(json!({"kind": "sip", "reachable": reachable, "ttl_s": 3600}));
            let path = format!("{home}/devices/phone");
            me.say("PUT", &path, device(false)).await.expect("a device of one's own");
            me.think(20..=200).await;
            me.say("PUT", &path, device(true)).await.expect("a device of one's own");
        }
        _ => {
            me.world.books().wishes.remove(id);
            me.act(&format!("{home}/logout"), json!({})).await.expect("an agent may go");
            me.think(50..=500).await;
        }
    }
}

/// Callers come one after the other, wait, and hang up when they have enough.
pub async fn caller(mut me: Player, place: Arc<Place>) {
    while me.plays() {
        let (channel, queues) = if me.dice.percent(40) { ("voice", &place.voice) } else { ("chat", &place.chat) };
        let queue = me.dice.pick(queues).expect("there is a queue");
        me.world.books().arriving += 1;
        let told = me.act("/v1/conversations", json!({"queue": queue, "channel": channel, "client": me.name})).await;
        let id = {
            let mut books = me.world.books();
            books.arriving -= 1;
            let id = told.expect("work may come")["id"].as_str().expect("it has an id").to_owned();
            let news = books.conversations.insert(id.clone(), false);
            assert_eq!(news, None, "{id} came twice");
            id
        };
        for _ in 0..me.dice.of(2..=12) {
            me.think(100..=400).await;
            let here = me.see(&format!("/v1/conversations/{id}")).await;
            if here.is_none() {
                break;
            }
        }
        let ended = me.world.books().conversations[&id];
        if me.see(&format!("/v1/conversations/{id}")).await.is_none() {
            assert!(ended || me.world.books().conversations[&id], "{id} is lost: nobody ended it");
        } else {
            me.world.books().ends(&id);
            // Refused when an agent was faster, or wraps it up.
            let _ = me.act(&format!("/v1/conversations/{id}/end"), json!({"by_client": true})).await;
        }
    }
}

/// Supervisors look at what waits, and meddle.
pub async fn supervisor(mut me: Player, place: Arc<Place>) {
    while me.plays() {
        let page = me.see("/v1/conversations?limit=50").await.expect("they may look");
        let rows = page["data"].as_array().expect("a page has rows");
        if let Some(row) = me.dice.pick(rows) {
            let id = row["id"].as_str().expect("a row has its id");
            let agent = me.dice.pick(&place.agents).expect("there are agents").clone();
            let priority = me.dice.of(1..=10);
            // What is refused has moved on since.
            let _ = match me.dice.of(0..=4) {
                0 => me.act(&format!("/v1/conversations/{id}/priority"), json!({"priority": priority})).await,
                1 => me.act(&format!("/v1/conversations/{id}/assign"), json!({"agent": agent})).await,
                2 => me.act(&format!("/v1/conversations/{id}/requeue"), json!({})).await,
                3 => me.act(&format!("/v1/agents/{agent}/wrap-up"), json!({})).await,
                _ => me.say("DELETE", &format!("/v1/agents/{agent}/wrap-up"), None).await,
            };
        }
        me.think(100..=400).await;
    }
}
