//! The fold: what each fact does to the floor. Live and in replay it is this one function.
//!
//! It cannot fail. A stored event is a fact, not a request; if it does not fit, that is our bug,
//! and we stop.

use super::agent::{Device, Leaving, Perhaps, WrapUp};
use super::conversation::{Offer, Stage};
use super::deadlines::Deadline;
use super::facts::{ConversationFacts, QueueFacts, SeatFacts, StageFacts};
use super::queue::{Counts, Queue, Seat};
use super::{Agent, AgentSlot, Conversation, ConversationSlot, Floor, QueueSlot, ReasonSlot, SeatSlot};
use crate::event::*;
use crate::ids::*;
use crate::limits;
use crate::mutant;
use crate::settings::*;
use smallvec::SmallVec;

const KNOWN: &str = "an event names only what the log made known before";

/// What one event touched: for the router to look at again, and for views to be told.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// Agents.
    pub agents: SmallVec<[AgentSlot; 2]>,
    /// Memberships.
    pub seats: SmallVec<[SeatSlot; 2]>,
    /// Queues.
    pub queues: SmallVec<[QueueSlot; 2]>,
    /// Conversations, those that just left the floor included.
    pub conversations: SmallVec<[ConversationSlot; 1]>,
    /// A membership that is no more: its slot, its queue, and its last facts.
    pub seat_gone: Option<(SeatSlot, QueueSlot, SeatFacts)>,
    /// The last facts of a queue that is no more.
    pub queue_gone: Option<QueueFacts>,
    /// The last facts of a conversation that is no more.
    pub conversation_gone: Option<ConversationFacts>,
}

