//! The story of a world in plain words: who did what, when, and what came of it.

use crate::model::Model;
use readyroom_core::event::*;
use readyroom_core::ids::*;
use std::collections::BTreeMap;

/// The sentences so far, and what everybody is called.
#[derive(Default)]
pub(crate) struct Story {
    told: bool,
    lines: Vec<String>,
    people: BTreeMap<UserId, String>,
    queues: BTreeMap<QueueId, String>,
    clients: BTreeMap<ClientId, String>,
    works: BTreeMap<ConversationId, (ClientId, Channel)>,
}

/// The time of day.
pub(crate) fn clock(at: Timestamp) -> String {
    let seconds = at.0.div_euclid(1_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

impl Story {
    pub(crate) fn new(told: bool) -> Story {
        Story { told, ..Story::default() }
    }

    pub(crate) fn is_told(&self) -> bool {
        self.told
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    pub(crate) fn name_person(&mut self, person: UserId, name: &str) {
        self.people.insert(person, name.to_owned());
    }

    pub(crate) fn name_queue(&mut self, queue: QueueId, name: &str) {
        self.queues.insert(queue, name.to_owned());
    }

    pub(crate) fn name_client(&mut self, client: ClientId, name: &str) {
        self.clients.insert(client, name.to_owned());
    }

    pub(crate) fn note(&mut self, now: i64, sentence: String) {
        if self.told {
            self.lines.push(format!("{}  ~ {sentence}", clock(Timestamp(now))));
        }
    }

    /// Tells a fact; the reference does not know it yet.
    pub(crate) fn tell(&mut self, model: &Model, recorded: &Recorded) {
        if let Event::Arrived { conversation, client, channel, .. } = recorded.event {
            self.works.insert(conversation, (client, channel));
        }
        if let Some(sentence) = self.sentence(model, recorded) {
            self.lines.push(format!("{}  {sentence}", clock(recorded.at)));
        }
    }

    fn person(&self, id: UserId) -> &str {
        self.people.get(&id).map_or("Somebody", String::as_str)
    }

    fn queue(&self, id: QueueId) -> &str {
        self.queues.get(&id).map_or("a queue", String::as_str)
    }

    /// "Mr Weber's call".
    fn work(&self, id: ConversationId) -> String {
        let kind = match self.works.get(&id) {
            Some((_, Channel::Voice)) => "call",
            _ => "chat",
        };
        format!("{}'s {kind}", self.client(id))
    }

    fn client(&self, id: ConversationId) -> &str {
        let client = self.works.get(&id).and_then(|(client, _)| self.clients.get(client));
        client.map_or("The client", String::as_str)
    }

    fn who_else(&self, by: Actor, agent: UserId) -> String {
        match by {
            Actor::Supervisor(boss) if boss != agent => format!(" ({} wants it so)", self.person(boss)),
            _ => String::new(),
        }
    }

    fn sentence(&self, model: &Model, recorded: &Recorded) -> Option<String> {
        let who = |agent: &UserId| self.person(*agent);
        let work = |id: &ConversationId| self.work(*id);
        let queue = |id: &QueueId| self.queue(*id);
        let by = |agent: &UserId| self.who_else(recorded.by, *agent);
        Some(match &recorded.event {
            Event::AccountOpened { .. } => "The contact centre opens for the first time.".to_owned(),
            Event::AgentAdded { agent, .. } => format!("{} joins the team.", who(agent)),
            Event::AgentChanged { agent, settings } => format!("{} now has {} slots.", who(agent), settings.capacity),
            Event::AgentDeactivated { agent } => format!("{} is deactivated.", who(agent)),
            Event::AgentReactivated { agent } => format!("{} may work again.", who(agent)),
            Event::QueueAdded { settings, .. } => format!("The queue {} is there.", settings.name),
            Event::QueueChanged { queue: id, .. } => format!("The settings of {} change.", queue(id)),
            Event::QueueRemoved { queue: id } => format!("The queue {} is removed.", queue(id)),
            Event::MembershipSet { agent, queue: id, settings } => format!(
                "{} belongs to {}: tier {}, position {}, held back {} s.",
                who(agent),
                queue(id),
                settings.tier_level,
                settings.position,
                settings.delay_sec
            ),
            Event::MembershipRemoved { agent, queue: id } => {
                format!("{} does not belong to {} any more.", who(agent), queue(id))
            }
            Event::MembershipLocked { agent, queue: id, locked } => {
                let does = if *locked { "fixes" } else { "releases" };
                format!("{} {does} the place of {} in {}.", crate::names::SUPERVISOR, who(agent), queue(id))
            }
            Event::ClientBlocked { client, blocked } => {
                let name = self.clients.get(client).map_or("A client", String::as_str);
                format!("{name} is {}.", if *blocked { "blocked" } else { "let in again" })
            }
            Event::ClientDescribed { client, .. } => {
                let name = self.clients.get(client).map_or("A client", String::as_str);
                format!("It is noted who {name} is.")
            }
            Event::PersonForgotten { client, .. } => {
                let name = self.clients.get(client).map_or("A client", String::as_str);
                format!("{name} is forgotten.")
            }
            Event::StatusSet { agent, status, reason, out_only, cause } => {
                self.status(model, recorded.by, *agent, *status, *reason, *out_only, *cause)
            }
            Event::LeavingAsked { agent, .. } => {
                format!("{} wants to go, and first finishes what awaits an answer{}.", who(agent), by(agent))
            }
            Event::LeavingCancelled { agent } => format!("{} stays after all.", who(agent)),
            Event::QueueLoggedIn { agent, queue: id, ready } => {
                format!("{} logs in to {}{}{}.", who(agent), queue(id), if *ready { ", ready" } else { "" }, by(agent))
            }
            Event::QueueLoggedOut { agent, queue: id } => {
                format!("{} logs out of {}{}.", who(agent), queue(id), by(agent))
            }
            Event::QueueReadySet { agent, queue: id, ready } => {
                format!(
                    "{} is {} in {}{}.",
                    who(agent),
                    if *ready { "ready" } else { "not ready" },
                    queue(id),
                    by(agent)
                )
            }
            Event::DeviceConnected { agent, kind, .. } => format!("{}'s {} is there.", who(agent), device(*kind)),
            Event::DeviceDisconnected { agent, device: id } => {
                format!("{}'s {} signs off.", who(agent), self.device(model, *agent, *id))
            }
            Event::DeviceLost { agent, device: id } => {
                format!("{}'s {} is lost.", who(agent), self.device(model, *agent, *id))
            }
            Event::DeviceBack { agent, device: id, .. } => {
                format!("{}'s {} is back.", who(agent), self.device(model, *agent, *id))
            }
            Event::ExternalCallStarted { agent, .. } => format!("{} is on a call outside the queues.", who(agent)),
            Event::ExternalCallEnded { agent, .. } => format!("{}'s outside call ends.", who(agent)),
            Event::Arrived { client, channel, queue: id, .. } => {
                let name = self.clients.get(client).map_or("Somebody", String::as_str);
                let does = if *channel == Channel::Voice { "calls" } else { "writes to" };
                format!("{name} {does} {}.", queue(id))
            }
            Event::Queued { conversation, queue: id, cause, .. } => match cause {
                QueueCause::Arrived => return None,
                QueueCause::Requeued => format!("{} goes back to {}.", capital(&work(conversation)), queue(id)),
                QueueCause::Transferred => format!("{} is transferred to {}.", capital(&work(conversation)), queue(id)),
                QueueCause::ClientWrote => {
                    format!("{} is taken up again in {}.", capital(&work(conversation)), queue(id))
                }
            },
            Event::OfferMade { conversation, agent, queue: id, kind, until, .. } => {
                let from = match kind {
                    OfferKind::Queued => format!(" from {}", queue(id)),
                    OfferKind::Own => " as the client's own agent".to_owned(),
                    OfferKind::Assigned => ", by hand".to_owned(),
                };
                format!("{} is offered {}{from}; it rings until {}.", who(agent), work(conversation), clock(*until))
            }
            Event::OfferAccepted { conversation, agent, .. } => format!("{} takes {}.", who(agent), work(conversation)),
            Event::OfferEnded { conversation, agent, outcome, .. } => {
                let (who, work) = (who(agent), work(conversation));
                match outcome {
                    OfferOutcome::Declined => format!("{who} declines {work}."),
                    OfferOutcome::Missed => format!("{who} misses {work}."),
                    OfferOutcome::Rescinded => format!("{} stops ringing for {who}.", capital(&work)),
                    OfferOutcome::Withdrawn => format!("{who} had asked to go; {work} waits again."),
                    OfferOutcome::Lost => format!("{who} cannot be reached; {work} waits again."),
                    OfferOutcome::ServerDown => {
                        format!("{} rang out while the server was down; nobody is to blame.", capital(&work))
                    }
                }
            }
            Event::WorkEnded { conversation, agent, outcome, wrap_up_until, .. } => {
                let then = wrap_up_until.map_or(String::new(), |until| format!(" and wraps up until {}", clock(until)));
                let (who, work) = (who(agent), work(conversation));
                match outcome {
                    WorkOutcome::Ended => format!("{who} is done with {work}{then}."),
                    WorkOutcome::Transferred => format!("{who} hands {work} on{then}."),
                    WorkOutcome::Requeued => format!("{who} gives {work} back{then}."),
                    WorkOutcome::Parked => format!("{who} puts {work} aside until the client writes."),
                    WorkOutcome::Reassigned => format!("{} takes {work} from {who}{then}.", crate::names::SUPERVISOR),
                }
            }
            Event::HoldSet { conversation, agent, held } => {
                format!("{} {} {}.", who(agent), if *held { "holds" } else { "takes up" }, work(conversation))
            }
            Event::ConversationEnded { conversation, outcome } => match outcome {
                EndOutcome::Handled => format!("{} is over.", capital(&work(conversation))),
                EndOutcome::Abandoned => format!("{} gives up waiting.", self.client(*conversation)),
                EndOutcome::Blocked => format!("{} is cut off: the client is blocked.", capital(&work(conversation))),
                EndOutcome::Cancelled => format!("{} is cancelled.", capital(&work(conversation))),
            },
            Event::MessageRecorded { conversation, author, .. } => match author {
                Author::Client => format!("{} writes.", self.client(*conversation)),
                Author::Agent(agent) => format!("{} answers {}.", who(agent), self.client(*conversation)),
            },
            Event::NoteRecorded { conversation, .. } => format!("A note is made on {}.", work(conversation)),
            Event::PrioritySet { conversation, priority } => {
                format!("{} now has priority {priority}.", capital(&work(conversation)))
            }
            Event::OwnerSet { conversation, owner } => match owner {
                Some(owner) => format!("{} is {}'s now.", capital(&work(conversation)), who(owner)),
                None => format!("{} is nobody's own.", capital(&work(conversation))),
            },
            Event::RequiredSkillsSet { conversation, skills } => {
                format!("{} now requires {} skills.", capital(&work(conversation)), skills.len())
            }
            Event::WrapUpStarted { agent } => format!("{} has something to finish.", who(agent)),
            Event::WrapUpExtended { agent, until, .. } => {
                format!("{} needs longer, until {}.", who(agent), clock(*until))
            }
            Event::WrapUpEnded { agent, outcome, .. } => match outcome {
                WrapUpOutcome::Returned => format!("{} gets it back.", who(agent)),
                WrapUpOutcome::Expired | WrapUpOutcome::Finished => format!("{} has wrapped up.", who(agent)),
            },
            _ => return None,
        })
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one fact")]
    fn status(
        &self,
        model: &Model,
        by: Actor,
        agent: UserId,
        status: Status,
        reason: Option<ReasonCode>,
        out_only: bool,
        cause: StatusCause,
    ) -> String {
        let (who, also) = (self.person(agent), self.who_else(by, agent));
        let what = match (status, cause) {
            (Status::OnBreak, StatusCause::NoAnswer) => "has missed too many, and is sent on a break".to_owned(),
            (Status::OnBreak, _) => {
                let names = reason.and_then(|code| model.reasons.get(&code)).and_then(|known| known.names.first());
                format!("takes a break: {}", names.map_or("no reason", |(_, name)| name))
            }
            (Status::Offline, StatusCause::Deactivated) => "is sent home".to_owned(),
            (Status::Offline, _) => "goes home".to_owned(),
            (Status::NotReady, StatusCause::LogIn) => "comes to work".to_owned(),
            (Status::Available, StatusCause::LogIn) => "comes to work, and is available at once".to_owned(),
            (Status::NotReady, _) => "is not ready".to_owned(),
            (Status::Available, _) if out_only => "is available for returning clients only".to_owned(),
            (Status::Available, _) => "is available".to_owned(),
        };
        format!("{who} {what}{also}.")
    }

    fn device(&self, model: &Model, agent: UserId, id: DeviceId) -> &'static str {
        let known = model.agents.get(&agent).and_then(|known| known.devices.iter().find(|known| known.id == id));
        known.map_or("device", |known| device(known.kind))
    }
}

fn device(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Sip => "telephone",
        DeviceKind::Console => "console",
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
