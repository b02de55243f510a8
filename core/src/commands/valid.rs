//! The ranges of what administrators and programs send, refused by name when they are passed.

use crate::event::SkillLevel;
use crate::floor::{Floor, QueueSlot};
use crate::ids::*;
use crate::limits;
use crate::refusal::Refusal;
use crate::settings::*;
use std::fmt::Display;
use std::ops::RangeInclusive;

type Valid = Result<(), Refusal>;

/// A number in its range.
pub(super) fn within<T: PartialOrd + Display>(field: &'static str, value: T, range: &RangeInclusive<T>) -> Valid {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Refusal::invalid(field, format!("{value} is not between {} and {}", range.start(), range.end())))
}

/// A list that is not yet full.
pub(super) fn below(what: &'static str, count: usize, max: usize) -> Valid {
    if count < max { Ok(()) } else { Err(Refusal::LimitReached { what, max }) }
}

/// A name that people can read.
pub(super) fn name(field: &'static str, name: &str) -> Valid {
    let (chars, range) = (name.chars().count(), limits::NAME_CHARS);
    if !range.contains(&chars) {
        let problem = format!("it has {chars} characters, and may have {} to {}", range.start(), range.end());
        return Err(Refusal::invalid(field, problem));
    }
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, "it must be readable: not blank, and without control characters"));
    }
    Ok(())
}

pub(super) fn agent(settings: &AgentSettings) -> Valid {
    within("capacity", settings.capacity, &limits::CAPACITY)?;
    for (field, weight) in [("voice_weight", settings.voice_weight), ("chat_weight", settings.chat_weight)] {
        if let Weight::Slots(slots) = weight {
            within(field, slots, &limits::CAPACITY)?;
        }
    }
    match settings.channels {
        Some(channels) if channels.is_empty() => {
            Err(Refusal::invalid("channels", "there must be at least one, or none given"))
        }
        _ => Ok(()),
    }
}

/// A queue's settings; `itself` is the queue when it is there already.
pub(super) fn queue(floor: &Floor, settings: &QueueSettings, itself: Option<QueueSlot>) -> Valid {
    name("name", &settings.name)?;
    if let Some(number) = &settings.number {
        let digits = limits::NUMBER_DIGITS;
        if !digits.contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            let problem = format!("{number:?} is not {} to {} digits", digits.start(), digits.end());
            return Err(Refusal::invalid("number", problem));
        }
        if floor.queues().any(|(slot, other)| Some(slot) != itself && other.settings.number.as_ref() == Some(number)) {
            return Err(Refusal::AlreadyExists { what: "queue with the number", id: number.clone() });
        }
    }
    if settings.channels.is_empty() {
        return Err(Refusal::invalid("channels", "a queue takes at least one"));
    }
    within("priority", settings.priority, &limits::PRIORITY)?;
    within("ring_timeout_ms", settings.ring_timeout_ms, &limits::RING_TIMEOUT_MS)?;
    if let Some(wrap_up_ms) = settings.wrap_up_ms {
        within("wrap_up_ms", wrap_up_ms, &limits::WRAP_UP_MS)?;
    }
    within("max_no_answer", settings.max_no_answer, &limits::MAX_NO_ANSWER)
}

pub(super) fn membership(settings: &MembershipSettings) -> Valid {
    within("tier_level", settings.tier_level, &limits::TIER_LEVEL)?;
    within("position", settings.position, &limits::POSITION)?;
    within("delay_sec", settings.delay_sec, &limits::DELAY_S)
}

pub(super) fn reason(reason: &ReasonSettings) -> Valid {
    if !(1..=limits::LOCALES_MAX).contains(&reason.names.len()) {
        return Err(Refusal::invalid("names", format!("there must be 1 to {} of them", limits::LOCALES_MAX)));
    }
    for (at, (locale, text)) in reason.names.iter().enumerate() {
        if locale.len() != 2 || !locale.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(Refusal::invalid("names", format!("{locale:?} is not a locale of two small letters")));
        }
        if reason.names[..at].iter().any(|(earlier, _)| earlier == locale) {
            return Err(Refusal::invalid("names", format!("the locale {locale:?} is there twice")));
        }
        name("names", text)?;
    }
    if reason.names.iter().all(|(locale, _)| locale != "en") {
        return Err(Refusal::invalid("names", "the English one is missing: it stands in for every other"));
    }
    let hex = reason.colour.strip_prefix('#').unwrap_or_default();
    if hex.len() != 6 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Refusal::invalid("colour", format!("{:?} is not of the form #RRGGBB", reason.colour)));
    }
    Ok(())
}

/// A list of skills in order, each known, once, and of a level from 1 to 5.
pub(super) fn skills(floor: &Floor, given: &[SkillLevel], max: usize) -> Result<Vec<SkillLevel>, Refusal> {
    if given.len() > max {
        return Err(Refusal::LimitReached { what: "skills here", max });
    }
    let mut skills = given.to_vec();
    skills.sort();
    for (at, need) in skills.iter().enumerate() {
        if !floor.skills().contains_key(&need.skill) {
            return Err(Refusal::UnknownSkill { skill: need.skill });
        }
        if at > 0 && skills[at - 1].skill == need.skill {
            return Err(Refusal::invalid("skills", format!("{} is there twice", need.skill)));
        }
        within("skills", need.level, &limits::PROFICIENCY)?;
    }
    Ok(skills)
}

/// A sealed text that is not too long.
pub(super) fn sealed(body: &crate::event::Sealed) -> Valid {
    if body.bytes.len() > limits::SEALED_BYTES_MAX {
        return Err(Refusal::LimitReached { what: "bytes of a sealed text", max: limits::SEALED_BYTES_MAX });
    }
    Ok(())
}

/// An id that is not taken.
pub(super) fn new<T: Display, U>(what: &'static str, id: T, found: Result<U, Refusal>) -> Valid {
    if found.is_ok() { Err(Refusal::AlreadyExists { what, id: id.to_string() }) } else { Ok(()) }
}

/// A channel that the queue takes.
pub(super) fn channel(floor: &Floor, queue: QueueSlot, channel: Channel) -> Valid {
    let queue = floor.queue(queue);
    if queue.settings.channels.has(channel) {
        Ok(())
    } else {
        Err(Refusal::ChannelNotServed { queue: queue.id, channel })
    }
}

/// A queue in which one more may wait.
pub(super) fn room_to_wait(floor: &Floor, queue: QueueSlot) -> Valid {
    let waiting = floor.queue(queue).counts.waiting as usize;
    below("waiting conversations of a queue", waiting, limits::WAITING_PER_QUEUE_MAX)
}
