//! To whom a conversation can be handed on now, and why not to the others. Each is asked what the transfer itself
//! would be asked, so that what is offered here is not refused a moment later for another reason.

use super::App;
use super::context::Context;
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Path, Query};
use crate::auth::role::{ApiScope, Role};
use crate::directory::User;
use crate::directory::personal::has_word_beginning;
use crate::wire::{Id, bucket_schema, of};
use readyroom_core::commands::{Command, Target, Transfer};
use readyroom_core::event::Actor;
use readyroom_core::floor::queue::Queue;
use readyroom_core::floor::{AgentSlot, Floor};
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use readyroom_views::vocabulary::{Bucket, bucket};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Targets of each kind unless asked otherwise.
const LIMIT_DEFAULT: usize = 50;

/// The route of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(need(Role::Agent, ApiScope::WorkRead, routes!(targets)))
}

/// Which targets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only agents whose login, name, or a word of the name, begins so, and queues whose number, name, or a word of
    /// the name does.
    #[param(max_length = 100)]
    q: Option<String>,
    /// So many agents and so many queues at most, 1 to 1000; 50 unless given. Those who can come first.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Wait until the answer rests on this position at least.
    min_position: Option<u64>,
}

/// Why not: what a transfer would be refused with now.
#[derive(Debug, Serialize, ToSchema)]
struct Reason {
    /// The code of the refusal, for programs; none: it can be handed on so.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The refusal in a sentence, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// An agent to whom the conversation might be handed.
#[derive(Debug, Serialize, ToSchema)]
struct AgentTarget {
    /// Who.
    id: of::Agent,
    /// Their name.
    name: String,
    /// What they are at this instant.
    #[schema(schema_with = bucket_schema)]
    bucket: Bucket,
    /// Whether it can be handed to them now.
    can: bool,
    #[serde(flatten)]
    reason: Reason,
}

/// A queue into which the conversation might be handed.
#[derive(Debug, Serialize, ToSchema)]
struct QueueTarget {
    /// Which.
    id: of::Queue,
    /// What telephones dial.
    number: Option<String>,
    /// What people call it.
    name: String,
    /// Conversations that wait in it.
    waiting: u32,
    /// The agents who may be offered its next conversation.
    ready: u32,
    /// Whether it can be handed there now.
    can: bool,
    #[serde(flatten)]
    reason: Reason,
}

/// To whom a conversation can be handed on.
#[derive(Debug, Serialize, ToSchema)]
struct Targets {
    /// The account's active agents, of the caller's teams or not: those who can first, each part by name.
    agents: Vec<AgentTarget>,
    /// The queues, in the same order.
    queues: Vec<QueueTarget>,
    /// The position that this rests on.
    position: u64,
}

/// To whom a conversation can be handed on now, and what a transfer to the others would be refused with. Agents ask
/// it of their own conversation, supervisors of those they see
#[utoipa::path(get, path = "/v1/conversations/{id}/targets", tag = "work",
    params(("id" = of::Conversation, Path), Wanted),
    responses((status = 200, description = "The targets", body = Targets)))]
