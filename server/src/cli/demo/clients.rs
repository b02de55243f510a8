//! Clients come: more at the busy hours, many at once when something happened, and none where enough wait already.

use super::ask::Asker;
use super::board::ConversationRow;
use super::cast::{QUEUES, SHOP};
use super::chance::Chance;
use super::day;
use super::dialogues::{self, Dialogue, Line};
use super::names::Names;
use super::play::{News, Play};
use super::tally::Count;
use super::work::write;
use serde_json::{Value, json};
use std::time::Instant;

/// A client who is played, and what they have in mind.
#[derive(Clone, Debug)]
pub struct Guest {
    /// What they write about; none for a call.
    pub dialogue: Option<&'static Dialogue>,
    /// How long they wait, seconds at speed 1.
    pub patience_s: f64,
}

/// Those who are still to come.
pub struct Arrivals {
    /// Of each queue, how much expectation has gathered, and how much brings the next one: arrivals of a
    /// Poisson process whose rate changes all the time.
    gathered: Vec<(f64, f64)>,
    /// Of each queue, how many were sent and have not arrived yet.
    pub on_the_way: Vec<usize>,
    names: Names,
    number: u64,
    opened: bool,
}

impl Arrivals {
    /// Nobody has come.
    pub fn new(chance: &mut Chance) -> Arrivals {
        let gathered = QUEUES.iter().map(|_| (0.0, chance.until_next(1.0))).collect();
        let names = Names::new(Chance::new(chance.below(usize::MAX) as u64, &[0xC11E]));
        Arrivals { gathered, on_the_way: vec![0; QUEUES.len()], names, number: 0, opened: false }
    }
}

impl Play {
    /// Lets clients come whose time it is, since it was last looked.
    pub fn clients(&mut self, now: Instant, last: Instant) {
        if self.board.queues.is_empty() || self.is_busy() {
            return;
        }
        if !self.arrivals.opened {
            // Once most of the first are at work.
            let there = self.board.agents.values().filter(|row| row.status == "available").count();
            if there * 3 > self.players.len() {
                self.arrivals.opened = true;
                self.open_with_a_queue();
            }
            return;
        }
        let passed = now.duration_since(last).as_secs_f64();
        for queue in 0..QUEUES.len() {
            let rate = if queue == SHOP { self.rate_of_shop() } else { self.rate(queue, now) };
            self.arrivals.gathered[queue].0 += rate * passed;
            let (gathered, enough) = self.arrivals.gathered[queue];
            if gathered >= enough {
                self.arrivals.gathered[queue] = (gathered - enough, self.chance.until_next(1.0));
                self.come(queue, 0.0);
            }
        }
    }

    /// As many as have come in the minutes before: every agent gets somebody, and some wait.
    fn open_with_a_queue(&mut self) {
        for (queue, spec) in QUEUES.iter().enumerate() {
            let (voice, chat) = self.places(queue);
            let busy = if spec.waiting == 0.0 { 0.5 } else { 1.0 };
            let served = ((voice + chat) * busy).floor();
            let waiting = (spec.waiting * self.size()).round();
            for _ in 0..(served + waiting) as usize {
                let before_s = self.chance.between(2.0, 100.0);
                self.come(queue, before_s);
            }
        }
    }

    /// How large the floor is beside one of 24; a small one counts as half of that at least.
    fn size(&self) -> f64 {
        (self.players.len() as f64 / 24.0).clamp(0.5, 20.0).sqrt()
    }

    /// How many calls and how many chats the agents of a queue can have at once, those who came first.
    fn places(&self, queue: usize) -> (f64, f64) {
        let (id, spec) = (&self.queues[queue], &QUEUES[queue]);
        let (mut voice, mut chat) = (0.0, 0.0);
        for (agent, player) in &self.players {
            let Some(row) = self.board.agents.get(agent) else { continue };
            let here = row.queues.iter().any(|seat| seat.queue == *id && seat.logged_in && seat.tier_level == 0);
            if here && ["ready", "incall", "ring", "wrapup"].contains(&&*row.bucket) {
                match (player.voice && spec.voice > 0.0, player.chat && spec.chat > 0.0) {
                    (true, true) => (voice, chat) = (voice + 0.6, chat + 0.6),
                    (true, false) => voice += 1.0,
                    (false, true) => chat += 2.5,
                    (false, false) => {}
                }
            }
        }
        (voice, chat)
    }