impl Floor {
    /// Folds one event in, and says what it touched.
    pub fn apply(&mut self, recorded: &Recorded) -> Touched {
        let at = recorded.at;
        let mut touched = Touched::default();
        self.events = recorded.no;
        self.at = at;
        match &recorded.event {
            Event::AccountOpened { general } => self.general = Some(*general),
            Event::Reopened {} => self.renew_leases(at),

            Event::AgentAdded { agent, settings } => {
                touched.agents.push(self.add_agent(Agent::new(*agent, *settings, at)))
            }
            Event::AgentChanged { agent, settings } => {
                let slot = self.known_agent(*agent);
                self.agents[slot.index()].settings = *settings;
                self.tally(slot);
                touched.agents.push(slot);
            }
            Event::AgentDeactivated { agent } => self.touch_agent(*agent, &mut touched).active = false,
            Event::AgentReactivated { agent } => self.touch_agent(*agent, &mut touched).active = true,
            Event::SkillDefined { skill, name } => {
                self.skills.insert(*skill, name.clone());
            }
            Event::AgentSkillsSet { agent, skills } => {
                self.touch_agent(*agent, &mut touched).skills = skills.iter().copied().collect();
            }
            Event::QueueAdded { queue, settings } => touched.queues.push(self.add_queue(*queue, settings)),
            Event::QueueChanged { queue, settings } => self.change_queue(*queue, settings, &mut touched),
            Event::QueueRemoved { queue } => {
                let slot = self.known_queue(*queue);
                touched.queue_gone = Some(QueueFacts { removed: true, ..self.queue_facts(slot) });
                self.queue_slots.remove(*queue);
                self.queues.remove(slot.index());
            }
            Event::ReasonDefined { reason } => {
                self.define_reason(reason);
                let of = self.reason_slot(Some(reason.code));
                touched.agents.extend(self.agents().filter(|(_, agent)| agent.reason == of).map(|(slot, _)| slot));
            }
            Event::MembershipSet { agent, queue, settings } => {
                let slot = self.set_membership(*agent, *queue, *settings);
                self.touch_seat(slot, &mut touched);
            }
            Event::MembershipRemoved { agent, queue } => self.remove_membership(*agent, *queue, &mut touched),
            Event::MembershipLocked { agent, queue, locked } => {
                self.change_seat(*agent, *queue, &mut touched).locked = *locked;
            }
            Event::ClientBlocked { client, blocked } => self.block(*client, *blocked, &mut touched),
            Event::ClientDescribed { .. } | Event::PersonForgotten { .. } => {}

            Event::StatusSet { agent, status, reason, out_only, .. } => {
                let reason = self.reason_slot(*reason);
                self.set_status(*agent, *status, reason, *out_only, at, &mut touched);
            }
            Event::LeavingAsked { agent, to, reason, cause } => {
                let reason = self.reason_slot(*reason);
                self.touch_agent(*agent, &mut touched).leaving = Some(Leaving { to: *to, reason, cause: *cause });
            }
            Event::LeavingCancelled { agent } => {
                let agent = self.touch_agent(*agent, &mut touched);
                agent.leaving = None;
                agent.misses = 0;
                agent.idle_since = at;
            }
            Event::QueueLoggedIn { agent, queue, ready } => {
                let seat = self.change_seat(*agent, *queue, &mut touched);
                seat.logged_in = true;
                seat.ready = *ready;
            }
            Event::QueueLoggedOut { agent, queue } => {
                let seat = self.change_seat(*agent, *queue, &mut touched);
                seat.logged_in = false;
                seat.ready = false;
            }
            Event::QueueReadySet { agent, queue, ready } => {
                self.change_seat(*agent, *queue, &mut touched).ready = *ready
            }

            Event::DeviceConnected { agent, device, kind, ttl_ms } => {
                let device = Device {
                    id: *device,
                    kind: *kind,
                    ttl_ms: *ttl_ms,
                    live: false,
                    silent: false,
                    until: Perhaps::NEVER,
                };
                self.touch_agent(*agent, &mut touched).devices.push(device);
                self.device_back(*agent, device.id, *ttl_ms, at);
            }
            Event::DeviceBack { agent, device, ttl_ms } => {
                self.touch_agent(*agent, &mut touched);
                self.device_back(*agent, *device, *ttl_ms, at);
            }
            Event::DeviceLost { agent, device } => {
                self.touch_agent(*agent, &mut touched);
                self.device_lost(*agent, *device, at);
            }
            Event::DeviceDisconnected { agent, device } => {
                self.device_lost(*agent, *device, at);
                self.touch_agent(*agent, &mut touched).devices.retain(|known| known.id != *device);
            }
            Event::ExternalCallStarted { agent, call } => {
                let agent = self.touch_agent(*agent, &mut touched);
                agent.external_calls.push(*call);
                agent.unreachable_from = Perhaps::NEVER;
            }
            Event::ExternalCallEnded { agent, call } => {
                let agent = self.touch_agent(*agent, &mut touched);
                agent.external_calls.retain(|known| known != call);
                if agent.external_calls.is_empty() {
                    agent.idle_since = at;
                }
            }

            Event::Arrived { conversation, client, channel, queue, arrived_at, priority, skills, owner } => {
                let arrived = Conversation {
                    id: *conversation,
                    no: recorded.no,
                    client: *client,
                    channel: *channel,
                    queue: self.known_queue(*queue),
                    arrived_at: *arrived_at,
                    queued_at: at,
                    priority: *priority,
                    skills: skills.clone().into_boxed_slice(),
                    owner: owner.map(|owner| self.known_agent(owner)),
                    declined: Vec::new(),
                    pending: Pending::Agent,
                    messages: 0,
                    stage: Stage::Waiting,
                };
                let slot = self.add_conversation(arrived);
                self.touch_conversation(slot, &mut touched);
            }
            Event::Queued { conversation, queue, since, .. } => {
                self.enter_queue(*conversation, *queue, *since, &mut touched)
            }
            Event::OfferMade { offer, conversation, agent, kind, until, sender, .. } => {
                let made = Offer {
                    id: *offer,
                    agent: self.known_agent(*agent),
                    kind: *kind,
                    made_at: at,
                    until: *until,
                    sender: sender.map(|sender| self.known_agent(sender)),
                };
                self.offers_made += 1;
                let slot = self.known_conversation(*conversation);
                self.take_up_again(slot, &mut touched);
                self.make_offer(slot, made);
                self.touch_conversation(slot, &mut touched);
            }
            Event::OfferAccepted { offer, .. } => {
                let (slot, offer) = self.take_offer(*offer);
                self.set_stage(slot, Stage::Active { agent: offer.agent, since: at, held: false });
                let conversation = &mut self.conversations[slot.index()];
                conversation.pending = Pending::Agent;
                let agent = &mut self.agents[offer.agent.index()];
                agent.misses = mutant!(MissesSurviveAccept: agent.misses, else 0);
                agent.idle_since = at;
                self.touch_conversation(slot, &mut touched);
            }
            Event::OfferEnded { offer, outcome, .. } => {
                let (slot, offer) = self.take_offer(*offer);
                self.set_stage(slot, Stage::Waiting);
                self.give_up(slot, offer.agent);
                let agent = &mut self.agents[offer.agent.index()];
                match outcome {
                    OfferOutcome::Declined => {
                        agent.idle_since = at;
                        let declined = &mut self.conversations[slot.index()].declined;
                        if !declined.contains(&offer.agent) {
                            declined.push(offer.agent);
                        }
                    }
                    OfferOutcome::Missed => {
                        agent.idle_since = at;
                        agent.missed_at = at.into();
                        agent.misses = agent.misses.saturating_add(1);
                    }
                    OfferOutcome::Rescinded => {
                        agent.idle_since = mutant!(RescindMovesToTail: at, else agent.idle_since)
                    }
                    OfferOutcome::Withdrawn | OfferOutcome::Lost | OfferOutcome::ServerDown => {}
                }
                self.tally(offer.agent);
                touched.agents.push(offer.agent);
                self.touch_conversation(slot, &mut touched);
            }
            Event::WorkEnded { conversation, agent, outcome, wrap_up_until, .. } => {
                let agent = self.known_agent(*agent);
                self.end_work(*conversation, agent, *outcome, *wrap_up_until, at, &mut touched);
            }
            Event::HoldSet { conversation, held: now_held, .. } => {
                let slot = self.known_conversation(*conversation);
                match &mut self.conversations[slot.index()].stage {
                    Stage::Active { held, .. } => *held = *now_held,
                    other => panic!("only an active conversation is held: {other:?}"),
                }
                self.touch_conversation(slot, &mut touched);
            }
            Event::ConversationEnded { conversation, .. } => self.end_conversation(*conversation, &mut touched),
            Event::MessageRecorded { conversation, author, .. } => {
                let slot = self.known_conversation(*conversation);
                let conversation = &mut self.conversations[slot.index()];
                conversation.messages = conversation.messages.saturating_add(1);
                conversation.pending = match author {
                    Author::Client => Pending::Agent,
                    Author::Agent(_) => Pending::Client,
                };
                self.touch_conversation(slot, &mut touched);
            }
            // The floor decides nothing by it, and its text is for others.
            Event::NoteRecorded { .. } => {}
            Event::PrioritySet { conversation, priority } => {
                let slot = self.known_conversation(*conversation);
                self.conversations[slot.index()].priority = *priority;
                self.touch_conversation(slot, &mut touched);
            }
            Event::OwnerSet { conversation, owner } => {
                let slot = self.known_conversation(*conversation);
                self.conversations[slot.index()].owner = owner.map(|owner| self.known_agent(owner));
                self.touch_conversation(slot, &mut touched);
            }
            Event::RequiredSkillsSet { conversation, skills } => {
                let slot = self.known_conversation(*conversation);
                self.conversations[slot.index()].skills = skills.clone().into_boxed_slice();
                self.touch_conversation(slot, &mut touched);
            }

            Event::WrapUpStarted { agent } => {
                let agent = self.known_agent(*agent);
                self.begin_wrap_up(agent, WrapUp { conversation: None, queue: None, channel: None, until: None });
                touched.agents.push(agent);
            }
            Event::WrapUpExtended { agent, conversation, until } => {
                let slot = self.known_agent(*agent);
                let wrap = self.wrap_up_of(slot, Some(*conversation));
                let before = wrap.until.replace(*until).expect("a wrap-up of a conversation has an end");
                self.deadlines.clear(before, Deadline::WrapUp(*agent, *conversation));
                self.deadlines.set(*until, Deadline::WrapUp(*agent, *conversation));
                touched.agents.push(slot);
            }
            Event::WrapUpEnded { agent, conversation, .. } => self.end_wrap_up(*agent, *conversation, at, &mut touched),

            Event::RestoredAccount(_)
            | Event::RestoredReason(_)
            | Event::RestoredSkill(_)
            | Event::RestoredQueue(_)
            | Event::RestoredAgent(_)
            | Event::RestoredMembership(_)
            | Event::RestoredClient(_)
            | Event::RestoredConversation(_)
            | Event::RestoredWrapUp(_) => self.restore(recorded),
        }
        touched
    }