async fn targets(
    at: Context,
    Path(id): Path<of::Conversation>,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<Targets>, Problem> {
    let limit = query::limit(Some(wanted.limit.unwrap_or(LIMIT_DEFAULT)))?;
    let q = wanted.q.unwrap_or_default();
    if q.chars().count() > 100 {
        return Err(Problem::invalid("q", "has at most 100 characters"));
    }
    at.account.reached(wanted.min_position).await?;
    let (conversation, by) = at.work(id.0).await?;
    let mut people = at.app.directory.active_beginning(at.caller.account, &q)?;
    people.sort_by_cached_key(|user| user.name.reveal().to_lowercase());
    let (seen, position) =
        at.look(None, move |floor, now| see(floor, now, by, conversation, &people, &q, limit)).await?;
    let (agents, mut queues) = seen?;
    let publisher = at.account.publisher(Some(position.0)).await?;
    for queue in &mut queues {
        // One that was removed a moment ago has no row.
        let row = publisher.queue(queue.id.0).await?.and_then(|row| serde_json::from_slice::<Ready>(&row).ok());
        queue.ready = row.map_or(0, |row| row.ready);
    }
    Ok(axum::Json(Targets { agents, queues, position: position.0 }))
}

/// What of a queue's row is told here.
#[derive(Deserialize)]
struct Ready {
    ready: u32,
}

type Seen = Result<(Vec<AgentTarget>, Vec<QueueTarget>), Refusal>;

/// Asks the floor, of so many as are told.
fn see(
    floor: &Floor,
    now: Timestamp,
    by: Actor,
    conversation: ConversationId,
    people: &[Arc<User>],
    q: &str,
    limit: usize,
) -> Seen {
    floor.find_conversation(conversation)?;
    let asked = |to: Target| Command::from(Transfer { conversation, to, note: None }).check(floor, now, by);
    let on_floor = people.iter().filter_map(|user| Some((user, floor.find_agent(user.id).ok()?)));
    let agents = those_who_can_first(on_floor, limit, |(user, _)| asked(Target::Agent(user.id)));
    let agent = |((user, slot), refused): ((&Arc<User>, AgentSlot), Option<Refusal>)| AgentTarget {
        id: Id(user.id),
        name: user.name.reveal().to_owned(),
        bucket: bucket(&floor.agent_facts(slot)),
        can: refused.is_none(),
        reason: Reason::of(refused),
    };
    let named = |queue: &Queue| {
        has_word_beginning(&queue.settings.name, q)
            || queue.settings.number.as_ref().is_some_and(|number| number.starts_with(q))
    };
    let mut queues: Vec<&Queue> = floor.queues().map(|(_, queue)| queue).filter(|queue| named(queue)).collect();
    queues.sort_by_cached_key(|queue| (queue.settings.name.to_lowercase(), queue.id));
    let queues = those_who_can_first(queues.into_iter(), limit, |queue| asked(Target::Queue(queue.id)));
    let queue = |(queue, refused): (&Queue, Option<Refusal>)| QueueTarget {
        id: Id(queue.id),
        number: queue.settings.number.clone(),
        name: queue.settings.name.clone(),
        waiting: queue.counts.waiting,
        ready: 0,
        can: refused.is_none(),
        reason: Reason::of(refused),
    };
    Ok((agents.into_iter().map(agent).collect(), queues.into_iter().map(queue).collect()))
}

/// The first `limit` of those for whom there is no refusal, then of the others with theirs. Nobody is asked when
/// enough are found.
fn those_who_can_first<T>(
    all: impl Iterator<Item = T>,
    limit: usize,
    ask: impl Fn(&T) -> Result<(), Refusal>,
) -> Vec<(T, Option<Refusal>)> {
    let (mut can, mut cannot) = (Vec::new(), Vec::new());
    for one in all {
        match ask(&one) {
            Ok(()) => can.push((one, None)),
            Err(refusal) if cannot.len() < limit => cannot.push((one, Some(refusal))),
            Err(_) => {}
        }
        if can.len() == limit {
            break;
        }
    }
    can.extend(cannot);
    can.truncate(limit);
    can
}

impl Reason {
    fn of(refused: Option<Refusal>) -> Reason {
        Reason { code: refused.as_ref().map(Refusal::code), why: refused.map(|refusal| refusal.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Login, PersonName};
    use readyroom_core::commands::{AddAgent, EnterQueue, OpenAccount};
    use readyroom_core::engine::{Engine, Input, Ticket};
    use readyroom_core::settings::AgentSettings;
    use std::cell::Cell;
    use std::time::Instant;

    #[test]
    fn those_who_can_come_first_and_no_more_are_asked_than_needed() {
        let asked = Cell::new(0);
        let even = |number: &i32| {
            asked.set(asked.get() + 1);
            if number % 2 == 0 { Ok(()) } else { Err(Refusal::SupervisorOnly) }
        };
        let first = |limit| {
            asked.set(0);
            let rows = those_who_can_first(1..=10, limit, even);
            rows.into_iter().map(|(number, refused)| (number, refused.is_none())).collect::<Vec<_>>()
        };
        assert_eq!(first(2), [(2, true), (4, true)]);
        assert_eq!(asked.get(), 4);
        assert_eq!(first(7)[4..], [(10, true), (1, false), (3, false)]);
        assert_eq!(first(100).len(), 10);
    }

    const NOW: Timestamp = Timestamp(1_000_000);
    const BOSS: Actor = Actor::Integration(KeyId::from_u128(1));
    const AGENTS: u128 = 10_000;

    /// A floor where one call waits and all of the agents are offline, so that everybody must be asked.
    fn large() -> (Engine, Vec<Arc<User>>) {
        let mut engine = Engine::on(Floor::default());
        let mut does = |command: Command| {
            engine.handle(NOW, Input::Command { ticket: Ticket(0), by: BOSS, command });
            let turns: Vec<_> = std::iter::from_fn(|| engine.poll()).collect();
            assert!(turns.iter().filter_map(|turn| turn.answer.as_ref()).all(|answer| answer.result.is_ok()));
        };
        let queue = QueueId::from_u128(1);
        does(OpenAccount { general: queue }.into());
        let (conversation, client) = (ConversationId::from_u128(1), ClientId::from_u128(1));
        let arrival = EnterQueue {
            conversation,
            client,
            channel: Channel::Chat,
            queue,
            skills: vec![],
            priority: None,
            owner: None,
            arrived_at: None,
        };
        does(arrival.into());
        let people = (1..=AGENTS).map(|number| {
            let id = UserId::from_u128(number);
            does(AddAgent::new(id, AgentSettings::default()).into());
            Arc::new(User {
                id,
                account: AccountId::from_u128(1),
                login: Login::new(&format!("a{number}")).unwrap(),
                name: PersonName::new(&format!("Agent {number}")).unwrap(),
                email: None,
                role: Role::Agent,
                active: true,
                password: None,
                created_at: NOW,
                updated_at: NOW,
                version: 1,
            })
        });
        let people = people.collect();
        (engine, people)
    }

    #[test]
    fn ten_thousand_who_cannot_take_it_are_asked_in_one_look() {
        let (engine, people) = large();
        let mut took = Vec::new();
        for _ in 0..20 {
            let start = Instant::now();
            let (agents, queues) =
                see(engine.floor(), NOW, BOSS, ConversationId::from_u128(1), &people, "", 50).unwrap();
            took.push(start.elapsed());
            assert_eq!((agents.len(), queues.len()), (50, 1));
            assert!(agents.iter().all(|agent| agent.reason.code == Some("agent_offline")));
        }
        took.sort();
        println!("{AGENTS} agents: median {:?}, worst {:?}", took[10], took[19]);
        // A busy machine is slow; a copy of the floor, or an answer made for each, would be slower by far.
        assert!(took[0].as_millis() < 100, "{took:?}");
    }
}
