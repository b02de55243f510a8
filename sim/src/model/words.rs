//! What the views should say of an agent, by the lists of the model.

use super::*;

impl Model {
    fn state(&self, hands: &Hands) -> &'static str {
        if hands.call.is_some() {
            "in_call"
        } else if !hands.offers.is_empty() {
            "offering"
        } else if hands.wraps > 0 {
            "wrap_up"
        } else {
            "waiting"
        }
    }

    /// Reachable, and no room for any channel that is, were only `load` taken.
    fn is_full_with(&self, id: UserId, reachable: ChannelSet, load: u16) -> bool {
        let settings = &self.agents[&id].settings;
        let fits = |channel: &Channel| load + weight(settings, *channel) <= u16::from(settings.capacity);
        !reachable.is_empty() && !reachable.iter().any(|channel| fits(&channel))
    }

    /// The bucket: the first line that is true.
    pub(crate) fn bucket(&self, id: UserId, hands: &Hands) -> &'static str {
        let agent = &self.agents[&id];
        let (state, reachable) = (self.state(hands), !hands.reachable.is_empty());
        let full = self.is_full_with(id, hands.reachable, hands.load);
        let active = hands.call.is_some() || hands.chats > 0;
        let available = agent.status == Status::Available;
        let ready = available
            && state == "waiting"
            && reachable
            && agent.calls.is_empty()
            && hands.wraps == 0
            && !full
            && !agent.out_only
            && agent.leaving.is_none();
        let lines = [
            ("extcall", !agent.calls.is_empty()),
            ("incall", state == "in_call"),
            ("offline", agent.status == Status::Offline),
            ("unreachable", !reachable),
            ("ring", state == "offering"),
            ("paused", agent.status == Status::OnBreak),
            ("wrapup", state == "wrap_up"),
            ("incall", available && (full || ((agent.leaving.is_some() || agent.out_only) && active))),
            ("ready", ready),
        ];
        lines.iter().find(|(_, holds)| *holds).map_or("idle", |(word, _)| word)
    }

    /// The word of the ACD for the agent in one queue, and the reason of its break.
    pub(crate) fn acd(&self, id: UserId, queue: QueueId, hands: &Hands) -> (&'static str, Option<ReasonCode>) {
        let (agent, seat) = (&self.agents[&id], &self.seats[&(id, queue)]);
        let call_queue = hands.call.map(|call| self.conversations[&call].queue);
        let reachable_here = hands.reachable.iter().any(|channel| self.queues[&queue].channels.has(channel));
        let held_back = agent.status == Status::NotReady || !seat.ready || agent.leaving.is_some() || agent.out_only;
        // What rings does not count, unless what else it holds takes every slot.
        let taken = hands.load - hands.load_offered >= u16::from(agent.settings.capacity);
        let full_of_work = self.is_full_with(id, hands.reachable, hands.load) && (hands.offers.is_empty() || taken);
        let lines = [
            ("OTHER_CALL", !agent.calls.is_empty()),
            ("QUEUE_CALL", call_queue == Some(queue)),
            ("OTHER_CALL", call_queue.is_some()),
            ("LOGGED_OUT", agent.status == Status::Offline || !seat.logged_in),
            ("OFFLINE", !reachable_here),
            ("NOT_READY", agent.status == Status::OnBreak),
            ("WRAP_UP", hands.wraps > 0),
            ("NOT_READY", held_back),
            ("OTHER_CALL", full_of_work),
        ];
        let at = lines.iter().position(|(_, holds)| *holds);
        (at.map_or("READY", |at| lines[at].0), agent.reason.filter(|_| at == Some(5)))
    }
}