    pub(super) fn known_agent(&self, agent: UserId) -> AgentSlot {
        self.find_agent(agent).expect(KNOWN)
    }

    pub(super) fn known_queue(&self, queue: QueueId) -> QueueSlot {
        self.find_queue(queue).expect(KNOWN)
    }

    fn known_conversation(&self, conversation: ConversationId) -> ConversationSlot {
        self.find_conversation(conversation).expect(KNOWN)
    }

    pub(super) fn reason_slot(&self, code: Option<ReasonCode>) -> Option<ReasonSlot> {
        code.map(|code| self.find_reason(code).expect(KNOWN))
    }

    fn touch_agent(&mut self, agent: UserId, touched: &mut Touched) -> &mut Agent {
        let slot = self.known_agent(agent);
        touched.agents.push(slot);
        &mut self.agents[slot.index()]
    }

    fn touch_seat(&self, slot: SeatSlot, touched: &mut Touched) {
        let seat = self.seat(slot);
        touched.seats.push(slot);
        touched.agents.push(seat.agent);
        touched.queues.push(seat.queue);
    }

    /// Touches a conversation, its queue, and the one who has it.
    fn touch_conversation(&mut self, slot: ConversationSlot, touched: &mut Touched) {
        let conversation = &self.conversations[slot.index()];
        let holder = conversation.stage.holder();
        touched.conversations.push(slot);
        touched.queues.push(conversation.queue);
        if let Some(agent) = holder {
            self.tally(agent);
            touched.agents.push(agent);
        }
    }

