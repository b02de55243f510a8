//! What is done about a conversation: answered, talked through, held, handed on, ended. Each time its row changes
//! it is considered anew.

use super::ask::Asker;
use super::board::ConversationRow;
use super::cast::QUEUES;
use super::clients::Guest;
use super::dialogues::{self, Line};
use super::play::Play;
use super::tally::Count;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// After something was asked that changed nothing, it is considered again.
const LOOKS_AGAIN: Duration = Duration::from_secs(10);
/// How long somebody who is played waits for somebody who is really there, and the other way round, seconds.
const GUEST_WAITS_S: f64 = 300.0;
const HOST_WAITS_S: f64 = 900.0;

/// What matters of a conversation: when this changes, what was planned is void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    stage: String,
    agent: Option<String>,
    offer: Option<String>,
    held: bool,
    messages: usize,
}

impl Situation {
    fn of(row: &ConversationRow) -> Situation {
        let ConversationRow { stage, agent, offer, held, messages, .. } = row.clone();
        Situation { stage, agent, offer, held, messages }
    }
}

/// What is done about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// The agent takes the offer.
    Take,
    /// The agent does not want it.
    Decline,
    /// The client has waited long enough.
    GiveUp,
    /// The client of a call is put on hold, or taken back.
    Hold(bool),
    /// The call is handed on to another queue of the cast.
    HandOn(usize),
    /// It is over, for the client or for the agent.
    End { by_client: bool },
    /// Somebody writes this; an agent may hand it on with that.
    Write { by: &'static str, text: &'static str, then: Option<&'static str> },
    /// The client writes to somebody who is really there, who may have written any number of times.
    WriteToHost,
    /// The agent who stands in answers somebody who is really there.
    AnswerGuest,
    /// The wrap-up is done.
    Finish,
    /// It is considered again.
    Look,
}

impl Play {
    /// Considers a conversation whose row changed.
    pub fn notice(&mut self, conversation: &str) {
        let Some(row) = self.board.conversations.get(conversation).cloned() else {
            if let Some((_, client)) = self.planned.remove(conversation) {
                self.guests.remove(&client);
            }
            return;
        };
        let situation = Situation::of(&row);
        if self.planned.get(conversation).is_some_and(|(planned, _)| *planned == situation) {
            return;
        }
        self.planned.insert(conversation.to_owned(), (situation.clone(), row.client.clone()));
        self.plan(&row, situation);
    }

    fn plan(&mut self, row: &ConversationRow, situation: Situation) {
        let agent = row.agent.as_deref();
        let played = agent.is_some_and(|agent| self.players.contains_key(agent));
        let guest = self.guests.get(&row.client).cloned();
        let now = Instant::now();
        let plan = match row.stage.as_str() {
            "waiting" => guest.map(|guest| (self.pace.takes(guest.patience_s), Deed::GiveUp)),
            "offered" if played => self.answer(row),
            "active" if row.channel == "voice" && played => Some(self.talk(row)),
            "active" if row.channel == "voice" => guest.map(|_| (self.pace.takes(90.0), Deed::End { by_client: true })),
            "active" => match (played, guest) {
                (true, Some(guest)) => Some(self.chat(row, &guest)),
                (true, None) => Some(self.stand_in(row)),
                (false, Some(guest)) => Some(self.chat_with_host(row, &guest)),
                // Two who are really there need nobody.
                (false, None) => None,
            },
            "parked" => guest.map(|_| (self.pace.takes(45.0), Deed::End { by_client: true })),
            "wrapping" if played => Some((self.takes_about(14.0), Deed::Finish)),
            _ => None,
        };
        if let Some((after, deed)) = plan {
            self.agenda.note(now + after, (row.id.clone(), situation, deed));
        }
    }

    fn takes_about(&mut self, seconds: f64) -> Duration {
        self.pace.takes(self.chance.around(seconds))
    }

    /// Most offers are taken at once; some agents are somewhere else with their thoughts.
    fn answer(&mut self, row: &ConversationRow) -> Option<(Duration, Deed)> {
        let agent = row.agent.as_deref()?;
        let place = self.players.get(agent)?.place;
        if agent == self.stand_in {
            return Some((self.pace.takes_with_guests(1.5), Deed::Take));
        }
        let absent_minded = if place % 11 == 4 { 0.4 } else { 0.03 };
        match self.chance.part() {
            miss if miss < absent_minded => None,
            decline if decline < absent_minded + 0.015 => Some((self.takes_about(3.0), Deed::Decline)),
            _ => Some((self.takes_about(2.5).min(self.pace.takes(11.0)), Deed::Take)),
        }
    }

