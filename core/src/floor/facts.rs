//! What the floor tells about itself: plain values without text, cut after each event.
//!
//! Views and tables see the floor only through these. They are the same live and in replay,
//! because the fold that makes them is the same.

use crate::event::{Pending, Status};
use crate::ids::*;
use crate::settings::{Mode, ReasonClass};

/// What an event left behind of one thing it touched.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "values are copied once, into a list")]
pub enum Facts {
    /// An agent.
    Agent(AgentFacts),
    /// An agent's membership of a queue.
    Seat(SeatFacts),
    /// A queue.
    Queue(QueueFacts),
    /// A conversation.
    Conversation(ConversationFacts),
}

/// What an agent does, derived from its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing that keeps it from the next conversation but, perhaps, its load.
    Waiting,
    /// An offer is out.
    Offering,
    /// A call of a queue is active.
    InCall,
    /// Work after the work, or by hand.
    WrapUp,
}

/// An agent's wish to go, waiting for the threads that await it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// What it wants to be.
    pub to: Status,
    /// The reason, with `on_break`.
    pub reason: Option<ReasonCode>,
}

/// A reason as the agent's row carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonFacts {
    /// Its code.
    pub code: ReasonCode,
    /// Away or busy.
    pub class: ReasonClass,
}

/// An offer that an agent has before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferFacts {
    /// The offer.
    pub offer: OfferId,
    /// What is offered.
    pub conversation: ConversationId,
    /// From which queue.
    pub queue: QueueId,
    /// Until when.
    pub until: Timestamp,
}

/// The call that an agent is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallFacts {
    /// The conversation.
    pub conversation: ConversationId,
    /// Whose call it is.
    pub queue: QueueId,
    /// Whether the client is on hold.
    pub held: bool,
}

/// A wrap-up in progress: of several, the one that ends last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrapUpFacts {
    /// What it follows; none when begun by hand.
    pub conversation: Option<ConversationId>,
    /// The queue of that.
    pub queue: Option<QueueId>,
    /// When it ends by itself; none when begun by hand.
    pub until: Option<Timestamp>,
}

/// An agent, whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgentFacts {
    /// Who.
    pub agent: UserId,
    /// Not deactivated.
    pub active: bool,
    /// The wish.
    pub status: Status,
    /// The reason of the break, with `on_break`.
    pub reason: Option<ReasonFacts>,
    /// Takes only its own clients.
    pub out_only: bool,
    /// Asked to go while chat work holds.
    pub leaving: Option<Leaving>,
    /// Slots, 1 to 20.
    pub capacity: u8,
    /// Slots taken by offered, active and wrapping work.
    pub load: u16,
    /// Slots taken by offers alone; part of `load`.
    pub load_offered: u16,
    /// The channels it works on.
    pub channels: ChannelSet,
    /// Those of them that a live device serves.
    pub reachable: ChannelSet,
    /// Those of the reachable ones for which there is room.
    pub room: ChannelSet,
    /// The first of its external calls.
    pub external_call: Option<CallId>,
    /// Its call of a queue.
    pub call: Option<CallFacts>,
    /// Its offer; of several the first made.
    pub offer: Option<OfferFacts>,
    /// How many offers it has.
    pub offers: u8,
    /// Active chats.
    pub chats: u8,
    /// Active chats in which it is the agent's turn to write.
    pub awaiting_agent: u8,
    /// Threads put aside that wait for their client.
    pub parked: u8,
    /// Its wrap-up.
    pub wrap_up: Option<WrapUpFacts>,
    /// Queues it belongs to, is logged in to, and is ready in.
    pub queues: SeatCounts,
    /// Offers missed in a row.
    pub misses: u8,
    /// Since when the wish is what it is.
    pub status_since: Timestamp,
    /// Since when it has had no queue work, or has been ready, whichever is later.
    pub idle_since: Timestamp,
    /// When it last logged in.
    pub logged_in_at: Option<Timestamp>,
    /// When it last logged out.
    pub logged_out_at: Option<Timestamp>,
}

/// How many queues an agent has, at each level of activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeatCounts {
    /// Member of.
    pub member: u16,
    /// Logged in to.
    pub logged_in: u16,
    /// Ready in.
    pub ready: u16,
}

impl AgentFacts {
    /// What it does: the first that holds of call, offer, wrap-up.
    pub fn state(&self) -> State {
        if self.call.is_some() {
            State::InCall
        } else if self.offers > 0 {
            State::Offering
        } else if self.wrap_up.is_some() {
            State::WrapUp
        } else {
            State::Waiting
        }
    }