    pub(super) fn add_agent(&mut self, agent: Agent) -> AgentSlot {
        let slot = AgentSlot::at(self.agents.len());
        self.agent_slots.insert(agent.id, slot.0);
        self.agents.push(agent);
        slot
    }

    pub(super) fn add_queue(&mut self, id: QueueId, settings: &QueueSettings) -> QueueSlot {
        let queue = Queue { id, settings: settings.clone(), seats: Vec::new(), counts: Counts::default() };
        let slot = QueueSlot::at(self.queues.insert(queue));
        self.queue_slots.insert(id, slot.0);
        slot
    }

    fn change_queue(&mut self, queue: QueueId, settings: &QueueSettings, touched: &mut Touched) {
        let slot = self.known_queue(queue);
        let queue = &mut self.queues[slot.index()];
        let before = std::mem::replace(&mut queue.settings, settings.clone());
        touched.queues.push(slot);
        if before.channels != settings.channels {
            let seats = queue.seats.clone().into_iter();
            let mut seats: Vec<_> = seats.map(|seat| (self.seat(seat).agent, seat)).collect();
            seats.sort();
            for (agent, seat) in seats {
                self.gather_channels(agent);
                touched.seats.push(seat);
                touched.agents.push(agent);
            }
        }
    }

    pub(super) fn define_reason(&mut self, reason: &ReasonSettings) {
        match self.reasons.iter_mut().find(|known| known.code == reason.code) {
            Some(known) => *known = reason.clone(),
            None => self.reasons.push(reason.clone()),
        }
    }

