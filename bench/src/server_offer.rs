//! From a call's arrival to its offer, through the whole server: HTTP, the engine, the log, and back.
//! The offer is of the same turn as the arrival, so it is durable when the arrival is answered.

use crate::Size;
use crate::figure::{Beside, Report, percentile, wall};
use crate::floor::queue;
use crate::house::{BOSS, House, Kept};
use crate::line::Line;
use readyroom_core::commands::{AcceptOffer, EndConversation};
use readyroom_core::event::Actor;
use readyroom_core::floor::conversation::Stage;
use readyroom_core::ids::ConversationId;
use serde_json::json;

/// Agents who take turns.
const AGENTS: usize = 20;
/// What an offer may take, milliseconds, with the log on disk and in memory.
const LIMITS_MS: [(&str, Kept, f64); 2] = [("disk", Kept::OnDisk, 10.0), ("memory", Kept::InMemory, 1.0)];

/// The median time of an offer, and the one that one in a hundred exceeds.
pub fn measure(size: Size, report: &mut Report) {
    let n = size.of(3_000, 100);
    for (name, kept, limit) in LIMITS_MS {
        let house = House::new(kept);
        house.let_in(0..AGENTS, queue(0), true);
        let mut line = Line::open(&house.address, &house.key);
        let mut times: Vec<f64> = (0..n).map(|at| offered(&house, &mut line, at) * 1e3).collect();
        report.figure(&format!("server_offer_{name}_p50"), percentile(&mut times, 50), "ms", n);
        let beside = Beside { what: "limit", value: limit };
        report.ratio(&format!("server_offer_{name}_p99"), percentile(&mut times, 99), "ms", n, &beside);
    }
}

/// Lets a call come, and says after how many seconds its offer was known. Then the call is taken and
/// ended, so that the next one finds everybody ready.
pub fn offered(house: &House, line: &mut Line, at: usize) -> f64 {
    let body = json!({"queue": queue(0), "channel": "voice", "client": format!("caller {at}")}).to_string();
    let (seconds, answer) = wall(|| line.ask("POST", "/v1/conversations", &body));
    let conversation: ConversationId = answer["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let offer = house.runtime.block_on(house.account.look(move |floor, _| {
        let slot = floor.find_conversation(conversation).expect("it is here");
        match floor.conversation(slot).stage {
            Stage::Offered(offer) => (offer.id, floor.agent(offer.agent).id),
            _ => panic!("somebody is ready"),
        }
    }));
    let (offer, agent) = offer.expect("the account is open");
    house.ask(Actor::Agent(agent), AcceptOffer { offer });
    house.ask(BOSS, EndConversation { conversation });
    seconds
}