    /// Whether any of its channels can be reached.
    pub fn is_reachable(&self) -> bool {
        !self.reachable.is_empty()
    }

    /// Reachable, and no room for any channel that is.
    pub fn is_full(&self) -> bool {
        self.is_reachable() && self.room.is_empty()
    }

    /// Full, and not merely because something is offered: with an offer out, what else it holds
    /// takes every slot.
    pub fn is_full_of_work(&self) -> bool {
        let taken = self.load - self.load_offered >= u16::from(self.capacity);
        self.is_full() && (self.offers == 0 || taken)
    }

    /// Whether work that it took on is still in its hands.
    pub fn has_active_work(&self) -> bool {
        self.call.is_some() || self.chats > 0
    }

    /// Whether the next conversation may go to it (S-08).
    pub fn is_ready(&self) -> bool {
        self.status == Status::Available
            && self.state() == State::Waiting
            && self.is_reachable()
            && self.external_call.is_none()
            && self.wrap_up.is_none()
            && !self.is_full()
            && !self.out_only
            && self.leaving.is_none()
    }

    /// The threads of its personal queue (E-03): offered, active and put aside.
    pub fn threads(&self) -> u16 {
        u16::from(self.offers) + u16::from(self.call.is_some()) + u16::from(self.chats) + u16::from(self.parked)
    }
}

/// An agent's membership of a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeatFacts {
    /// Who.
    pub agent: UserId,
    /// Of which queue.
    pub queue: QueueId,
    /// The queue's channels.
    pub channels: ChannelSet,
    /// Lower rings first.
    pub tier_level: u16,
    /// The tie-break within a tier.
    pub position: u16,
    /// Seconds for which the queue's conversations are held back.
    pub delay_sec: u32,
    /// Who activates it.
    pub mode: Mode,
    /// At work in the queue.
    pub logged_in: bool,
    /// Takes its conversations.
    pub ready: bool,
    /// Fixed by a supervisor.
    pub locked: bool,
    /// The membership was just taken away; the rest tells how it last was.
    pub removed: bool,
}

/// A queue, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueueFacts {
    /// Which.
    pub queue: QueueId,
    /// The channels it takes.
    pub channels: ChannelSet,
    /// Conversations that wait in it.
    pub waiting: u32,
    /// Those of it that are offered to an agent.
    pub offered: u32,
    /// Those of it that an agent has.
    pub active: u32,
    /// Its members.
    pub seats: u32,
    /// The queue was just removed.
    pub removed: bool,
}

/// Where a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageFacts {
    /// In its queue.
    Waiting,
    /// Reserved for the agent.
    Offered {
        /// For whom.
        agent: UserId,
        /// By which offer.
        offer: OfferId,
        /// Until when.
        until: Timestamp,
    },
    /// An agent has it.
    Active {
        /// Who.
        agent: UserId,
        /// Whether the client is on hold.
        held: bool,
    },
    /// Put aside until the client writes.
    Parked {
        /// By whom.
        agent: UserId,
    },
    /// Over, and its agent finishes it.
    Wrapping {
        /// Who.
        agent: UserId,
    },
    /// Gone from the floor.
    Ended,
}

/// A conversation, whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConversationFacts {
    /// Which.
    pub conversation: ConversationId,
    /// Whose.
    pub client: ClientId,
    /// How it speaks.
    pub channel: Channel,
    /// Its queue; it stays after an agent took it.
    pub queue: QueueId,
    /// Where it is.
    pub stage: StageFacts,
    /// Higher goes first.
    pub priority: u8,
    /// Its age.
    pub arrived_at: Timestamp,
    /// Since when it is in this queue.
    pub queued_at: Timestamp,
    /// Whose turn it is.
    pub pending: Pending,
    /// Its client's own agent.
    pub owner: Option<UserId>,
    /// Messages so far.
    pub messages: u32,
}

