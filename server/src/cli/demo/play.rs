//! The player of everybody: listens to the stream, and does in time what people would do.
//!
//! What the floor is, the stream tells; kept here is only what no floor knows: what people have in mind.

use super::agenda::Agenda;
use super::board::{Board, Told};
use super::chance::Chance;
use super::clients::{Arrivals, Guest};
use super::day::Pace;
use super::settle::{Player, Recruits, Settled};
use super::tally::Tally;
use super::work::{Deed, Situation};
use super::{ask::Asker, listen};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// How often everybody thinks about what to do next.
const TICK: Duration = Duration::from_millis(100);
/// So many people are added at a time while the doors are open.
const HIRED_AT_ONCE: usize = 40;
/// Requests that wait for their turn; over it nobody new comes.
const BUSY: usize = 200;

/// Everybody who is played.
pub struct Play {
    pub floor: Asker,
    pub pace: Pace,
    pub chance: Chance,
    pub seed: u64,
    pub board: Board,
    pub tally: Arc<Tally>,
    /// Queues, in the order of the cast.
    pub queues: Vec<String>,
    pub skills: BTreeMap<&'static str, String>,
    /// Who is played, by agent.
    pub players: BTreeMap<String, Player>,
    pub stand_in: String,
    /// The visitor's own agent, who is not played.
    pub visitor: String,
    /// When somebody was last moved: the stream needs a moment to tell.
    pub moved: BTreeMap<String, Instant>,
    /// What is planned for conversations, and in which situation it was planned; whose they are.
    pub agenda: Agenda<(String, Situation, Deed)>,
    pub planned: BTreeMap<String, (Situation, String)>,
    /// Clients who are played, and what they want. Each comes once.
    pub guests: BTreeMap<String, Guest>,
    pub arrivals: Arrivals,
    hands: JoinSet<()>,
    pub news: mpsc::UnboundedSender<News>,
    heard: mpsc::UnboundedReceiver<News>,
}

/// What comes of what was handed out, where anything does.
pub enum News {
    /// A client is about to come, with this in mind.
    Guest(String, Guest),
    /// Somebody who was on the way to a queue has come, or not.
    Arrived(usize),
}

impl Play {
    /// Everybody of a floor that was set up.
    pub fn new(settled: &mut Settled, pace: Pace, seed: u64, tally: Arc<Tally>) -> Play {
        let mut players: BTreeMap<String, Player> =
            settled.players.drain(..).map(|player| (player.id.clone(), player)).collect();
        players.insert(settled.stand_in.id.clone(), settled.stand_in.clone());
        let mut chance = Chance::new(seed, &[0xF100]);
        let (news, heard) = mpsc::unbounded_channel();
        Play {
            floor: settled.floor.clone(),
            pace,
            arrivals: Arrivals::new(&mut chance),
            chance,
            seed,
            board: Board::default(),
            tally,
            queues: settled.queues.clone(),
            skills: settled.skills.clone(),
            players,
            stand_in: settled.stand_in.id.clone(),
            visitor: settled.visitor.clone(),
            moved: BTreeMap::new(),
            agenda: Agenda::default(),
            planned: BTreeMap::new(),
            guests: BTreeMap::new(),
            hands: JoinSet::new(),
            news,
            heard,
        }
    }

    /// Plays, for as long as it is let.
    pub async fn play(mut self, address: SocketAddr, key: String, recruits: Recruits) {
        let (tell, mut told) = mpsc::channel::<Told>(listen::WAITING_MAX);
        let (hire, mut hired) = mpsc::channel::<Vec<Player>>(1);
        let mut helpers = JoinSet::new();
        helpers.spawn(listen::listen(address, key, tell, self.tally.clone()));
        helpers.spawn(take_on(recruits, hire, self.tally.clone()));
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = Instant::now();
        loop {
            let next = self.agenda.next().unwrap_or_else(|| Instant::now() + TICK);
            tokio::select! {
                Some(told) = told.recv() => {
                    // A client is known before its conversation is.
                    while let Ok(news) = self.heard.try_recv() {
                        self.hear(news);
                    }
                    for conversation in self.board.take(told) {
                        self.notice(&conversation);
                    }
                }
                Some(players) = hired.recv() => {
                    self.players.extend(players.into_iter().map(|player| (player.id.clone(), player)));
                }
                Some(news) = self.heard.recv() => self.hear(news),
                Some(_) = self.hands.join_next() => {}
                () = tokio::time::sleep_until(next.into()) => self.do_what_is_due(),
                _ = tick.tick() => {
                    let now = Instant::now();
                    self.people(now);
                    self.clients(now, std::mem::replace(&mut last, now));
                }
            }
        }
    }

    fn do_what_is_due(&mut self) {
        while let Some((conversation, situation, deed)) = self.agenda.due(Instant::now()) {
            self.act(&conversation, &situation, deed);
        }
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Guest(client, guest) => drop(self.guests.insert(client, guest)),
            News::Arrived(queue) => self.arrivals.on_the_way[queue] -= 1,
        }
    }

    /// Whether so much is under way that nobody new should come.
    pub fn is_busy(&self) -> bool {
        self.hands.len() > BUSY
    }

    /// Has something done, and does not wait for it.
    pub fn hand(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.hands.spawn(work);
    }
}

/// Adds those who are not there yet.
async fn take_on(mut recruits: Recruits, hired: mpsc::Sender<Vec<Player>>, tally: Arc<Tally>) {
    loop {
        match recruits.hire(HIRED_AT_ONCE).await {
            Ok(players) if players.is_empty() => return,
            Ok(players) => {
                if hired.send(players).await.is_err() {
                    return;
                }
            }
            Err(no) => return tally.unexpected(format!("POST /v1/users: {} {}", no.status, no.code), &no.detail),
        }
    }
}