    fn talk(&mut self, row: &ConversationRow) -> (Duration, Deed) {
        if row.held {
            return (self.takes_about(14.0), Deed::Hold(false));
        }
        let queue = self.queues.iter().position(|queue| *queue == row.queue);
        let long = queue.map_or(60.0, |queue| QUEUES[queue].talk_s.max(30.0));
        match self.chance.part() {
            hold if hold < 0.22 => (self.takes_about(long / 3.0), Deed::Hold(true)),
            hand_on if hand_on < 0.28 => match self.elsewhere(queue) {
                Some(other) => (self.takes_about(long / 2.0), Deed::HandOn(other)),
                None => (self.takes_about(long / 3.0), Deed::Hold(true)),
            },
            rest => {
                // In the beginning, calls have been going on for a while already.
                let rest_of = if self.is_opening() { self.chance.between(0.05, 1.0) } else { 1.0 };
                (self.takes_about(long).mul_f64(rest_of), Deed::End { by_client: rest < 0.5 })
            }
        }
    }

    /// Another queue that takes calls, of those where the same language is spoken.
    fn elsewhere(&mut self, queue: Option<usize>) -> Option<usize> {
        let is_spanish = |queue: &usize| QUEUES[*queue].name == "Español";
        let queue = queue.filter(|queue| !is_spanish(queue))?;
        let others =
            (0..QUEUES.len()).filter(|other| QUEUES[*other].voice > 0.0 && *other != queue && !is_spanish(other));
        let others: Vec<usize> = others.collect();
        Some(others[self.chance.below(others.len())])
    }

    /// Two who are played write what their dialogue says.
    fn chat(&mut self, row: &ConversationRow, guest: &Guest) -> (Duration, Deed) {
        let line = guest.dialogue.and_then(|dialogue| dialogue.lines.get(row.messages));
        let writes = |play: &mut Play, by, text: &'static str, then| {
            (play.takes_about(writing_s(text)), Deed::Write { by, text, then })
        };
        match line {
            Some(Line::Client(text)) => writes(self, "client", text, None),
            Some(Line::Agent(text)) => writes(self, "agent", text, None),
            Some(Line::HandOn(to, text)) => writes(self, "agent", text, Some(*to)),
            None => (self.takes_about(5.0), Deed::End { by_client: self.chance.happens(0.4) }),
        }
    }

    /// Somebody who is played writes to an agent who is really there.
    fn chat_with_host(&mut self, row: &ConversationRow, guest: &Guest) -> (Duration, Deed) {
        if row.pending == "agent" {
            return (Duration::from_secs_f64(GUEST_WAITS_S), Deed::End { by_client: true });
        }
        let text = guest.dialogue.and_then(|dialogue| dialogue.of_client(row.messages / 2));
        let seconds = text.map_or(6.0, writing_s);
        (self.pace.takes_with_guests(self.chance.around(seconds)), Deed::WriteToHost)
    }

    /// An agent who is played writes to a visitor who is really there.
    fn stand_in(&mut self, row: &ConversationRow) -> (Duration, Deed) {
        if row.pending == "client" {
            return (Duration::from_secs_f64(HOST_WAITS_S), Deed::End { by_client: false });
        }
        (self.pace.takes_with_guests(self.chance.around(3.5).min(8.0)), Deed::AnswerGuest)
    }

    /// Does what was planned, if it is still about the same.
    pub fn act(&mut self, conversation: &str, was: &Situation, deed: Deed) {
        let Some(row) = self.board.conversations.get(conversation).cloned() else { return };
        if Situation::of(&row) != *was {
            return;
        }
        if deed == Deed::Look {
            return self.plan(&row, was.clone());
        }
        self.agenda.note(Instant::now() + LOOKS_AGAIN, (conversation.to_owned(), was.clone(), Deed::Look));
        let guest = self.guests.get(&row.client).cloned();
        let to =
            |name: &str| QUEUES.iter().position(|queue| queue.name == name).map(|index| self.queues[index].clone());
        let target = match &deed {
            Deed::Write { then: Some(name), .. } => to(name),
            Deed::HandOn(queue) => Some(self.queues[*queue].clone()),
            _ => None,
        };
        let floor = self.floor.clone();
        self.hand(async move { carry_out(&floor, &row, deed, guest, target).await });
    }

    /// Whether the demo has only just begun.
    pub fn is_opening(&self) -> bool {
        self.pace.since_the_beginning(Instant::now()) < Duration::from_secs(12)
    }
}

