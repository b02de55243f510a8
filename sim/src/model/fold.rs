//! The reference's fold: what each fact does, and what must be so for it to be a fact.

use super::*;
use crate::invariant::{Held, broken, hold};

const GRACE: i64 = 30_000;

impl Model {
    /// Takes in one fact. What cannot have happened is a breach.
    pub(crate) fn fold(&mut self, recorded: &Recorded) -> Held {
        let at = recorded.at;
        hold!(16, at, recorded.no == self.last_no.plus(1), "event {} follows event {}", recorded.no, self.last_no);
        hold!(16, at, at >= self.last_at, "event {} is earlier than the one before it", recorded.no);
        self.count_anew(&recorded.event);
        self.last_no = recorded.no;
        self.last_at = at;
        self.now = self.now.max(at);
        match &recorded.event {
            Event::AccountOpened { general } => self.general = Some(*general),
            Event::Reopened {} => {
                for device in self.agents.values_mut().flat_map(|agent| &mut agent.devices) {
                    if let (true, Some(ttl)) = (device.live, device.ttl_ms) {
                        device.until = Some(Timestamp(at.0 + (ttl as i64).max(GRACE)));
                        device.silent = false;
                    }
                }
            }
            Event::AgentAdded { agent, settings } => self.add_agent(*agent, *settings, at),
            Event::AgentChanged { agent, settings } => self.agent(*agent, at)?.settings = *settings,
            Event::AgentDeactivated { agent } => self.agent(*agent, at)?.active = false,
            Event::AgentReactivated { agent } => self.agent(*agent, at)?.active = true,
            Event::SkillDefined { skill, name } => drop(self.skills.insert(*skill, name.clone())),
            Event::AgentSkillsSet { agent, skills } => {
                self.agent(*agent, at)?.skills = skills.iter().map(|known| (known.skill, known.level)).collect();
            }
            Event::QueueAdded { queue, settings } => {
                hold!(2, at, !self.queues.contains_key(queue), "the queue is added twice");
                self.queues.insert(*queue, (**settings).clone());
            }
            Event::QueueChanged { queue, settings } => {
                hold!(2, at, self.queues.contains_key(queue), "an unknown queue changes");
                self.queues.insert(*queue, (**settings).clone());
            }
            Event::QueueRemoved { queue } => {
                let used = self.conversations.values().any(|conversation| conversation.queue == *queue)
                    || self.wraps.iter().any(|wrap| wrap.queue == Some(*queue));
                hold!(2, at, !used && self.general != Some(*queue), "a queue in use is removed");
                hold!(2, at, !self.seats.keys().any(|(_, seat)| seat == queue), "a queue with members is removed");
                self.queues.remove(queue);
            }
            Event::ReasonDefined { reason } => drop(self.reasons.insert(reason.code, (**reason).clone())),
            Event::MembershipSet { agent, queue, settings } => match self.seats.get_mut(&(*agent, *queue)) {
                Some(seat) => seat.settings = *settings,
                None => {
                    let seat = Seat { settings: *settings, logged_in: false, ready: false, locked: false };
                    self.seats.insert((*agent, *queue), seat);
                }
            },
            Event::MembershipRemoved { agent, queue } => {
                let gone = self.seats.remove(&(*agent, *queue));
                hold!(2, at, gone.is_some(), "a membership that is not there is removed");
            }
            Event::MembershipLocked { agent, queue, locked } => self.seat(*agent, *queue, at)?.locked = *locked,
            Event::ClientBlocked { client, blocked: true } => drop(self.blocked.insert(*client)),
            Event::ClientBlocked { client, blocked: false } => drop(self.blocked.remove(client)),
            Event::ClientDescribed { .. } | Event::PersonForgotten { .. } => {}

            Event::StatusSet { agent, status, reason, out_only, .. } => {
                self.set_status(*agent, *status, *reason, *out_only, at)?
            }
            Event::LeavingAsked { agent, to, reason, cause } => {
                self.agent(*agent, at)?.leaving = Some((*to, *reason, *cause));
            }
            Event::LeavingCancelled { agent } => {
                let agent = self.agent(*agent, at)?;
                hold!(19, at, agent.leaving.is_some(), "a wish to go is taken back that was not there");
                (agent.leaving, agent.idle_since, agent.misses) = (None, at, 0);
            }
            Event::QueueLoggedIn { agent, queue, ready } => {
                let seat = self.seat(*agent, *queue, at)?;
                hold!(19, at, !seat.logged_in, "an agent logs in to a queue twice");
                (seat.logged_in, seat.ready) = (true, *ready);
            }
            Event::QueueLoggedOut { agent, queue } => {
                let seat = self.seat(*agent, *queue, at)?;
                hold!(19, at, seat.logged_in, "an agent logs out of a queue in which it is not");
                (seat.logged_in, seat.ready) = (false, false);
            }
            Event::QueueReadySet { agent, queue, ready } => {
                let seat = self.seat(*agent, *queue, at)?;
                hold!(19, at, seat.logged_in, "readiness in a queue without a login to it");
                seat.ready = *ready;
            }

            Event::DeviceConnected { agent, device, kind, ttl_ms } => {
                let known = self.agent(*agent, at)?.devices.iter().any(|known| known.id == *device);
                hold!(5, at, !known, "a device connects twice");
                let (id, kind) = (*device, *kind);
                let new = Device { id, kind, ttl_ms: *ttl_ms, live: false, silent: false, until: None };
                self.agent(*agent, at)?.devices.push(new);
                self.device_is_back(*agent, *device, *ttl_ms, at)?;
            }
            Event::DeviceBack { agent, device, ttl_ms } => self.device_is_back(*agent, *device, *ttl_ms, at)?,
            Event::DeviceLost { agent, device } => self.device_goes(*agent, *device, at)?,
            Event::DeviceDisconnected { agent, device } => {
                self.device_goes(*agent, *device, at)?;
                self.agent(*agent, at)?.devices.retain(|known| known.id != *device);
            }
            Event::ExternalCallStarted { agent, call } => {
                let agent = self.agent(*agent, at)?;
                hold!(5, at, !agent.calls.contains(call), "an external call starts twice");
                agent.calls.push(*call);
                agent.away_from = None;
            }
            Event::ExternalCallEnded { agent, call } => {
                let agent = self.agent(*agent, at)?;
                hold!(5, at, agent.calls.contains(call), "an external call ends that was not on");
                agent.calls.retain(|known| known != call);
                if agent.calls.is_empty() {
                    agent.idle_since = at;
                }
            }

            Event::Arrived { conversation, client, channel, queue, arrived_at, priority, skills, owner } => {
                hold!(2, at, !self.conversations.contains_key(conversation), "a conversation arrives twice");
                hold!(2, at, self.queues.contains_key(queue), "a conversation arrives in a queue that is not there");
                self.arrived += 1;
                let arrived = Conversation {
                    no: recorded.no,
                    client: *client,
                    channel: *channel,
                    queue: *queue,
                    arrived_at: *arrived_at,
                    queued_at: at,
                    priority: *priority,
                    skills: skills.clone(),
                    owner: *owner,
                    declined: BTreeSet::new(),
                    pending: Pending::Agent,
                    handled: false,
                    held: false,
                    messages: 0,
                    place: Place::Waiting,
                    over: false,
                };
                self.conversations.insert(*conversation, arrived);
            }
            Event::Queued { conversation, queue, since, .. } => {
                hold!(2, at, self.queues.contains_key(queue), "a conversation enters a queue that is not there");
                let conversation = self.conversation(*conversation, at)?;
                let free = matches!(conversation.place, Place::Waiting | Place::Parked(_));
                hold!(2, at, free, "a conversation enters a queue from {:?}", conversation.place);
                (conversation.queue, conversation.queued_at, conversation.place) = (*queue, *since, Place::Waiting);
                conversation.declined.clear();
            }
            Event::OfferMade { offer, conversation, agent, queue, until, .. } => {
                hold!(12, at, !self.offers.contains_key(offer), "an offer is made twice");
                let offered = self.conversation(*conversation, at)?;
                let free = matches!(offered.place, Place::Waiting | Place::Parked(_));
                hold!(3, at, free, "a conversation is offered from {:?}", offered.place);
                hold!(3, at, offered.queue == *queue, "an offer names another queue than its conversation's");
                offered.place = Place::Offered(*offer);
                let (conversation, agent) = (*conversation, *agent);
                self.offers.insert(*offer, Offer { conversation, agent, made_at: at, until: *until });
            }
            Event::OfferAccepted { offer, conversation, agent, .. } => {
                self.take_offer(*offer, *conversation, *agent, at)?;
                let taken = self.conversation(*conversation, at)?;
                (taken.place, taken.held, taken.handled) = (Place::Active(*agent), false, true);
                taken.pending = Pending::Agent;
                let agent = self.agent(*agent, at)?;
                (agent.misses, agent.idle_since) = (0, at);
            }
            Event::OfferEnded { offer, conversation, agent, outcome, .. } => {
                self.take_offer(*offer, *conversation, *agent, at)?;
                let back = self.conversation(*conversation, at)?;
                back.place = Place::Waiting;
                if *outcome == OfferOutcome::Declined {
                    back.declined.insert(*agent);
                }
                let agent = self.agent(*agent, at)?;
                if matches!(outcome, OfferOutcome::Declined | OfferOutcome::Missed) {
                    agent.idle_since = at;
                }
                if *outcome == OfferOutcome::Missed {
                    agent.missed_at = Some(at);
                    agent.misses = agent.misses.saturating_add(1);
                }
            }
            Event::WorkEnded { conversation, agent, queue, outcome, wrap_up_until } => {
                let ended = self.conversation(*conversation, at)?;
                hold!(3, at, ended.place == Place::Active(*agent), "work ends that is {:?}", ended.place);
                ended.place = match outcome {
                    WorkOutcome::Transferred | WorkOutcome::Requeued | WorkOutcome::Reassigned => Place::Waiting,
                    WorkOutcome::Parked => Place::Parked(*agent),
                    WorkOutcome::Ended => Place::Closing(*agent),
                };
                ended.held = false;
                let channel = ended.channel;
                if let Some(until) = wrap_up_until {
                    let of_it =
                        self.wraps.iter().any(|wrap| wrap.agent == *agent && wrap.conversation == Some(*conversation));
                    hold!(28, at, !of_it, "a second wrap-up of the same conversation");
                    self.wraps.push(Wrap {
                        agent: *agent,
                        conversation: Some(*conversation),
                        queue: Some(*queue),
                        channel: Some(channel),
                        until: Some(*until),
                    });
                }
                self.agent(*agent, at)?.idle_since = at;
            }
            Event::HoldSet { conversation, agent, held } => {
                let call = self.conversation(*conversation, at)?;
                let on = call.place == Place::Active(*agent) && call.channel == Channel::Voice;
                hold!(3, at, on, "hold of what is no call of the agent");
                call.held = *held;
            }
            Event::ConversationEnded { conversation, .. } => {
                let ended = self.conversation(*conversation, at)?;
                hold!(2, at, !ended.over, "a conversation ends twice");
                ended.over = true;
                let gone = match ended.place {
                    Place::Waiting | Place::Parked(_) => true,
                    Place::Closing(agent) => !self.wraps_up(agent, *conversation),
                    place => broken!(2, at, "a conversation ends while {place:?}"),
                };
                self.ended += 1;
                if gone {
                    self.conversations.remove(conversation);
                }
            }
            Event::MessageRecorded { conversation, author, .. } => {
                let thread = self.conversation(*conversation, at)?;
                thread.messages += 1;
                thread.pending = match author {
                    Author::Client => Pending::Agent,
                    Author::Agent(_) => Pending::Client,
                };
            }
            Event::NoteRecorded { conversation, .. } => {
                let place = self.conversation(*conversation, at)?.place;
                if let Actor::Agent(author) = recorded.by {
                    let has_it = [Place::Active(author), Place::Parked(author), Place::Closing(author)];
                    hold!(19, at, has_it.contains(&place), "{author} notes in {conversation}, which is {place:?}");
                }
            }
            Event::PrioritySet { conversation, priority } => self.conversation(*conversation, at)?.priority = *priority,
            Event::OwnerSet { conversation, owner } => self.conversation(*conversation, at)?.owner = *owner,
            Event::RequiredSkillsSet { conversation, skills } => {
                self.conversation(*conversation, at)?.skills = skills.clone();
            }

            Event::WrapUpStarted { agent } => {
                let in_one = self.wraps.iter().any(|wrap| wrap.agent == *agent && wrap.conversation.is_none());
                hold!(28, at, !in_one, "a second wrap-up by hand");
                let agent = *agent;
                self.wraps.push(Wrap { agent, conversation: None, queue: None, channel: None, until: None });
            }
            Event::WrapUpExtended { agent, conversation, until } => {
                let of_it = |wrap: &&mut Wrap| wrap.agent == *agent && wrap.conversation == Some(*conversation);
                let Some(wrap) = self.wraps.iter_mut().find(of_it) else { broken!(28, at, "no such wrap-up") };
                wrap.until = Some(*until);
            }
            Event::WrapUpEnded { agent, conversation, .. } => {
                let before = self.wraps.len();
                self.wraps.retain(|wrap| !(wrap.agent == *agent && wrap.conversation == *conversation));
                hold!(28, at, self.wraps.len() + 1 == before, "a wrap-up ends that is not there");
                self.agent(*agent, at)?.idle_since = at;
                if let Some(id) = conversation
                    && let Some(wrapped) = self.conversations.get(id)
                    && wrapped.place == Place::Closing(*agent)
                {
                    self.conversations.remove(id);
                }
            }
            other => broken!(20, at, "{other:?} in a log, and not in a snapshot"),
        }
        Ok(())
    }