    pub(super) fn set_membership(&mut self, agent: UserId, queue: QueueId, settings: MembershipSettings) -> SeatSlot {
        let (agent, queue) = (self.known_agent(agent), self.known_queue(queue));
        if let Some(slot) = self.seat_of(agent, queue) {
            self.seats[slot.index()].settings = settings;
            return slot;
        }
        let seat = Seat { agent, queue, settings, logged_in: false, ready: false, locked: false };
        let slot = SeatSlot::at(self.seats.insert(seat));
        let queue_id = self.queue(queue).id;
        let place = self.agent(agent).seats.partition_point(|&other| self.queue(self.seat(other).queue).id < queue_id);
        self.agents[agent.index()].seats.insert(place, slot);
        self.queues[queue.index()].seats.push(slot);
        self.gather_channels(agent);
        slot
    }

    fn remove_membership(&mut self, agent: UserId, queue: QueueId, touched: &mut Touched) {
        let (agent, queue) = (self.known_agent(agent), self.known_queue(queue));
        let slot = self.seat_of(agent, queue).expect(KNOWN);
        touched.seat_gone = Some((slot, queue, SeatFacts { removed: true, ..self.seat_facts(slot) }));
        touched.agents.push(agent);
        touched.queues.push(queue);
        self.agents[agent.index()].seats.retain(|&mut seat| seat != slot);
        self.queues[queue.index()].seats.retain(|&seat| seat != slot);
        self.seats.remove(slot.index());
        self.gather_channels(agent);
    }

    /// Works out anew which channels an agent's queues have.
    fn gather_channels(&mut self, agent: AgentSlot) {
        let channels = self
            .seats_of(agent)
            .fold(ChannelSet::NONE, |channels, (_, seat)| channels.or(self.queue(seat.queue).settings.channels));
        self.agents[agent.index()].seat_channels = channels;
    }

    fn change_seat(&mut self, agent: UserId, queue: QueueId, touched: &mut Touched) -> &mut Seat {
        let slot = self.seat_of(self.known_agent(agent), self.known_queue(queue)).expect(KNOWN);
        self.touch_seat(slot, touched);
        &mut self.seats[slot.index()]
    }

    fn block(&mut self, client: ClientId, blocked: bool, touched: &mut Touched) {
        if blocked {
            self.blocked.insert(client);
        } else {
            self.blocked.remove(&client);
        }
        let theirs = self.conversations().filter(|(_, conversation)| conversation.client == client);
        let mut theirs: Vec<_> = theirs.map(|(slot, conversation)| (conversation.no, slot)).collect();
        theirs.sort();
        touched.conversations.extend(theirs.into_iter().map(|(_, slot)| slot));
    }

    fn set_status(
        &mut self,
        agent: UserId,
        status: Status,
        reason: Option<ReasonSlot>,
        out_only: bool,
        at: Timestamp,
        touched: &mut Touched,
    ) {
        let slot = self.known_agent(agent);
        touched.agents.push(slot);
        let agent = &mut self.agents[slot.index()];
        if (agent.status, agent.reason) != (status, reason) {
            agent.status_since = at;
            agent.misses = 0;
        }
        if agent.status == Status::Offline && status != Status::Offline {
            agent.logged_in_at = at.into();
        }
        if status == Status::Available {
            agent.idle_since = at;
        }
        if agent.status != Status::Offline && status == Status::Offline {
            agent.logged_out_at = at.into();
        }
        agent.status = status;
        agent.reason = reason;
        agent.out_only = out_only;
        agent.leaving = None;
        agent.unreachable_from = Perhaps::NEVER;
        if status == Status::Offline {
            for seat in self.agents[slot.index()].seats.clone() {
                let seat_state = &mut self.seats[seat.index()];
                if seat_state.logged_in {
                    seat_state.logged_in = false;
                    seat_state.ready = false;
                    touched.seats.push(seat);
                    touched.queues.push(seat_state.queue);
                }
            }
        }
    }

