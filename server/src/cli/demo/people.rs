//! Agents come, take breaks, are called away and go home: what each wants now, beside what its row says.

use super::ask::Asker;
use super::board::AgentRow;
use super::life::{self, Doing};
use super::play::Play;
use super::settle::Player;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Between two things that are done with the same agent: the stream tells of the first meanwhile.
const SETTLES: Duration = Duration::from_millis(700);
/// While the floor fills, nobody lingers.
const OPENING: Duration = Duration::from_secs(6);
/// How long a page of an agent counts, seconds. Whoever comes in the morning says it anew.
const PAGE_S: u32 = 86_400;
/// What a call that no queue gave is called.
const CALL: &str = "desk-line";

/// What is done with an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    ComeIn,
    Available,
    NotReady,
    Break(&'static str),
    GoHome,
    CallOutside,
    HangUp,
    LoseConnection,
    Reconnect,
}

impl Play {
    /// Moves everybody who is not what they want to be.
    pub fn people(&mut self, now: Instant) {
        let (hour, opening) = (self.pace.hour(now), self.pace.since_the_beginning(now) < OPENING);
        let mut moves = Vec::new();
        for player in self.players.values() {
            let Some(row) = self.board.agents.get(&player.id) else { continue };
            if self.moved.get(&player.id).is_some_and(|moved| now.duration_since(*moved) < SETTLES) {
                continue;
            }
            let is_stand_in = player.id == self.stand_in;
            let wanted = if is_stand_in { Doing::Work } else { life::wanted(self.seed, player.place, hour) };
            let lingers = if opening || is_stand_in { Duration::ZERO } else { self.pace.takes(lingers_s(player, row)) };
            if let Some(what) = next(row, wanted, since(row) >= lingers) {
                moves.push((player.clone(), what));
            }
        }
        for (player, what) in moves {
            self.moved.insert(player.id.clone(), now);
            let floor = self.floor.clone();
            self.hand(async move { carry_out(&floor, &player, what).await });
        }
    }
}

/// How long somebody lingers before going to work, each by a measure of their own: over a coffee after coming in,
/// and longer after a break that others decided on.
fn lingers_s(player: &Player, row: &AgentRow) -> f64 {
    let own = (player.place.wrapping_mul(7) % 10) as f64;
    if row.status == "on_break" { 40.0 + 3.0 * own } else { 4.0 + own }
}

/// For how long an agent has had its status.
fn since(row: &AgentRow) -> Duration {
    let since = row.status_since.parse::<jiff::Timestamp>().unwrap_or_default();
    Duration::try_from(jiff::Timestamp::now().duration_since(since)).unwrap_or_default()
}

/// What brings this agent nearer to what it wants; none when it is there, or must finish something first.
fn next(row: &AgentRow, wanted: Doing, lingered: bool) -> Option<Move> {
    let bucket = row.bucket.as_str();
    let leaves = |to: &str| row.leaving.as_ref().is_some_and(|leaving| leaving.to == to);
    let lost = bucket == "unreachable" || !row.dead_channels.is_empty();
    if row.status == "offline" {
        return (wanted != Doing::Off).then_some(Move::ComeIn);
    }
    if bucket == "extcall" {
        return (wanted != Doing::Outside).then_some(Move::HangUp);
    }
    if lost && wanted != Doing::Lost {
        return Some(Move::Reconnect);
    }
    match wanted {
        Doing::Off => (!leaves("offline")).then_some(Move::GoHome),
        Doing::Work if row.status == "available" => row.leaving.is_some().then_some(Move::Available),
        Doing::Work => lingered.then_some(Move::Available),
        // Those who were sent on a break, by whomever, are on one.
        Doing::Break(_) if row.status == "on_break" || leaves("on_break") => None,
        Doing::Break(reason) => Some(Move::Break(reason)),
        Doing::Aside => (row.status != "not_ready" && row.leaving.is_none()).then_some(Move::NotReady),
        // Nobody picks up a second receiver during a call.
        Doing::Outside => (row.threads == 0 && ["ready", "idle"].contains(&bucket)).then_some(Move::CallOutside),
        Doing::Lost => (!lost).then_some(Move::LoseConnection),
    }
}