impl super::Floor {
    /// The facts of an agent.
    pub fn agent_facts(&self, slot: super::AgentSlot) -> AgentFacts {
        let agent = self.agent(slot);
        let tally = &agent.tally;
        let reachable = agent.reachable();
        AgentFacts {
            agent: agent.id,
            active: agent.active,
            status: agent.status,
            reason: agent.reason.map(|reason| {
                let reason = self.reason(reason);
                ReasonFacts { code: reason.code, class: reason.class }
            }),
            out_only: agent.out_only,
            leaving: agent.leaving.map(|leaving| Leaving {
                to: leaving.to,
                reason: leaving.reason.map(|reason| self.reason(reason).code),
            }),
            capacity: agent.settings.capacity,
            load: tally.load,
            load_offered: tally.load_offered,
            channels: agent.channels(),
            reachable,
            room: reachable.iter().filter(|&channel| agent.has_room(channel)).collect(),
            external_call: agent.external_calls.first().copied(),
            call: tally.call.map(|slot| self.call_facts(slot)),
            offer: if tally.offers > 0 { self.first_offer(agent) } else { None },
            offers: tally.offers,
            chats: tally.chats,
            awaiting_agent: tally.awaiting,
            parked: u8::try_from(agent.parked.len()).unwrap_or(u8::MAX),
            wrap_up: agent
                .wrap_ups
                .iter()
                .max_by_key(|wrap| (wrap.until.is_none(), wrap.until, wrap.conversation))
                .map(|wrap| WrapUpFacts {
                    conversation: wrap.conversation,
                    queue: wrap.queue.map(|queue| self.queue(queue).id),
                    until: wrap.until,
                }),
            queues: self.seat_counts(agent),
            misses: agent.misses,
            status_since: agent.status_since,
            idle_since: agent.idle_since,
            logged_in_at: agent.logged_in_at.get(),
            logged_out_at: agent.logged_out_at.get(),
        }
    }

    fn call_facts(&self, slot: super::ConversationSlot) -> CallFacts {
        let call = self.conversation(slot);
        CallFacts {
            conversation: call.id,
            queue: self.queue(call.queue).id,
            held: matches!(call.stage, super::Stage::Active { held: true, .. }),
        }
    }

    fn first_offer(&self, agent: &super::Agent) -> Option<OfferFacts> {
        let offered = agent.held.iter().filter_map(|&slot| {
            let conversation = self.conversation(slot);
            Some((conversation, conversation.offer()?))
        });
        offered.min_by_key(|(_, offer)| offer.id).map(|(conversation, offer)| OfferFacts {
            offer: offer.id,
            conversation: conversation.id,
            queue: self.queue(conversation.queue).id,
            until: offer.until,
        })
    }

    fn seat_counts(&self, agent: &super::Agent) -> SeatCounts {
        agent.seats.iter().fold(SeatCounts::default(), |counts, &slot| {
            let seat = self.seat(slot);
            SeatCounts {
                member: counts.member + 1,
                logged_in: counts.logged_in + u16::from(seat.logged_in),
                ready: counts.ready + u16::from(seat.ready),
            }
        })
    }

    /// The facts of a membership.
    pub fn seat_facts(&self, slot: super::SeatSlot) -> SeatFacts {
        let seat = self.seat(slot);
        let queue = self.queue(seat.queue);
        SeatFacts {
            agent: self.agent(seat.agent).id,
            queue: queue.id,
            channels: queue.settings.channels,
            tier_level: seat.settings.tier_level,
            position: seat.settings.position,
            delay_sec: seat.settings.delay_sec,
            mode: seat.settings.mode,
            logged_in: seat.logged_in,
            ready: seat.ready,
            locked: seat.locked,
            removed: false,
        }
    }

    /// The facts of a queue.
    pub fn queue_facts(&self, slot: super::QueueSlot) -> QueueFacts {
        let queue = self.queue(slot);
        QueueFacts {
            queue: queue.id,
            channels: queue.settings.channels,
            waiting: queue.counts.waiting,
            offered: queue.counts.offered,
            active: queue.counts.active,
            seats: u32::try_from(queue.seats.len()).expect("limits.rs keeps every list below 2^32"),
            removed: false,
        }
    }

    /// The facts of a conversation.
    pub fn conversation_facts(&self, slot: super::ConversationSlot) -> ConversationFacts {
        let conversation = self.conversation(slot);
        let name = |agent| self.agent(agent).id;
        ConversationFacts {
            conversation: conversation.id,
            client: conversation.client,
            channel: conversation.channel,
            queue: self.queue(conversation.queue).id,
            stage: match conversation.stage {
                super::Stage::Waiting => StageFacts::Waiting,
                super::Stage::Offered(offer) => {
                    StageFacts::Offered { agent: name(offer.agent), offer: offer.id, until: offer.until }
                }
                super::Stage::Active { agent, held, .. } => StageFacts::Active { agent: name(agent), held },
                super::Stage::Parked { agent, .. } => StageFacts::Parked { agent: name(agent) },
                super::Stage::Wrapping { agent } => StageFacts::Wrapping { agent: name(agent) },
            },
            priority: conversation.priority,
            arrived_at: conversation.arrived_at,
            queued_at: conversation.queued_at,
            pending: conversation.pending,
            owner: conversation.owner.map(name),
            messages: conversation.messages,
        }
    }
}