    fn wraps_up(&self, agent: UserId, conversation: ConversationId) -> bool {
        self.wraps.iter().any(|wrap| wrap.agent == agent && wrap.conversation == Some(conversation))
    }

    fn add_agent(&mut self, agent: UserId, settings: AgentSettings, at: Timestamp) {
        let new = Agent {
            settings,
            active: true,
            status: Status::Offline,
            reason: None,
            out_only: false,
            leaving: None,
            misses: 0,
            missed_at: None,
            status_since: at,
            idle_since: at,
            away_from: None,
            devices: Vec::new(),
            calls: Vec::new(),
            skills: BTreeMap::new(),
        };
        self.agents.insert(agent, new);
    }

    fn agent(&mut self, agent: UserId, at: Timestamp) -> Held<&mut Agent> {
        let Some(known) = self.agents.get_mut(&agent) else { broken!(2, at, "a fact about an unknown agent") };
        Ok(known)
    }

    fn seat(&mut self, agent: UserId, queue: QueueId, at: Timestamp) -> Held<&mut Seat> {
        let Some(seat) = self.seats.get_mut(&(agent, queue)) else { broken!(2, at, "a fact about no membership") };
        Ok(seat)
    }

    fn conversation(&mut self, id: ConversationId, at: Timestamp) -> Held<&mut Conversation> {
        let Some(known) = self.conversations.get_mut(&id) else { broken!(2, at, "a fact about no conversation: {id}") };
        Ok(known)
    }

