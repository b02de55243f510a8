//! Events, and those who cause them, in words for people.

use super::time::{duration, instant};
use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_core::settings::*;

/// What machines call a variant, as words: `ServerDown` is "server down".
pub fn word(variant: impl std::fmt::Debug) -> String {
    spelled(variant, ' ')
}

/// What JSON calls a variant: `TornTail` is "torn_tail".
pub fn code(variant: impl std::fmt::Debug) -> String {
    spelled(variant, '_')
}

fn spelled(variant: impl std::fmt::Debug, gap: char) -> String {
    let name = format!("{variant:?}");
    let mut spelled = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !spelled.is_empty() {
            spelled.push(gap);
        }
        spelled.push(letter.to_ascii_lowercase());
    }
    spelled
}

/// Whether the event names this id.
pub fn names(event: &Event, id: &str) -> bool {
    let told = serde_json::to_string(event).expect("an event is values with names");
    told.contains(id)
}

/// Who did it.
pub fn actor(actor: Actor) -> String {
    match actor {
        Actor::Agent(user) => format!("agent {user}"),
        Actor::Supervisor(user) => format!("supervisor {user}"),
        Actor::Client => "the client".into(),
        Actor::Signalling => "signalling".into(),
        Actor::Integration(key) => format!("integration {key}"),
        Actor::Policy(Policy::Router) => "the router".into(),
        Actor::Policy(policy) => format!("rule: {}", word(policy)),
    }
}

