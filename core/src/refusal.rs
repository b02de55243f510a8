//! Every "no": a code for machines, a sentence for people. A refusal changes nothing.

use crate::eligibility::Code;
use crate::ids::*;
use std::fmt;

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields name what the sentence names")]
pub enum Refusal {
    /// The account has no floor yet.
    AccountNotOpen,
    /// The account has a floor already.
    AccountAlreadyOpen,
    /// No such agent.
    UnknownAgent { agent: UserId },
    /// No such queue.
    UnknownQueue { queue: QueueId },
    /// No such conversation on the floor.
    UnknownConversation { conversation: ConversationId },
    /// No such skill.
    UnknownSkill { skill: SkillId },
    /// No such reason.
    UnknownReason { code: ReasonCode },
    /// The agent has no such device.
    UnknownDevice { device: DeviceId },
    /// The agent is not on this external call.
    UnknownCall { call: CallId },
    /// The agent has no such wrap-up.
    NoWrapUp { agent: UserId },
    /// The agent is not a member of the queue.
    NotAMember { agent: UserId, queue: QueueId },
    /// The agent belongs to no queue that this could mean.
    NoQueues { agent: UserId },
    /// This id is taken.
    AlreadyExists { what: &'static str, id: String },
    /// A setting or argument is outside its range.
    Invalid { field: &'static str, problem: String },
    /// A maximum of `limits.rs` is reached.
    LimitReached { what: &'static str, max: usize },

    /// Deactivated agents do not work.
    AgentDeactivated { agent: UserId },
    /// Only for agents who are logged in.
    NotLoggedIn { agent: UserId },
    /// The agent must be at work in the queue first.
    NotLoggedInToTheQueue { agent: UserId, queue: QueueId },
    /// The reason was switched off.
    ReasonInactive { code: ReasonCode },
    /// Only a policy sets it.
    ReasonReserved { code: ReasonCode },
    /// The agent must stay in this queue while at work.
    MandatoryQueue { queue: QueueId },
    /// A supervisor fixed this membership.
    LockedMembership { queue: QueueId },
    /// Only a supervisor puts agents into this queue.
    SupervisorManagedQueue { queue: QueueId },
    /// Only a supervisor or above may.
    SupervisorOnly,
    /// It is another agent's.
    NotYours,
    /// The queue is General, or something is in it.
    QueueInUse { queue: QueueId },
    /// The queue does not take this channel.
    ChannelNotServed { queue: QueueId, channel: Channel },

    /// The offer was taken, ran out or was withdrawn before this arrived.
    OfferGone { offer: OfferId },
    /// No agent has the conversation.
    NotActive { conversation: ConversationId },
    /// The conversation is over; only its wrap-up remains.
    AlreadyEnded { conversation: ConversationId },
    /// Only calls are put on hold.
    NotACall { conversation: ConversationId },
    /// The agent has it, or is being offered it, already.
    AlreadyWithAgent { conversation: ConversationId, agent: UserId },
    /// The client is blocked.
    ClientBlocked { client: ClientId },
    /// Assigned by hand to an agent who is not logged in (G-27).
    AgentOffline { agent: UserId, why: Code },
    /// Assigned by hand to an agent who is away (G-28).
    AgentAbsent { agent: UserId, why: Code },
    /// Assigned by hand to an agent who is full or busy (G-29).
    AgentAtCapacity { agent: UserId, why: Code },
}

impl Refusal {
    /// The code that programs read. It never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::AccountNotOpen => "account_not_open",
            Refusal::AccountAlreadyOpen => "account_already_open",
            Refusal::UnknownAgent { .. } => "unknown_agent",
            Refusal::UnknownQueue { .. } => "unknown_queue",
            Refusal::UnknownConversation { .. } => "unknown_conversation",
            Refusal::UnknownSkill { .. } => "unknown_skill",
            Refusal::UnknownReason { .. } => "unknown_reason",
            Refusal::UnknownDevice { .. } => "unknown_device",
            Refusal::UnknownCall { .. } => "unknown_call",
            Refusal::NoWrapUp { .. } => "no_wrap_up",
            Refusal::NotAMember { .. } => "not_a_member_of_the_queue",
            Refusal::NoQueues { .. } => "no_queues",
            Refusal::AlreadyExists { .. } => "already_exists",
            Refusal::Invalid { .. } => "invalid",
            Refusal::LimitReached { .. } => "limit_reached",
            Refusal::AgentDeactivated { .. } => "agent_deactivated",
            Refusal::NotLoggedIn { .. } => "not_logged_in",
            Refusal::NotLoggedInToTheQueue { .. } => "not_logged_in_to_the_queue",
            Refusal::ReasonInactive { .. } => "reason_inactive",
            Refusal::ReasonReserved { .. } => "reason_reserved",
            Refusal::MandatoryQueue { .. } => "mandatory_queue",
            Refusal::LockedMembership { .. } => "locked_membership",
            Refusal::SupervisorManagedQueue { .. } => "supervisor_managed_queue",
            Refusal::SupervisorOnly => "supervisor_only",
            Refusal::NotYours => "not_yours",
            Refusal::QueueInUse { .. } => "queue_in_use",
            Refusal::ChannelNotServed { .. } => "channel_not_served",
            Refusal::OfferGone { .. } => "offer_gone",
            Refusal::NotActive { .. } => "not_active",
            Refusal::AlreadyEnded { .. } => "already_ended",
            Refusal::NotACall { .. } => "not_a_call",
            Refusal::AlreadyWithAgent { .. } => "already_with_agent",
            Refusal::ClientBlocked { .. } => "client_blocked",
            Refusal::AgentOffline { .. } => "agent_offline",
            Refusal::AgentAbsent { .. } => "agent_absent",
            Refusal::AgentAtCapacity { .. } => "agent_at_capacity",
        }
    }

    /// An argument outside its range.
    pub(crate) fn invalid(field: &'static str, problem: impl Into<String>) -> Refusal {
        Refusal::Invalid { field, problem: problem.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::AccountNotOpen => out.write_str("This account has no floor yet; open it first."),
            Refusal::AccountAlreadyOpen => out.write_str("This account has a floor already."),
            Refusal::UnknownAgent { agent } => write!(out, "There is no agent {agent}."),
            Refusal::UnknownQueue { queue } => write!(out, "There is no queue {queue}."),
            Refusal::UnknownConversation { conversation } => {
                write!(out, "There is no conversation {conversation} on the floor; it may have ended.")
            }
            Refusal::UnknownSkill { skill } => write!(out, "There is no skill {skill}."),
            Refusal::UnknownReason { code } => write!(out, "There is no reason {code}."),
            Refusal::UnknownDevice { device } => write!(out, "The agent has no device {device}."),
            Refusal::UnknownCall { call } => write!(out, "The agent is not on the external call {call}."),
            Refusal::NoWrapUp { agent } => write!(out, "{agent} has no such wrap-up."),
            Refusal::NotAMember { agent, queue } => write!(out, "{agent} is not a member of {queue}."),
            Refusal::NoQueues { agent } => write!(out, "{agent} belongs to no queue that this could mean."),
            Refusal::AlreadyExists { what, id } => write!(out, "There is already a {what} {id}."),
            Refusal::Invalid { field, problem } => write!(out, "{field}: {problem}."),
            Refusal::LimitReached { what, max } => write!(out, "There may be at most {max} {what}."),
            Refusal::AgentDeactivated { agent } => write!(out, "{agent} is deactivated; reactivate the agent first."),
            Refusal::NotLoggedIn { agent } => write!(out, "{agent} is not logged in."),
            Refusal::NotLoggedInToTheQueue { agent, queue } => write!(out, "{agent} is not logged in to {queue}."),
            Refusal::ReasonInactive { code } => write!(out, "The reason {code} is switched off."),
            Refusal::ReasonReserved { code } => write!(out, "The reason {code} is set by the system only."),
            Refusal::MandatoryQueue { queue } => {
                write!(out, "{queue} is mandatory: only a supervisor takes an agent at work out of it.")
            }
            Refusal::LockedMembership { queue } => write!(out, "A supervisor has fixed the membership of {queue}."),
            Refusal::SupervisorManagedQueue { queue } => write!(out, "Only a supervisor puts agents into {queue}."),
            Refusal::SupervisorOnly => out.write_str("Only a supervisor or above may do this."),
            Refusal::NotYours => out.write_str("This belongs to another agent."),
            Refusal::QueueInUse { queue } => {
                write!(out, "{queue} cannot be removed: it is General, or something is in it.")
            }
            Refusal::ChannelNotServed { queue, channel } => {
                write!(out, "{queue} does not take {}.", if *channel == Channel::Voice { "calls" } else { "chats" })
            }
            Refusal::OfferGone { offer } => {
                write!(out, "The offer {offer} was taken, ran out or was withdrawn before this arrived.")
            }
            Refusal::NotActive { conversation } => write!(out, "No agent has {conversation} now."),
            Refusal::AlreadyEnded { conversation } => write!(out, "{conversation} is over; only its wrap-up remains."),
            Refusal::NotACall { conversation } => write!(out, "{conversation} is not a call; only calls are held."),
            Refusal::AlreadyWithAgent { conversation, agent } => write!(out, "{agent} has {conversation} already."),
            Refusal::ClientBlocked { client } => write!(out, "The client {client} is blocked and is not routed."),
            Refusal::AgentOffline { agent, .. } => write!(out, "{agent} is offline."),
            Refusal::AgentAbsent { agent, why } => write!(out, "{agent} is absent: {}.", why.words()),
            Refusal::AgentAtCapacity { agent, why } => write!(out, "{agent} has no room: {}.", why.words()),
        }
    }
}

impl std::error::Error for Refusal {}