    fn take_offer(&mut self, offer: OfferId, of: ConversationId, agent: UserId, at: Timestamp) -> Held {
        let Some(taken) = self.offers.remove(&offer) else { broken!(12, at, "an offer ends that is not out") };
        hold!(12, at, taken.conversation == of && taken.agent == agent, "an offer ends as somebody else's");
        let place = self.conversation(of, at)?.place;
        hold!(12, at, place == Place::Offered(offer), "an offer ends while its conversation is {place:?}");
        Ok(())
    }

    fn set_status(
        &mut self,
        id: UserId,
        status: Status,
        reason: Option<ReasonCode>,
        out_only: bool,
        at: Timestamp,
    ) -> Held {
        hold!(19, at, (status == Status::OnBreak) == reason.is_some(), "a break without a reason, or a reason without");
        let agent = self.agent(id, at)?;
        if agent.status != status || agent.reason != reason {
            (agent.status_since, agent.misses) = (at, 0);
        }
        if status == Status::Available {
            agent.idle_since = at;
        }
        (agent.status, agent.reason, agent.out_only) = (status, reason, out_only);
        (agent.leaving, agent.away_from) = (None, None);
        if status == Status::Offline {
            for ((_, _), seat) in self.seats.iter_mut().filter(|((agent, _), _)| *agent == id) {
                (seat.logged_in, seat.ready) = (false, false);
            }
        }
        Ok(())
    }