/// How long somebody reads, thinks and types before this stands there, seconds.
fn writing_s(text: &str) -> f64 {
    2.5 + text.chars().count() as f64 * 0.12
}

async fn carry_out(floor: &Asker, row: &ConversationRow, deed: Deed, guest: Option<Guest>, target: Option<String>) {
    let path = format!("/v1/conversations/{}", row.id);
    let post = async |what: &str, body: Value| floor.have("POST", format!("{path}/{what}"), Some(body)).await;
    match deed {
        Deed::Take | Deed::Decline => {
            let Some(offer) = &row.offer else { return };
            let what = if deed == Deed::Take { "accept" } else { "decline" };
            let done = floor.have("POST", format!("/v1/offers/{offer}/{what}"), Some(json!({}))).await;
            if done.is_some() && deed == Deed::Take {
                floor.tally.one(Count::Taken);
            }
        }
        Deed::GiveUp => {
            if post("end", json!({"by_client": true})).await.is_some() {
                floor.tally.one(Count::GaveUp);
            }
        }
        Deed::Hold(held) => drop(post("hold", json!({"held": held})).await),
        Deed::End { by_client } => drop(post("end", json!({"by_client": by_client})).await),
        Deed::Finish => drop(post("wrap-up/finish", json!({})).await),
        Deed::HandOn(_) => hand_on(floor, &path, target).await,
        Deed::Write { by, text, then } => {
            if write(floor, &path, by, text).await && then.is_some() {
                hand_on(floor, &path, target).await;
            }
        }
        Deed::WriteToHost => {
            let said = said(floor, &path).await.iter().filter(|(author, _)| author == "client").count();
            match guest.and_then(|guest| guest.dialogue?.of_client(said)) {
                Some(text) => drop(write(floor, &path, "client", text).await),
                None => drop(post("end", json!({"by_client": true})).await),
            }
        }
        Deed::AnswerGuest => {
            let said = said(floor, &path).await;
            let answers = said.iter().filter(|(author, _)| author == "agent").count();
            let words = said.iter().rev().find(|(author, _)| author == "client");
            let words = words.map(|(_, text)| text.as_str()).unwrap_or_default();
            write(floor, &path, "agent", dialogues::reply(answers, words)).await;
        }
        Deed::Look => {}
    }
}

/// Hands a conversation on to another queue, where nobody needs to be good at what it began with.
async fn hand_on(floor: &Asker, path: &str, target: Option<String>) {
    if let Some(queue) = target {
        floor.have("POST", format!("{path}/skills"), Some(json!({"skills": []}))).await;
        floor.have("POST", format!("{path}/transfer"), Some(json!({"queue": queue}))).await;
    }
}

/// Writes a message, and says whether it stands there.
pub async fn write(floor: &Asker, path: &str, by: &str, text: &str) -> bool {
    let body = json!({"author": by, "text": text});
    let written = floor.have("POST", format!("{path}/messages"), Some(body)).await.is_some();
    if written {
        floor.tally.one(Count::Messages);
    }
    written
}

/// What was written so far: by whom, and what.
async fn said(floor: &Asker, path: &str) -> Vec<(String, String)> {
    let page = floor.have("GET", format!("{path}/messages?limit=1000"), None).await.unwrap_or_default();
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    page["data"].as_array().into_iter().flatten().map(|row| (word(row, "author"), word(row, "text"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_types_faster_than_people_do() {
        assert!((4.0..7.0).contains(&writing_s("Thanks, that is kind.")));
        assert!(dialogues::all().iter().flat_map(|dialogue| &dialogue.lines).all(|line| {
            let (Line::Client(text) | Line::Agent(text) | Line::HandOn(_, text)) = line;
            (2.5..25.0).contains(&writing_s(text))
        }));
    }
}