    /// All leases start afresh, and nobody counts as silent who has not been listened to.
    fn renew_leases(&mut self, at: Timestamp) {
        for index in 0..self.agents.len() {
            let agent = self.agents[index].id;
            let live = self.agents[index].devices.iter().filter(|device| device.live);
            let leases: SmallVec<[_; 2]> = live.map(|device| (device.id, device.ttl_ms)).collect();
            for (device, ttl_ms) in leases {
                self.set_lease(agent, device, ttl_ms.map(|ttl_ms| at.plus_ms(ttl_ms.max(limits::GRACE_MS))));
            }
        }
    }

    /// Moves the end of a lease. Renewals do this without an event: a lease is soft.
    pub(crate) fn set_lease(&mut self, agent: UserId, device: DeviceId, until: Option<Timestamp>) {
        let slot = self.known_agent(agent);
        let known = self.agents[slot.index()].device(device);
        known.silent = false;
        if let Some(before) = std::mem::replace(&mut known.until, until.into()).get() {
            self.deadlines.clear(before, Deadline::Lease(agent, device));
        }
        if let Some(until) = until {
            self.deadlines.set(until, Deadline::Lease(agent, device));
        }
    }

    /// Notes that a device has gone silent while its lease runs on. Soft.
    pub(crate) fn set_silent(&mut self, agent: UserId, device: DeviceId) {
        let slot = self.known_agent(agent);
        self.agents[slot.index()].device(device).silent = true;
    }

    pub(super) fn device_back(&mut self, agent: UserId, device: DeviceId, ttl_ms: Option<u64>, at: Timestamp) {
        self.set_lease(agent, device, ttl_ms.map(|ttl_ms| at.plus_ms(ttl_ms)));
        let slot = self.known_agent(agent);
        let agent = &mut self.agents[slot.index()];
        let was_reachable = !agent.reachable().is_empty();
        let device = agent.device(device);
        device.live = true;
        device.ttl_ms = ttl_ms;
        if !was_reachable && !agent.reachable().is_empty() {
            let flap = std::mem::take(&mut agent.unreachable_from)
                .get()
                .is_some_and(|from| at.ms_since(from) < limits::GRACE_MS);
            if !mutant!(FlapResetsIdle: false, else flap) {
                agent.idle_since = at;
            }
        }
    }

    fn device_lost(&mut self, agent: UserId, device: DeviceId, at: Timestamp) {
        self.set_lease(agent, device, None);
        let slot = self.known_agent(agent);
        let agent = &mut self.agents[slot.index()];
        let was_reachable = !agent.reachable().is_empty();
        agent.device(device).live = false;
        if was_reachable && agent.reachable().is_empty() {
            agent.unreachable_from = at.into();
        }
    }

    pub(super) fn add_conversation(&mut self, conversation: Conversation) -> ConversationSlot {
        let (id, stage, queue) = (conversation.id, conversation.stage, conversation.queue);
        let slot = ConversationSlot::at(self.conversations.insert(conversation));
        self.conversation_slots.insert(id, slot.0);
        *count(&mut self.queues[queue.index()].counts, &stage) += 1;
        slot
    }

    fn enter_queue(&mut self, conversation: ConversationId, queue: QueueId, since: Timestamp, touched: &mut Touched) {
        let slot = self.known_conversation(conversation);
        let queue = self.known_queue(queue);
        self.take_up_again(slot, touched);
        let former = self.conversation(slot).queue;
        if former != queue {
            touched.queues.push(former);
        }
        self.leave_counts(slot);
        let conversation = &mut self.conversations[slot.index()];
        conversation.queue = queue;
        conversation.queued_at = since;
        conversation.declined.clear();
        conversation.stage = Stage::Waiting;
        *count(&mut self.queues[queue.index()].counts, &Stage::Waiting) += 1;
        self.touch_conversation(slot, touched);
    }