/// What happened.
pub fn event(event: &Event) -> String {
    match event {
        Event::AccountOpened { general } => format!("the account was opened; its queue General is {general}"),
        Event::Reopened {} => "the account came back after a stop; leases start afresh".into(),

        Event::AgentAdded { agent, settings } => {
            format!("agent {agent} was added: {}", agent_settings(settings))
        }
        Event::AgentChanged { agent, settings } => {
            format!("agent {agent} was changed: {}", agent_settings(settings))
        }
        Event::AgentDeactivated { agent } => format!("agent {agent} was deactivated"),
        Event::AgentReactivated { agent } => format!("agent {agent} was reactivated"),
        Event::SkillDefined { skill, name } => format!("skill {skill} is called {name:?}"),
        Event::AgentSkillsSet { agent, skills } => {
            format!("{agent} has {}", skill_levels(skills, "no skills"))
        }
        Event::QueueAdded { queue, settings } => {
            format!("queue {queue} was added: {}", queue_settings(settings))
        }
        Event::QueueChanged { queue, settings } => {
            format!("queue {queue} was changed: {}", queue_settings(settings))
        }
        Event::QueueRemoved { queue } => format!("queue {queue} was removed"),
        Event::ReasonDefined { reason } => reason_settings(reason),
        Event::MembershipSet { agent, queue, settings } => {
            format!("{agent} belongs to {queue}: {}", membership(settings))
        }
        Event::MembershipRemoved { agent, queue } => format!("{agent} does not belong to {queue} any more"),
        Event::MembershipLocked { agent, queue, locked } => {
            format!("the membership of {agent} in {queue} was {}", either(*locked, "locked", "unlocked"))
        }
        Event::ClientBlocked { client, blocked } => {
            format!("client {client} was {}", either(*blocked, "blocked", "unblocked"))
        }
        Event::ClientDescribed { client, about } => {
            format!("client {client} was described, in {} sealed bytes", about.bytes.len())
        }
        Event::PersonForgotten { client, keys } => format!("client {client} was forgotten, with {} keys", keys.len()),

        Event::StatusSet { agent, status, reason, out_only, cause } => {
            let only = if *out_only { ", for its own clients only" } else { "" };
            format!("{agent} is {}{only}; cause: {}", wish(*status, *reason), word(cause))
        }
        Event::LeavingAsked { agent, to, reason, cause } => {
            format!("{agent} will be {} when no thread awaits it; cause: {}", wish(*to, *reason), word(cause))
        }
        Event::LeavingCancelled { agent } => format!("{agent} stays"),
        Event::QueueLoggedIn { agent, queue, ready } => {
            format!("{agent} logged in to {queue}, {}", either(*ready, "ready", "not ready"))
        }
        Event::QueueLoggedOut { agent, queue } => format!("{agent} logged out of {queue}"),
        Event::QueueReadySet { agent, queue, ready } => {
            format!("{agent} is {} in {queue}", either(*ready, "ready", "not ready"))
        }

        Event::DeviceConnected { agent, device, kind, ttl_ms } => {
            format!("the {} {device} of {agent} connected{}", device_kind(*kind), lease(*ttl_ms))
        }
        Event::DeviceDisconnected { agent, device } => format!("device {device} of {agent} disconnected"),
        Event::DeviceLost { agent, device } => format!("device {device} of {agent} was lost"),
        Event::DeviceBack { agent, device, ttl_ms } => {
            format!("device {device} of {agent} is back{}", lease(*ttl_ms))
        }
        Event::ExternalCallStarted { agent, call } => {
            format!("{agent} is on the call {call} outside the queues")
        }
        Event::ExternalCallEnded { agent, call } => format!("the call {call} of {agent} ended"),

        Event::Arrived { conversation, client, channel, queue, arrived_at, priority, skills, owner } => {
            let owner = owner.map_or_else(String::new, |owner| format!(", client of {owner}"));
            let skills = required(skills);
            format!(
                "{} {conversation} of client {client} arrived for {queue}, of {}, priority {priority}{skills}{owner}",
                channel_word(*channel),
                instant(*arrived_at)
            )
        }
        Event::Queued { conversation, queue, since, cause } => {
            format!("{conversation} waits in {queue} since {} ({})", instant(*since), word(cause))
        }
        Event::OfferMade { offer, conversation, agent, queue, kind, until, sender } => {
            let sender = sender.map_or_else(String::new, |sender| format!(", sent by {sender}"));
            format!(
                "{conversation} of {queue} is offered to {agent} until {}: {offer} ({}){sender}",
                instant(*until),
                word(kind)
            )
        }
        Event::OfferAccepted { offer, conversation, agent, queue } => {
            format!("{agent} accepted {conversation} of {queue}: {offer}")
        }
        Event::OfferEnded { offer, conversation, agent, queue, outcome, sender } => {
            let sender = sender.map_or_else(String::new, |sender| format!(", sent by {sender}"));
            format!("{agent} does not get {conversation} of {queue}: {offer} {}{sender}", word(outcome))
        }
        Event::WorkEnded { conversation, agent, queue, outcome, wrap_up_until } => {
            let wrap_up = wrap_up_until.map_or_else(String::new, |until| format!("; wrap-up until {}", instant(until)));
            format!("{agent} has {conversation} of {queue} no more: {}{wrap_up}", word(outcome))
        }
        Event::HoldSet { conversation, agent, held } => {
            format!("{agent} {} {conversation}", either(*held, "put on hold", "took off hold"))
        }
        Event::ConversationEnded { conversation, outcome } => {
            format!("{conversation} ended: {}", word(outcome))
        }
        Event::MessageRecorded { conversation, author, body } => {
            let author = match author {
                Author::Client => "the client".to_owned(),
                Author::Agent(agent) => agent.to_string(),
            };
            let bytes = body.bytes.len();
            format!("{author} wrote in {conversation}: {bytes} bytes, sealed with {}", body.key)
        }
        Event::NoteRecorded { conversation, body } => {
            format!("a note in {conversation}: {} bytes, sealed with {}", body.bytes.len(), body.key)
        }
        Event::PrioritySet { conversation, priority } => format!("{conversation} has priority {priority}"),
        Event::OwnerSet { conversation, owner } => match owner {
            Some(owner) => format!("{conversation} is of a client of {owner}"),
            None => format!("{conversation} is of nobody's client"),
        },
        Event::RequiredSkillsSet { conversation, skills } => {
            format!("{conversation} requires {}", skill_levels(skills, "no skills"))
        }

        Event::WrapUpStarted { agent } => format!("{agent} began a wrap-up by hand"),
        Event::WrapUpExtended { agent, conversation, until } => {
            format!("the wrap-up of {conversation} by {agent} runs until {}", instant(*until))
        }
        Event::WrapUpEnded { agent, conversation, outcome } => match conversation {
            Some(conversation) => format!("the wrap-up of {conversation} by {agent} ended: {}", word(outcome)),
            None => format!("the wrap-up by hand of {agent} ended: {}", word(outcome)),
        },

        Event::RestoredAccount(account) => {
            format!("from a snapshot: the account after event {} ({})", account.events, instant(account.at))
        }
        Event::RestoredReason(reason) => format!("from a snapshot: {}", reason_settings(reason)),
        Event::RestoredSkill(skill) => {
            format!("from a snapshot: skill {} is called {:?}", skill.skill, skill.name)
        }
        Event::RestoredQueue(queue) => {
            format!("from a snapshot: queue {}: {}", queue.queue, queue_settings(&queue.settings))
        }
        Event::RestoredAgent(agent) => {
            format!("from a snapshot: agent {} is {}", agent.agent, wish(agent.status, agent.reason))
        }
        Event::RestoredMembership(seat) => {
            format!("from a snapshot: {} belongs to {}: {}", seat.agent, seat.queue, membership(&seat.settings))
        }
        Event::RestoredClient(client) => format!("from a snapshot: client {client} is blocked"),
        Event::RestoredConversation(conversation) => {
            format!(
                "from a snapshot: {} {} of client {} in {}",
                channel_word(conversation.channel),
                conversation.conversation,
                conversation.client,
                conversation.queue
            )
        }
        Event::RestoredWrapUp(wrap_up) => format!("from a snapshot: {} wraps up", wrap_up.agent),
    }
}

