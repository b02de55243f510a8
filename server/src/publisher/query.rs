//! Pages of rows, as they are now.

use super::live::Live;
use super::scope::Scope;
use crate::wire::conversation::{Stage, agent_of};
use bytes::Bytes;
use readyroom_core::ids::*;
use readyroom_views::vocabulary::{Bucket, Desk, Widget, bucket, desk, widget};

/// Rows of one page.
pub const PAGE_MAX: usize = 1_000;

/// Some rows, by id, each as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<K> {
    /// The rows.
    pub rows: Vec<Bytes>,
    /// The id of the last one, when more follow: where the next page goes on.
    pub next: Option<K>,
    /// The position at which all of this was so.
    pub position: EventNo,
}

/// Which agents are asked for; what is not given does not matter.
#[derive(Clone, Debug, Default)]
pub struct AgentQuery {
    /// What the viewer sees.
    pub scope: Scope,
    /// In this bucket.
    pub bucket: Option<Bucket>,
    /// With this status at the desk.
    pub desk: Option<Desk>,
    /// With this status in the widget.
    pub widget: Option<Widget>,
    /// In this team.
    pub team: Option<String>,
    /// Members of this queue.
    pub queue: Option<QueueId>,
    /// Those after this one.
    pub after: Option<UserId>,
    /// So many at most, 1 to [`PAGE_MAX`].
    pub limit: usize,
}

/// Which conversations are asked for; what is not given does not matter.
#[derive(Clone, Debug, Default)]
pub struct ConversationQuery {
    /// What the viewer sees.
    pub scope: Scope,
    /// Of this queue.
    pub queue: Option<QueueId>,
    /// That concern this agent at the moment.
    pub agent: Option<UserId>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// In this stage.
    pub stage: Option<Stage>,
    /// Those after this one.
    pub after: Option<ConversationId>,
    /// So many at most, 1 to [`PAGE_MAX`].
    pub limit: usize,
}

impl Live {
    /// The agents asked for.
    pub fn agents(&mut self, query: &AgentQuery) -> Page<UserId> {
        let wanted = |live: &Live, agent: UserId| {
            let facts = live.board.facts(agent).expect("a row that changed is on the board");
            let in_team = |team| live.people.get(&agent).is_some_and(|person| person.teams.contains(team));
            let in_queue = |queue| live.board.seats(agent).any(|seat| seat.queue == queue);
            query.scope.sees_agent(agent)
                && query.bucket.is_none_or(|word| word == bucket(facts))
                && query.desk.is_none_or(|word| word == desk(facts))
                && query.widget.is_none_or(|word| word == widget(facts))
                && query.team.as_ref().is_none_or(in_team)
                && query.queue.is_none_or(in_queue)
        };
        let ids = self.agents.ids_after(query.after).filter(|&agent| wanted(self, agent));
        let ids = some(ids, query.limit);
        self.page(ids, query.limit, Live::agent)
    }

    /// The queues in scope after this one.
    pub fn queues(&mut self, scope: &Scope, after: Option<QueueId>, limit: usize) -> Page<QueueId> {
        let ids = self.queues.ids_after(after).filter(|&queue| scope.sees_queue(queue));
        let ids = some(ids, limit);
        self.page(ids, limit, Live::queue)
    }

    /// The conversations asked for.
    pub fn conversations(&mut self, query: &ConversationQuery) -> Page<ConversationId> {
        let ids = self.wanted(query);
        self.page(ids, query.limit, Live::conversation)
    }

    /// The ids of the conversations asked for.
    pub fn conversation_ids(&self, query: &ConversationQuery) -> Vec<ConversationId> {
        let mut ids = self.wanted(query);
        ids.truncate(query.limit);
        ids
    }

    /// One more than is asked for, if there is one.
    fn wanted(&self, query: &ConversationQuery) -> Vec<ConversationId> {
        let wanted = |live: &Live, conversation: ConversationId| {
            let facts = live.conversation_facts(conversation).expect("a row that has not gone is a conversation");
            query.scope.sees_conversation(facts)
                && query.queue.is_none_or(|queue| queue == facts.queue)
                && query.agent.is_none_or(|agent| Some(agent) == agent_of(facts))
                && query.client.is_none_or(|client| client == facts.client)
                && query.stage.is_none_or(|stage| stage == facts.stage.into())
        };
        some(self.conversations.ids_after(query.after).filter(|&id| wanted(self, id)), query.limit)
    }

    fn page<K: Copy>(&mut self, mut ids: Vec<K>, limit: usize, row: impl Fn(&mut Live, K) -> Option<Bytes>) -> Page<K> {
        let limit = limit.clamp(1, PAGE_MAX);
        let more = ids.len() > limit;
        ids.truncate(limit);
        let next = ids.last().copied().filter(|_| more);
        Page { rows: ids.into_iter().filter_map(|id| row(self, id)).collect(), next, position: self.position() }
    }
}

/// One more than is asked for shows whether there are more.
fn some<K>(ids: impl Iterator<Item = K>, limit: usize) -> Vec<K> {
    ids.take(limit.clamp(1, PAGE_MAX) + 1).collect()
}