    /// A thread that was put aside is not any more.
    fn take_up_again(&mut self, slot: ConversationSlot, touched: &mut Touched) {
        if let Stage::Parked { agent, .. } = self.conversation(slot).stage {
            self.agents[agent.index()].parked.retain(|&parked| parked != slot);
            touched.agents.push(agent);
        }
    }

    pub(super) fn make_offer(&mut self, slot: ConversationSlot, offer: Offer) {
        self.offers.insert(offer.id, slot.0);
        self.deadlines.set(offer.until, Deadline::Offer(offer.id));
        self.set_stage(slot, Stage::Offered(offer));
        self.take_up(slot, offer.agent);
    }

    fn take_offer(&mut self, offer: OfferId) -> (ConversationSlot, Offer) {
        let (slot, offer) = self.find_offer(offer).expect(KNOWN);
        self.offers.remove(offer.id);
        self.deadlines.clear(offer.until, Deadline::Offer(offer.id));
        (slot, offer)
    }

    /// Puts a conversation into an agent's hands.
    pub(super) fn take_up(&mut self, slot: ConversationSlot, agent: AgentSlot) {
        self.agents[agent.index()].held.push(slot);
    }

    /// Takes it out of them.
    fn give_up(&mut self, slot: ConversationSlot, agent: AgentSlot) {
        let held = &mut self.agents[agent.index()].held;
        let place = held.iter().position(|&held| held == slot).expect("an agent lists what it has");
        held.remove(place);
    }

    fn end_work(
        &mut self,
        conversation: ConversationId,
        agent: AgentSlot,
        outcome: WorkOutcome,
        wrap_up_until: Option<Timestamp>,
        at: Timestamp,
        touched: &mut Touched,
    ) {
        let slot = self.known_conversation(conversation);
        let stage = match outcome {
            WorkOutcome::Transferred | WorkOutcome::Requeued | WorkOutcome::Reassigned => Stage::Waiting,
            WorkOutcome::Parked => Stage::Parked { agent, since: at },
            WorkOutcome::Ended => Stage::Wrapping { agent },
        };
        self.set_stage(slot, stage);
        self.give_up(slot, agent);
        let Conversation { queue, channel, .. } = *self.conversation(slot);
        if outcome == WorkOutcome::Parked {
            self.agents[agent.index()].parked.push(slot);
        }
        if wrap_up_until.is_some() {
            let wrap = WrapUp {
                conversation: Some(conversation),
                queue: Some(queue),
                channel: Some(channel),
                until: wrap_up_until,
            };
            self.begin_wrap_up(agent, wrap);
        }
        self.agents[agent.index()].idle_since = at;
        self.tally(agent);
        touched.agents.push(agent);
        self.touch_conversation(slot, touched);
    }

    fn end_conversation(&mut self, conversation: ConversationId, touched: &mut Touched) {
        let slot = self.known_conversation(conversation);
        match self.conversation(slot).stage {
            Stage::Wrapping { agent } => {
                touched.agents.push(agent);
                let wraps = self.agent(agent).wrap_ups.iter().any(|wrap| wrap.conversation == Some(conversation));
                if wraps {
                    self.touch_conversation(slot, touched);
                } else {
                    self.remove_conversation(slot, touched);
                }
            }
            Stage::Parked { .. } | Stage::Waiting => {
                self.take_up_again(slot, touched);
                self.remove_conversation(slot, touched);
            }
            Stage::Offered(_) | Stage::Active { .. } => panic!("a conversation ends after it left its agent"),
        }
    }