fn either(yes: bool, this: &'static str, that: &'static str) -> &'static str {
    if yes { this } else { that }
}

/// A call or a chat.
pub fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Voice => "call",
        Channel::Chat => "chat",
    }
}

/// The channels, in their order.
pub fn channels(set: ChannelSet) -> String {
    let names: Vec<_> = set.iter().map(word).collect();
    if names.is_empty() { "no channel".into() } else { names.join(" and ") }
}

/// A status, with the reason of a break.
pub fn wish(status: Status, reason: Option<ReasonCode>) -> String {
    match reason {
        Some(reason) => format!("{} ({reason})", word(status)),
        None => word(status),
    }
}

fn device_kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Sip => "telephone",
        DeviceKind::Console => "console",
    }
}

fn lease(ttl_ms: Option<u64>) -> String {
    ttl_ms.map_or_else(String::new, |ms| format!(" for {}", duration(ms)))
}

fn skill_levels(skills: &[SkillLevel], none: &str) -> String {
    if skills.is_empty() {
        return none.to_owned();
    }
    let told: Vec<_> = skills.iter().map(|it| format!("skill {} at {}", it.skill, it.level)).collect();
    told.join(", ")
}

fn required(skills: &[SkillLevel]) -> String {
    if skills.is_empty() { String::new() } else { format!(", requires {}", skill_levels(skills, "")) }
}

fn weight(weight: Weight) -> String {
    match weight {
        Weight::Whole => "the whole capacity".into(),
        Weight::Slots(slots) => slots.to_string(),
    }
}

fn agent_settings(settings: &AgentSettings) -> String {
    let mut told = format!(
        "capacity {}, a call takes {}, a chat {}",
        settings.capacity,
        weight(settings.voice_weight),
        weight(settings.chat_weight)
    );
    if let Some(set) = settings.channels {
        told.push_str(&format!(", works on {}", channels(set)));
    }
    for (on, what) in
        [(settings.auto_ready_on_login, "auto_ready_on_login"), (settings.auto_queue_login, "auto_queue_login")]
    {
        if on {
            told.push_str(&format!(", {what}"));
        }
    }
    told
}

fn queue_settings(settings: &QueueSettings) -> String {
    let mut told = format!("{:?}", settings.name);
    if let Some(number) = &settings.number {
        told.push_str(&format!(", number {number}"));
    }
    told.push_str(&format!(
        ", {}, priority {}, {}, rings {}, max_no_answer {}",
        channels(settings.channels),
        settings.priority,
        word(settings.strategy),
        duration(settings.ring_timeout_ms),
        settings.max_no_answer
    ));
    if let Some(ms) = settings.wrap_up_ms {
        told.push_str(&format!(", wrap-up {}", duration(ms)));
    }
    for (on, what) in [
        (settings.auto_ready, "auto_ready"),
        (settings.auto_accept, "auto_accept"),
        (settings.auto_not_ready_after_external_call, "auto_not_ready_after_external_call"),
    ] {
        if on {
            told.push_str(&format!(", {what}"));
        }
    }
    told
}

fn reason_settings(reason: &ReasonSettings) -> String {
    let english = reason.names.iter().find(|(locale, _)| locale == "en");
    let name = english.map_or_else(String::new, |(_, name)| format!(" {name:?}"));
    format!(
        "reason {}{name}: {}, {}, {}",
        reason.code,
        word(reason.class),
        either(reason.paid, "paid", "unpaid"),
        either(reason.active, "can be chosen", "switched off")
    )
}

fn membership(settings: &MembershipSettings) -> String {
    format!(
        "{}, tier {}, position {}, delay {}s",
        word(settings.mode),
        settings.tier_level,
        settings.position,
        settings.delay_sec
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_spelled_as_words_and_as_a_code() {
        assert_eq!(word(OfferOutcome::ServerDown), "server down");
        assert_eq!(code(OfferOutcome::ServerDown), "server_down");
        assert_eq!(actor(Actor::Policy(Policy::AfterExternalCall)), "rule: after external call");
    }

    #[test]
    fn an_event_is_told_with_its_ids() {
        let told = event(&Event::OfferEnded {
            offer: OfferId::from_u128(1),
            conversation: ConversationId::from_u128(2),
            agent: UserId::from_u128(3),
            queue: QueueId::from_u128(4),
            outcome: OfferOutcome::Missed,
            sender: None,
        });
        assert_eq!(
            told,
            "us_00000000000000000000000003 does not get cv_00000000000000000000000002 of q_00000000000000000000000004: of_00000000000000000000000001 missed"
        );
    }

    #[test]
    fn an_event_names_the_ids_it_carries_and_no_others() {
        let ended =
            Event::ConversationEnded { conversation: ConversationId::from_u128(2), outcome: EndOutcome::Handled };
        assert!(names(&ended, "cv_00000000000000000000000002"));
        assert!(!names(&ended, "cv_00000000000000000000000001"));
    }
}
