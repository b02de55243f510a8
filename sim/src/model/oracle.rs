//! Brute force: who may take what, who ranks first, and what is next due. No index, no memory.

use super::*;
use readyroom_core::event::OfferKind::{Own, Queued};

/// How an agent ranks for a conversation; the least goes first.
pub(crate) type AgentRank = (bool, bool, u16, u16, Timestamp, UserId);
/// How a conversation ranks for an agent; the least goes first.
pub(crate) type WorkRank = (bool, u16, i16, i16, Timestamp, EventNo);

impl Model {
    /// The first predicate that keeps the agent from this offer, by the table of the model.
    pub(crate) fn obstacle(
        &self,
        kind: OfferKind,
        id: UserId,
        hands: &Hands,
        work: &Conversation,
        now: Timestamp,
    ) -> Option<&'static str> {
        self.obstacle_at(kind, id, hands, work, now, false)
    }

    fn obstacle_at(
        &self,
        kind: OfferKind,
        id: UserId,
        hands: &Hands,
        work: &Conversation,
        now: Timestamp,
        whenever: bool,
    ) -> Option<&'static str> {
        let agent = &self.agents[&id];
        let queued = kind == Queued;
        let seat = self.seats.get(&(id, work.queue));
        let skilled = |need: &SkillLevel| agent.skills.get(&need.skill).is_some_and(|level| *level >= need.level);
        let held_back = seat.is_some_and(|seat| now.0 < work.queued_at.0 + i64::from(seat.settings.delay_sec) * 1_000);
        if !agent.calls.is_empty() {
            return Some("external_call");
        }
        match agent.status {
            Status::Offline => return Some("offline"),
            Status::OnBreak => return Some("on_break"),
            Status::NotReady => return Some("not_ready"),
            Status::Available => {}
        }
        if !hands.reachable.has(work.channel) {
            return Some("unreachable");
        }
        if agent.leaving.is_some() {
            return Some("finishing");
        }
        if queued && agent.out_only {
            return Some("own_clients_only");
        }
        if hands.voice_offered || (work.channel == Channel::Voice && !hands.offers.is_empty()) {
            return Some("ringing");
        }
        if hands.wraps > 0 {
            return Some("wrap_up");
        }
        if hands.call.is_some()
            || hands.load + weight(&agent.settings, work.channel) > u16::from(agent.settings.capacity)
        {
            return Some("at_capacity");
        }
        if queued {
            match seat {
                None => return Some("not_a_member_of_the_queue"),
                Some(seat) if !seat.logged_in => return Some("not_logged_in_to_the_queue"),
                Some(seat) if !seat.ready => return Some("not_ready_in_this_queue"),
                Some(_) => {}
            }
            if held_back && !whenever {
                return Some("delay_not_reached");
            }
            if !work.skills.iter().all(skilled) {
                return Some("lacks_skill");
            }
        }
        // Only a person's hand gives an agent again what it declined.
        if kind != OfferKind::Assigned && work.declined.contains(&id) {
            return Some("declined_before");
        }
        self.blocked.contains(&work.client).then_some("client_blocked")
    }

    /// As which kind the router may offer it to the agent, if it may.
    pub(crate) fn may_take(&self, id: UserId, hands: &Hands, work: &Conversation, now: Timestamp) -> Option<OfferKind> {
        let owns = work.owner == Some(id);
        if owns && self.obstacle(Own, id, hands, work, now).is_none() {
            return Some(Own);
        }
        self.obstacle(Queued, id, hands, work, now).is_none().then_some(Queued)
    }

    pub(crate) fn agent_rank(&self, id: UserId, hands: &Hands, work: &Conversation, now: Timestamp) -> AgentRank {
        let seat = self.seats.get(&(id, work.queue)).map(|seat| seat.settings).unwrap_or_default();
        let owner = work.owner == Some(id);
        (self.missed_just_now(id, now), !owner, seat.tier_level, seat.position, self.idle_key(id, hands), id)
    }

    /// Own work goes first, and among itself without regard to tiers: an owner needs no membership.
    pub(crate) fn work_rank(&self, id: UserId, work: &Conversation) -> WorkRank {
        let owns = work.owner == Some(id);
        let tier = self.seats.get(&(id, work.queue)).map_or(0, |seat| seat.settings.tier_level);
        let queue_priority = i16::from(self.queues[&work.queue].priority);
        let tier = if owns { 0 } else { tier };
        (!owns, tier, -queue_priority, -i16::from(work.priority), work.arrived_at, work.no)
    }

    /// What waits and might go to somebody, with its id.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (ConversationId, &Conversation)> {
        let all = self.conversations.iter().map(|(id, conversation)| (*id, conversation));
        all.filter(|(_, conversation)| conversation.place == Place::Waiting)
    }

    /// When a delay next lets something through to an agent that could take it, after `now`.
    pub(crate) fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        let mut next: Option<Timestamp> = None;
        for (_, work) in self.waiting() {
            for (&(agent, queue), seat) in &self.seats {
                let opens = Timestamp(work.queued_at.0 + i64::from(seat.settings.delay_sec) * 1_000);
                if queue != work.queue || opens <= now || next.is_some_and(|next| next <= opens) {
                    continue;
                }
                if self.obstacle_at(Queued, agent, &self.hands(agent), work, now, true).is_none() {
                    next = Some(opens);
                }
            }
        }
        next
    }
}
