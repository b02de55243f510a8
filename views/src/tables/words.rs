//! The words that tables use for what the log calls by variants. A test holds them against the log.

use readyroom_core::event::{Actor, Event, Policy, Status, StatusCause};

/// A status.
pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::Offline => "offline",
        Status::NotReady => "not_ready",
        Status::Available => "available",
        Status::OnBreak => "on_break",
    }
}

/// Who did it: the kind, and the person, the key, or the rule by name.
pub(super) fn actor(actor: Actor) -> (&'static str, Option<String>) {
    match actor {
        Actor::Agent(user) => ("agent", Some(user.to_string())),
        Actor::Supervisor(user) => ("supervisor", Some(user.to_string())),
        Actor::Client => ("client", None),
        Actor::Signalling => ("signalling", None),
        Actor::Integration(key) => ("integration", Some(key.to_string())),
        Actor::Policy(rule) => ("policy", Some(policy(rule).to_owned())),
    }
}

const fn policy(policy: Policy) -> &'static str {
    match policy {
        Policy::Router => "router",
        Policy::OfferTimeout => "offer_timeout",
        Policy::WrapUpTimeout => "wrap_up_timeout",
        Policy::LeaseEnd => "lease_end",
        Policy::LostDevice => "lost_device",
        Policy::NoAnswer => "no_answer",
        Policy::Leaving => "leaving",
        Policy::AfterExternalCall => "after_external_call",
        Policy::AutoAccept => "auto_accept",
        Policy::ReturnToSender => "return_to_sender",
        Policy::Reopen => "reopen",
        Policy::Upkeep => "upkeep",
    }
}

const fn status_cause(cause: StatusCause) -> &'static str {
    match cause {
        StatusCause::Asked => "asked",
        StatusCause::LogIn => "log_in",
        StatusCause::LogOut => "log_out",
        StatusCause::QueueLogIn => "queue_log_in",
        StatusCause::QueueReady => "queue_ready",
        StatusCause::LastQueue => "last_queue",
        StatusCause::NoAnswer => "no_answer",
        StatusCause::ExternalCall => "external_call",
        StatusCause::Deactivated => "deactivated",
    }
}

/// Why: of a status what the event says, of everything else the event's kind.
pub(super) const fn cause(event: &Event) -> &'static str {
    match event {
        Event::StatusSet { cause, .. } => status_cause(*cause),
        Event::AccountOpened { .. } => "account_opened",
        Event::Reopened {} => "reopened",
        Event::AgentAdded { .. } => "agent_added",
        Event::AgentChanged { .. } => "agent_changed",
        Event::AgentDeactivated { .. } => "agent_deactivated",
        Event::AgentReactivated { .. } => "agent_reactivated",
        Event::SkillDefined { .. } => "skill_defined",
        Event::AgentSkillsSet { .. } => "agent_skills_set",
        Event::QueueAdded { .. } => "queue_added",
        Event::QueueChanged { .. } => "queue_changed",
        Event::QueueRemoved { .. } => "queue_removed",
        Event::ReasonDefined { .. } => "reason_defined",
        Event::MembershipSet { .. } => "membership_set",
        Event::MembershipRemoved { .. } => "membership_removed",
        Event::MembershipLocked { .. } => "membership_locked",
        Event::ClientBlocked { .. } => "client_blocked",
        Event::ClientDescribed { .. } => "client_described",
        Event::PersonForgotten { .. } => "person_forgotten",
        Event::LeavingAsked { .. } => "leaving_asked",
        Event::LeavingCancelled { .. } => "leaving_cancelled",
        Event::QueueLoggedIn { .. } => "queue_logged_in",
        Event::QueueLoggedOut { .. } => "queue_logged_out",
        Event::QueueReadySet { .. } => "queue_ready_set",
        Event::DeviceConnected { .. } => "device_connected",
        Event::DeviceDisconnected { .. } => "device_disconnected",
        Event::DeviceLost { .. } => "device_lost",
        Event::DeviceBack { .. } => "device_back",
        Event::ExternalCallStarted { .. } => "external_call_started",
        Event::ExternalCallEnded { .. } => "external_call_ended",
        Event::Arrived { .. } => "arrived",
        Event::Queued { .. } => "queued",
        Event::OfferMade { .. } => "offer_made",
        Event::OfferAccepted { .. } => "offer_accepted",
        Event::OfferEnded { .. } => "offer_ended",
        Event::WorkEnded { .. } => "work_ended",
        Event::HoldSet { .. } => "hold_set",
        Event::ConversationEnded { .. } => "conversation_ended",
        Event::MessageRecorded { .. } => "message_recorded",
        Event::NoteRecorded { .. } => "note_recorded",
        Event::PrioritySet { .. } => "priority_set",
        Event::OwnerSet { .. } => "owner_set",
        Event::RequiredSkillsSet { .. } => "required_skills_set",
        Event::WrapUpStarted { .. } => "wrap_up_started",
        Event::WrapUpExtended { .. } => "wrap_up_extended",
        Event::WrapUpEnded { .. } => "wrap_up_ended",
        Event::RestoredAccount(_)
        | Event::RestoredReason(_)
        | Event::RestoredSkill(_)
        | Event::RestoredQueue(_)
        | Event::RestoredAgent(_)
        | Event::RestoredMembership(_)
        | Event::RestoredClient(_)
        | Event::RestoredConversation(_)
        | Event::RestoredWrapUp(_) => "restored",
    }
}