async fn carry_out(floor: &Asker, player: &Player, what: Move) {
    let agent = format!("/v1/agents/{}", player.id);
    let status = |body: Value| (format!("{agent}/status"), Some(body));
    let (method, (path, body)) = match what {
        Move::ComeIn => {
            connect(floor, player, true).await;
            ("POST", (format!("{agent}/login"), Some(json!({}))))
        }
        Move::Reconnect => return connect(floor, player, true).await,
        Move::LoseConnection => return connect(floor, player, false).await,
        Move::Available => ("PUT", status(json!({"status": "available"}))),
        Move::NotReady => ("PUT", status(json!({"status": "not_ready"}))),
        Move::Break(reason) => ("PUT", status(json!({"status": "on_break", "reason": reason}))),
        Move::GoHome => ("POST", (format!("{agent}/logout"), Some(json!({})))),
        Move::CallOutside => ("PUT", (format!("{agent}/external-calls/{CALL}"), Some(json!({})))),
        Move::HangUp => ("DELETE", (format!("{agent}/external-calls/{CALL}"), None)),
    };
    floor.have(method, path, body).await;
}

/// Says whether the telephone and the page of an agent can be reached.
async fn connect(floor: &Asker, player: &Player, reachable: bool) {
    let devices = format!("/v1/agents/{}/devices", player.id);
    if player.voice {
        let telephone = json!({"kind": "sip", "reachable": reachable});
        floor.have("PUT", format!("{devices}/sip:desk@demo.example"), Some(telephone)).await;
    }
    if player.chat {
        let page = json!({"kind": "console", "reachable": reachable, "ttl_s": PAGE_S});
        floor.have("PUT", format!("{devices}/page"), Some(page)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(bucket: &str, status: &str, leaving: Option<&str>) -> AgentRow {
        let leaving = leaving.map(|to| json!({"to": to}));
        serde_json::from_value(json!({"id": "us_1", "bucket": bucket, "status": status, "leaving": leaving,
            "status_since": "2026-03-02T09:00:00.000Z", "chats": 0, "threads": 0, "dead_channels": [], "queues": []}))
        .unwrap()
    }

    #[test]
    fn a_day_goes_from_door_to_door() {
        let offline = row("offline", "offline", None);
        assert_eq!(next(&offline, Doing::Work, true), Some(Move::ComeIn));
        assert_eq!(next(&offline, Doing::Off, true), None);
        let idle = row("idle", "not_ready", None);
        assert_eq!(next(&idle, Doing::Work, false), None);
        assert_eq!(next(&idle, Doing::Work, true), Some(Move::Available));
        let ready = row("ready", "available", None);
        assert_eq!(next(&ready, Doing::Work, true), None);
        assert_eq!(next(&ready, Doing::Break("training"), true), Some(Move::Break("training")));
        assert_eq!(next(&row("incall", "available", Some("on_break")), Doing::Break("training"), true), None);
        assert_eq!(next(&row("paused", "on_break", None), Doing::Break("training"), true), None);
        assert_eq!(next(&row("paused", "on_break", None), Doing::Work, true), Some(Move::Available));
        assert_eq!(next(&ready, Doing::Off, true), Some(Move::GoHome));
        assert_eq!(next(&row("incall", "available", Some("offline")), Doing::Off, true), None);
    }

    #[test]
    fn mishaps_come_and_go() {
        let (ready, busy) = (row("ready", "available", None), row("incall", "available", None));
        assert_eq!(next(&ready, Doing::Outside, true), Some(Move::CallOutside));
        assert_eq!(next(&busy, Doing::Outside, true), None);
        assert_eq!(next(&row("extcall", "available", None), Doing::Outside, true), None);
        assert_eq!(next(&row("extcall", "available", None), Doing::Off, true), Some(Move::HangUp));
        assert_eq!(next(&ready, Doing::Lost, true), Some(Move::LoseConnection));
        assert_eq!(next(&row("unreachable", "available", None), Doing::Lost, true), None);
        assert_eq!(next(&row("unreachable", "available", None), Doing::Work, true), Some(Move::Reconnect));
        assert_eq!(next(&ready, Doing::Aside, true), Some(Move::NotReady));
    }
}
