//! Moving in: from the one-time token to a floor with queues, skills, teams and people, as an operator would.

use super::ask::{Asker, No};
use super::cast::{self, Post, QUEUES, SKILLS, TEAMS};
use super::chance::Chance;
use super::names::Names;
use futures_util::future::{join_all, try_join_all};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The account.
const ACCOUNT: &str = "demo";
/// What the three sign in with.
pub const AGENT: &str = "agent";
pub const SUPERVISOR: &str = "supervisor";
pub const ADMINISTRATOR: &str = "admin";
/// The password of the three. It is no secret: the demo listens on the loopback, and all that is in it is made up.
pub const PASSWORD: &str = "readyroom-demo";
/// How long it rings, and how long there is after a call, at speed 1.
const RING_S: f64 = 15.0;
const WRAP_UP_S: f64 = 25.0;
/// So many people are there before the doors open; further ones come in while they are open.
const AT_FIRST: usize = 120;

/// Somebody whom the demo plays.
#[derive(Clone, Debug)]
pub struct Player {
    /// Their agent.
    pub id: String,
    /// Whose place this is among all: what they do follows from it.
    pub place: usize,
    /// Whether they work on calls, and on chats.
    pub voice: bool,
    pub chat: bool,
}

/// The floor, once it is set up.
pub struct Settled {
    /// The administrator, with a session.
    pub administrator: Asker,
    /// The program that plays everybody.
    pub floor: Asker,
    /// The same program's key, for the stream.
    pub floor_key: String,
    /// The key of the screen on the wall.
    pub wall_key: String,
    /// Queues, in the order of the cast.
    pub queues: Vec<String>,
    /// The visitor's own agent, and who steps in for it.
    pub visitor: String,
    pub stand_in: Player,
    /// Those of the floor who are there already.
    pub players: Vec<Player>,
    /// Everybody else.
    pub recruits: Recruits,
    /// Skills by name.
    pub skills: BTreeMap<&'static str, String>,
}

/// People who are still to be added.
pub struct Recruits {
    administrator: Asker,
    names: Names,
    queues: Vec<String>,
    teams: Vec<String>,
    skills: BTreeMap<&'static str, String>,
    next: usize,
    all: usize,
}

/// Sets up the floor of a new server, with so many people to be played.
pub async fn settle(unknown: &Asker, token: &str, agents: usize, seed: u64, speed: f64) -> Result<Settled, No> {
    let zone = jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
    let first = json!({"token": token, "account": ACCOUNT, "name": "Ada Lindgren", "login": ADMINISTRATOR,
                       "password": PASSWORD, "zone": zone});
    unknown.post("/v1/setup", first).await?;
    let administrator = unknown.signed_in(ADMINISTRATOR, PASSWORD).await?;
    let floor_scopes =
        ["agents:read", "agents:write", "work:read", "work:write", "signalling", "config:read", "stream"];
    let floor_key = key(&administrator, "Demo: everybody who is played", &floor_scopes).await?;
    let wall_key = key(&administrator, "Screen on the wall", &["agents:read", "config:read", "stream"]).await?;
    let skills = try_join_all(SKILLS.iter().map(|name| skill(&administrator, name))).await?;
    let queues =
        try_join_all(QUEUES.iter().map(|queue| add(&administrator, "/v1/queues", queue_body(queue, speed)))).await?;
    let teams = TEAMS.iter().map(|name| add(&administrator, "/v1/teams", json!({"name": name})));
    let teams = try_join_all(teams).await?;
    reasons(&administrator).await?;
    let mut names = Names::new(Chance::new(seed, &[0x4A3E5]));
    [AGENT, SUPERVISOR, ADMINISTRATOR].iter().for_each(|login| names.reserve(login));
    let mut recruits = Recruits {
        administrator: administrator.clone(),
        names,
        queues: queues.clone(),
        teams,
        skills: skills.iter().cloned().collect(),
        next: 0,
        all: agents,
    };
    let visitor = recruits.visitor().await?;
    recruits.supervisors().await?;
    let stand_in = recruits.stand_in().await?;
    let players = recruits.hire(AT_FIRST).await?;
    let floor = unknown.with_key(&floor_key);
    let skills = recruits.skills.clone();
    Ok(Settled { administrator, floor, floor_key, wall_key, queues, visitor, stand_in, players, recruits, skills })
}

/// Adds something, and says its id.
async fn add(asker: &Asker, path: &str, body: Value) -> Result<String, No> {
    Ok(asker.post(path, body).await?["id"].as_str().unwrap_or_default().to_owned())
}

async fn key(asker: &Asker, name: &str, scopes: &[&str]) -> Result<String, No> {
    let made = asker.post("/v1/api-keys", json!({"name": name, "scopes": scopes})).await?;
    Ok(made["secret"].as_str().unwrap_or_default().to_owned())
}

async fn skill(asker: &Asker, name: &'static str) -> Result<(&'static str, String), No> {
    Ok((name, add(asker, "/v1/skills", json!({"name": name})).await?))
}