    fn remove_conversation(&mut self, slot: ConversationSlot, touched: &mut Touched) {
        touched.conversation_gone =
            Some(ConversationFacts { stage: StageFacts::Ended, ..self.conversation_facts(slot) });
        touched.conversations.push(slot);
        touched.queues.push(self.conversation(slot).queue);
        self.leave_counts(slot);
        let gone = self.conversations.remove(slot.index());
        self.conversation_slots.remove(gone.id);
    }

    pub(super) fn begin_wrap_up(&mut self, agent: AgentSlot, wrap: WrapUp) {
        let owner = &mut self.agents[agent.index()];
        if let (Some(until), Some(conversation)) = (wrap.until, wrap.conversation) {
            self.deadlines.set(until, Deadline::WrapUp(owner.id, conversation));
        }
        owner.wrap_ups.push(wrap);
        self.tally(agent);
    }

    fn wrap_up_of(&mut self, agent: AgentSlot, conversation: Option<ConversationId>) -> &mut WrapUp {
        self.agents[agent.index()].wrap_ups.iter_mut().find(|wrap| wrap.conversation == conversation).expect(KNOWN)
    }

    fn end_wrap_up(
        &mut self,
        agent: UserId,
        conversation: Option<ConversationId>,
        at: Timestamp,
        touched: &mut Touched,
    ) {
        let slot = self.known_agent(agent);
        let wrap = *self.wrap_up_of(slot, conversation);
        if let (Some(until), Some(conversation)) = (wrap.until, conversation) {
            self.deadlines.clear(until, Deadline::WrapUp(agent, conversation));
        }
        let owner = &mut self.agents[slot.index()];
        owner.wrap_ups.retain(|other| other.conversation != conversation);
        owner.idle_since = at;
        self.tally(slot);
        touched.agents.push(slot);
        let wrapped = conversation.and_then(|conversation| self.find_conversation(conversation).ok());
        if let Some(wrapped) =
            wrapped.filter(|&wrapped| self.conversation(wrapped).stage == Stage::Wrapping { agent: slot })
        {
            self.remove_conversation(wrapped, touched);
        }
    }

    fn set_stage(&mut self, slot: ConversationSlot, stage: Stage) {
        self.leave_counts(slot);
        let conversation = &mut self.conversations[slot.index()];
        conversation.stage = stage;
        *count(&mut self.queues[conversation.queue.index()].counts, &stage) += 1;
    }

    fn leave_counts(&mut self, slot: ConversationSlot) {
        let conversation = &self.conversations[slot.index()];
        *count(&mut self.queues[conversation.queue.index()].counts, &conversation.stage) -= 1;
    }

    /// Sums up anew what an agent has in hand.
    pub(super) fn tally(&mut self, slot: AgentSlot) {
        let agent = &self.agents[slot.index()];
        let mut tally = super::agent::Tally::default();
        for &held in &agent.held {
            let conversation = &self.conversations[held.index()];
            let weight = agent.settings.weight(conversation.channel);
            tally.load += weight;
            match (conversation.stage, conversation.channel) {
                (Stage::Offered(offer), channel) => {
                    tally.offers += 1;
                    tally.load_offered += weight;
                    tally.voice_offered |= channel == Channel::Voice;
                    tally.offered_at = tally.offered_at.max(offer.made_at.into());
                }
                (_, Channel::Voice) => tally.call = Some(held),
                (_, Channel::Chat) => {
                    tally.chats += 1;
                    tally.awaiting += u8::from(conversation.pending == Pending::Agent);
                }
            }
        }
        for wrap in &agent.wrap_ups {
            tally.load += wrap.channel.map_or(0, |channel| agent.settings.weight(channel));
        }
        self.agents[slot.index()].tally = tally;
    }
}

fn count<'a>(counts: &'a mut Counts, stage: &Stage) -> &'a mut u32 {
    match stage {
        Stage::Waiting => &mut counts.waiting,
        Stage::Offered(_) => &mut counts.offered,
        Stage::Active { .. } => &mut counts.active,
        Stage::Parked { .. } => &mut counts.parked,
        Stage::Wrapping { .. } => &mut counts.wrapping,
    }
}