    fn device_is_back(&mut self, agent: UserId, device: DeviceId, ttl_ms: Option<u64>, at: Timestamp) -> Held {
        let was_cut_off = self.reachable(agent).is_empty();
        let of = self.agent(agent, at)?.devices.iter_mut().find(|known| known.id == device);
        let Some(known) = of else { broken!(5, at, "an unknown device comes back") };
        hold!(5, at, !known.live, "a device comes back that was there");
        (known.live, known.silent, known.ttl_ms) = (true, false, ttl_ms);
        known.until = ttl_ms.map(|ttl| Timestamp(at.0 + ttl as i64));
        if was_cut_off && !self.reachable(agent).is_empty() {
            let agent = self.agent(agent, at)?;
            let short = agent.away_from.take().is_some_and(|from| at.0 - from.0 < GRACE);
            if !short {
                agent.idle_since = at;
            }
        }
        Ok(())
    }

    fn device_goes(&mut self, agent: UserId, device: DeviceId, at: Timestamp) -> Held {
        let was_reachable = !self.reachable(agent).is_empty();
        let of = self.agent(agent, at)?.devices.iter_mut().find(|known| known.id == device);
        let Some(known) = of else { broken!(5, at, "an unknown device goes") };
        (known.live, known.silent, known.until) = (false, false, None);
        if was_reachable && self.reachable(agent).is_empty() {
            self.agent(agent, at)?.away_from = Some(at);
        }
        Ok(())
    }

    /// A device was heard of again: its lease runs anew.
    pub(crate) fn heard_of(&mut self, agent: UserId, device: DeviceId, ttl_ms: Option<u64>) {
        let now = self.now;
        let agent = self.agents.get_mut(&agent);
        if let Some(known) =
            agent.and_then(|agent| agent.devices.iter_mut().find(|known| known.id == device && known.live))
        {
            known.silent = false;
            known.until = ttl_ms.map(|ttl| Timestamp(now.0 + ttl as i64));
        }
    }

    /// A device has not been heard of, though its lease runs.
    pub(crate) fn not_heard_of(&mut self, agent: UserId, device: DeviceId) {
        let agent = self.agents.get_mut(&agent);
        if let Some(known) =
            agent.and_then(|agent| agent.devices.iter_mut().find(|known| known.id == device && known.live))
        {
            known.silent = true;
        }
    }
}