/// How a queue is set up. Where only those who are played work, what takes time goes as fast as they do.
fn queue_body(queue: &cast::Queue, speed: f64) -> Value {
    let is_shop = queue.name == QUEUES[cast::SHOP].name;
    let fast = |seconds: f64| (seconds / speed).ceil().clamp(2.0, 600.0) as u32;
    let mut channels = Vec::new();
    if queue.voice > 0.0 {
        channels.push("voice");
    }
    if queue.chat > 0.0 || is_shop {
        channels.push("chat");
    }
    json!({"name": queue.name, "number": queue.number, "channels": channels, "priority": queue.priority,
           "ring_timeout_s": if is_shop { 25 } else { fast(RING_S) },
           "wrap_up_s": if queue.voice > 0.0 { fast(WRAP_UP_S) } else { 0 }})
}

/// Gives the built-in reasons their colours, and adds one.
async fn reasons(asker: &Asker) -> Result<(), No> {
    let known = asker.get("/v1/reasons").await?;
    for reason in known["data"].as_array().into_iter().flatten() {
        let colour = cast::COLOURS.iter().find(|(code, _)| reason["code"] == *code);
        if let Some((_, colour)) = colour {
            let mut body = reason.clone();
            body["color"] = json!(colour);
            body.as_object_mut().map(|body| body.remove("reserved"));
            asker.put("/v1/reasons", body).await?;
        }
    }
    let names = json!([{"locale": "en", "name": "Coaching"}, {"locale": "es", "name": "Coaching"}]);
    let coaching = json!({"code": "coaching", "names": names, "class": "busy", "color": "#8A6BD1", "paid": true});
    asker.post("/v1/reasons", coaching).await.map(drop)
}

impl Recruits {
    /// Adds the next of the floor, at most so many; none when everybody is there.
    pub async fn hire(&mut self, at_most: usize) -> Result<Vec<Player>, No> {
        let last = self.all.min(self.next + at_most);
        let bodies: Vec<Value> =
            (self.next..last).map(|place| self.body(&cast::POSTS[place % cast::POSTS.len()])).collect();
        let first = std::mem::replace(&mut self.next, last);
        let added = join_all(bodies.into_iter().map(|body| add(&self.administrator, "/v1/users", body))).await;
        let player = |(place, id): (usize, Result<String, No>)| {
            let post = &cast::POSTS[place % cast::POSTS.len()];
            Ok(Player { id: id?, place, voice: post.voice, chat: post.chat })
        };
        (first..last).zip(added).map(player).collect()
    }

    /// Somebody of this post, with the next name.
    fn body(&mut self, post: &Post) -> Value {
        let name = self.names.next();
        self.somebody(post, &name.full, &name.login)
    }

    fn somebody(&self, post: &Post, name: &str, login: &str) -> Value {
        let seat = |cast::Seat(queue, tier, delay, mode): &cast::Seat| json!({"queue": self.queues[*queue], "tier_level": tier, "delay_sec": delay, "mode": mode});
        let mut channels = Vec::new();
        if post.voice {
            channels.push("voice");
        }
        if post.chat {
            channels.push("chat");
        }
        json!({"name": name, "login": login, "email": format!("{login}@demo.example"), "capacity": post.capacity,
               "channels": channels, "auto_queue_login": true,
               "queues": post.seats.iter().map(seat).collect::<Vec<_>>(),
               "skills": self.skilled(post.skills), "teams": [self.teams[post.team]]})
    }

    fn skilled(&self, skills: &[(&'static str, u8)]) -> Vec<Value> {
        skills.iter().map(|(name, level)| json!({"skill": self.skills[name], "level": level})).collect()
    }

    /// The visitor's own agent, who gets to work with one press.
    async fn visitor(&mut self) -> Result<String, No> {
        let mut body = self.somebody(&cast::VISITOR, "Robin Hale", AGENT);
        body["password"] = json!(PASSWORD);
        body["auto_ready_on_login"] = json!(true);
        add(&self.administrator, "/v1/users", body).await
    }

    async fn stand_in(&mut self) -> Result<Player, No> {
        let body = self.body(&cast::STAND_IN);
        let id = add(&self.administrator, "/v1/users", body).await?;
        Ok(Player { id, place: usize::MAX, voice: false, chat: true })
    }

    /// The visitor's supervisor, who sees all teams, and one for each of them but the last, which is the visitor's.
    async fn supervisors(&mut self) -> Result<(), No> {
        let visitors = json!({"name": "Sofia Marchetti", "login": SUPERVISOR, "role": "supervisor", "password": PASSWORD,
                              "email": "supervisor@demo.example"});
        let visitors = add(&self.administrator, "/v1/users", visitors).await?;
        for (place, team) in self.teams.clone().into_iter().enumerate() {
            self.supervise(&team, &visitors).await?;
            if place + 1 == self.teams.len() {
                break;
            }
            let name = self.names.next();
            let body = json!({"name": name.full, "login": name.login, "role": "supervisor",
                              "email": format!("{}@demo.example", name.login)});
            let own = add(&self.administrator, "/v1/users", body).await?;
            self.supervise(&team, &own).await?;
        }
        Ok(())
    }

    async fn supervise(&self, team: &str, supervisor: &str) -> Result<(), No> {
        let path = format!("/v1/teams/{team}/supervisors/{supervisor}");
        self.administrator.ask("PUT", path, None).await.map(drop)
    }
}