    /// How many come to a queue in a second now.
    fn rate(&self, queue: usize, now: Instant) -> f64 {
        let spec = &QUEUES[queue];
        let hour = self.pace.hour(now);
        let waits = self.board.queues.get(&self.queues[queue]).map_or(0, |row| row.waiting);
        let waiting = (waits + self.arrivals.on_the_way[queue]) as f64;
        let all: usize = self.board.queues.values().map(|row| row.waiting).sum();
        let all = (all + self.arrivals.on_the_way.iter().sum::<usize>()) as f64;
        let burst = day::burst(self.seed, queue, hour);
        let busy = day::curve(hour.hour);
        let meant = spec.waiting * self.size() * busy * if burst > 1.0 { 1.7 } else { 1.0 };
        if all >= 13.0 * self.size().max(1.0) || waiting > meant + 2.0 {
            return 0.0;
        }
        // As many as the agents can serve; where some are meant to wait, a few more until they do.
        let (voice, chat) = self.places(queue);
        let served = voice / (spec.talk_s + 22.0) + chat / 75.0;
        let pressed = match waiting - meant {
            over if spec.waiting == 0.0 => {
                if over > 0.0 {
                    0.0
                } else {
                    0.6 * busy
                }
            }
            over if over > 1.0 => 0.4,
            over if over > -0.5 => 0.9,
            _ => 2.5,
        };
        served * pressed * burst * self.pace.speed()
    }

    /// When the visitor's own agent is ready, somebody soon writes to the shop; while it has a chat, seldom.
    fn rate_of_shop(&self) -> f64 {
        let Some(visitor) = self.board.agents.get(&self.visitor) else { return 0.0 };
        let shop = &self.queues[SHOP];
        let in_shop = |row: &ConversationRow| row.queue == *shop && row.stage != "ended";
        let there = self.board.conversations.values().filter(|row| in_shop(row)).count();
        match (visitor.bucket.as_str(), there + self.arrivals.on_the_way[SHOP]) {
            ("ready", 0) => 1.0 / 7.0,
            ("ready", 1) => 1.0 / 60.0,
            _ => 0.0,
        }
    }

    /// Lets one client come, who has waited for so long already.
    fn come(&mut self, queue: usize, before_s: f64) {
        let spec = &QUEUES[queue];
        let (voice, _) = self.places(queue);
        let calls = queue != SHOP && (spec.chat == 0.0 || (voice > 0.0 && self.chance.happens(spec.voice)));
        let dialogue = if calls { None } else { dialogues::of(spec.name, &mut self.chance) };
        let patience_s = self.chance.around(if calls { 110.0 } else { 160.0 });
        let guest = Guest { dialogue, patience_s };
        self.arrivals.number += 1;
        let name = self.arrivals.names.next();
        let address = if calls {
            format!("+49 30 555{:05}", self.arrivals.number % 100_000)
        } else {
            format!("{}{}@mail.example", name.login, self.arrivals.number)
        };
        let channel = if calls { "voice" } else { "chat" };
        let skills: Vec<_> =
            spec.skill.iter().map(|(skill, level)| json!({"skill": self.skills[skill], "level": level})).collect();
        let mut body = json!({"queue": self.queues[queue], "channel": channel, "client": address, "skills": skills});
        if before_s > 0.0 {
            let before = jiff::SignedDuration::from_secs_f64(before_s);
            body["arrived_at"] = json!(format!("{:.3}", jiff::Timestamp::now() - before));
        }
        let about = json!({"channel": channel, "address": address, "name": name.full});
        self.arrivals.on_the_way[queue] += 1;
        let (floor, news) = (self.floor.clone(), self.news.clone());
        self.hand(async move {
            let known = floor.have("POST", "/v1/clients", Some(about)).await;
            if let Some(client) = known.as_ref().and_then(|known| known["id"].as_str()) {
                // Whoever listens no longer has ended the demo.
                let _ = news.send(News::Guest(client.to_owned(), guest.clone()));
                arrive(&floor, body, &guest).await;
            }
            let _ = news.send(News::Arrived(queue));
        });
    }
}

/// A client enters a queue, and writes the first words.
async fn arrive(floor: &Asker, body: Value, guest: &Guest) {
    let Some(came) = floor.have("POST", "/v1/conversations", Some(body)).await else { return };
    floor.tally.one(Count::Came);
    let first = guest.dialogue.and_then(|dialogue| dialogue.lines.first());
    if let (Some(id), Some(Line::Client(text))) = (came["id"].as_str(), first) {
        write(floor, &format!("/v1/conversations/{id}"), "client", text).await;
    }
}
