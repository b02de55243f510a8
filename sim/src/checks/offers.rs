//! 11, 12, 29, 33: every offer ends once, as it should and when it should; what an agent owes for
//! its misses follows; answers to old offers change nothing.

use crate::invariant::{Held, broken, hold};
use crate::model::Model;
use crate::server::Unit;
use readyroom_core::commands::Command;
use readyroom_core::engine::{Input, Turn};
use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use readyroom_core::settings::reasons;

/// What must still follow in this unit.
#[derive(Default)]
pub(crate) struct Offers {
    /// Missed too often, and is sent on a break.
    owes_break: Option<UserId>,
    /// Declined or missed what was assigned: who gets it back, if that one may have it.
    goes_back: Option<(ConversationId, UserId)>,
}

/// Asked before the turn of a command is folded: an answer to an offer that is not out is refused.
pub(crate) fn fence_before(m: &Model, unit: &Unit, turn: &Turn) -> Held {
    let Input::Command { command, by, .. } = &unit.input else { return Ok(()) };
    let (offer, accepts) = match command {
        Command::AcceptOffer(accept) => (accept.offer, true),
        Command::DeclineOffer(decline) => (decline.offer, false),
        _ => return Ok(()),
    };
    let Some(Ok(_)) = turn.answer.as_ref().map(|answer| &answer.result) else {
        let gone = turn.answer.as_ref().is_some_and(|answer| matches!(answer.result, Err(Refusal::OfferGone { .. })));
        hold!(11, m.now, gone != m.offers.contains_key(&offer), "an offer is gone exactly when it is not out");
        return Ok(());
    };
    let Some(out) = m.offers.get(&offer) else { broken!(11, m.now, "an answer to {offer}, which is gone, is taken") };
    let may = match by {
        Actor::Agent(agent) => *agent == out.agent,
        Actor::Supervisor(_) | Actor::Integration(_) | Actor::Signalling => true,
        Actor::Client | Actor::Policy(_) => false,
    };
    hold!(11, m.now, may, "{by:?} answers an offer that is for {}", out.agent);
    let first = turn.events.first().map(|recorded| &recorded.event);
    let fits = match first {
        Some(Event::OfferAccepted { offer: taken, .. }) => accepts && *taken == offer,
        Some(Event::OfferEnded { offer: ended, outcome: OfferOutcome::Declined, .. }) => !accepts && *ended == offer,
        _ => false,
    };
    hold!(11, m.now, fits, "an answer to {offer} became {first:?}");
    Ok(())
}

impl Offers {
    pub(crate) fn begin_unit(&mut self) {
        *self = Offers::default();
    }

    pub(crate) fn before(&mut self, m: &Model, unit: &Unit, recorded: &Recorded) -> Held {
        self.settle_debts(m, recorded)?;
        if let Event::OfferEnded { offer, conversation, agent, outcome, .. } = &recorded.event {
            let Some(out) = m.offers.get(offer) else { broken!(12, recorded.at, "an offer ends that is not out") };
            let (owner, work) = (&m.agents[agent], &m.conversations[conversation]);
            let due = out.until <= recorded.at;
            let goes = owner.status != Status::Available || owner.leaving.is_some();
            let serving = || owner.devices.iter().filter(|device| device.live && device.kind.serves() == work.channel);
            let silent = serving().all(|device| device.silent);
            let command = match &unit.input {
                Input::Command { command, .. } => Some(command),
                _ => None,
            };
            let by_timer = recorded.by == Actor::Policy(Policy::OfferTimeout);
            let fits = match outcome {
                OfferOutcome::Missed => by_timer && due && !goes && !silent,
                OfferOutcome::Lost if by_timer => due && !goes && silent,
                OfferOutcome::Lost => {
                    recorded.by == Actor::Policy(Policy::LostDevice)
                        && (serving().next().is_none() || !m.hands(*agent).channels.has(work.channel))
                }
                OfferOutcome::Withdrawn if by_timer => due && goes,
                OfferOutcome::Withdrawn => !by_timer,
                OfferOutcome::ServerDown => due && matches!(unit.input, Input::Reopen),
                OfferOutcome::Declined => matches!(command, Some(Command::DeclineOffer(_))),
                OfferOutcome::Rescinded => matches!(
                    command,
                    Some(
                        Command::RescindOffer(_)
                            | Command::EndConversation(_)
                            | Command::Transfer(_)
                            | Command::Assign(_)
                            | Command::BlockClient(_)
                    )
                ),
            };
            let number = if *outcome == OfferOutcome::Missed && goes { 33 } else { 12 };
            hold!(
                number,
                recorded.at,
                fits,
                "an offer to {agent} ended as {outcome:?}, due {due}, by {:?}",
                recorded.by
            );
        }
        Ok(())
    }

    /// What was owed comes first.
    fn settle_debts(&mut self, m: &Model, recorded: &Recorded) -> Held {
        let by_no_answer = recorded.by == Actor::Policy(Policy::NoAnswer);
        if let Event::StatusSet { agent, cause: StatusCause::NoAnswer, status, reason, .. }
        | Event::LeavingAsked { agent, cause: StatusCause::NoAnswer, to: status, reason } = &recorded.event
            && by_no_answer
        {
            let fits = self.owes_break == Some(*agent);
            hold!(12, recorded.at, fits, "{agent} is sent on a break after {} misses", m.agents[agent].misses);
            let right = (*status, *reason) == (Status::OnBreak, Some(reasons::NO_ANSWER));
            hold!(19, recorded.at, right, "a break for misses is {status:?} {reason:?}");
            self.owes_break = None;
        }
        if by_no_answer {
            return Ok(());
        }
        if let Some((conversation, sender)) = self.goes_back.take() {
            let returned = recorded.by == Actor::Policy(Policy::ReturnToSender);
            let may = may_have_it_back(m, conversation, sender, recorded.at);
            hold!(
                12,
                recorded.at,
                returned == may,
                "{conversation} goes back to {sender}: {may}; and then came {recorded:?}"
            );
            match &recorded.event {
                Event::OfferMade { conversation: made, agent, .. } if returned => {
                    let right = *made == conversation && *agent == sender;
                    hold!(12, recorded.at, right, "{made} went back to {agent}");
                }
                Event::WrapUpEnded { agent, outcome: WrapUpOutcome::Returned, .. } if returned => {
                    hold!(12, recorded.at, *agent == sender, "{agent} is no sender");
                    self.goes_back = Some((conversation, sender));
                }
                _ => hold!(12, recorded.at, !returned, "{:?} gives nothing back", recorded.event),
            }
        }
        Ok(())
    }

    pub(crate) fn after(&mut self, m: &Model, _unit: &Unit, recorded: &Recorded) -> Held {
        let Event::OfferEnded { conversation, agent, queue, outcome, sender, .. } = &recorded.event else {
            return Ok(());
        };
        if *outcome == OfferOutcome::Missed {
            let (max, misses) = (m.queues[queue].max_no_answer, m.agents[agent].misses);
            if max > 0 && misses >= max {
                self.owes_break = Some(*agent);
            }
        }
        if let (Some(sender), OfferOutcome::Declined | OfferOutcome::Missed) = (sender, outcome) {
            self.goes_back = Some((*conversation, *sender));
        }
        Ok(())
    }

    pub(crate) fn end_unit(&self, m: &Model) -> Held {
        hold!(12, m.now, self.owes_break.is_none(), "{:?} missed too many offers and stays", self.owes_break);
        if let Some((conversation, sender)) = self.goes_back {
            let may = may_have_it_back(m, conversation, sender, m.now);
            hold!(12, m.now, !may, "{conversation} did not go back to {sender}");
        }
        Ok(())
    }
}

/// Whether the sender could be offered it: its own wrap-up of just this does not count.
fn may_have_it_back(m: &Model, conversation: ConversationId, sender: UserId, at: Timestamp) -> bool {
    let work = &m.conversations[&conversation];
    let mut hands = (*m.hands(sender)).clone();
    if m.wraps.iter().any(|wrap| wrap.agent == sender && wrap.conversation == Some(conversation)) {
        hands.wraps -= 1;
        hands.load -= crate::model::weight(&m.agents[&sender].settings, work.channel);
    }
    m.obstacle(OfferKind::Assigned, sender, &hands, work, at).is_none()
}

/// Asked at rest: nothing rings too long, nor where it cannot be heard, nor to one who went home.
pub(crate) fn at_rest(m: &Model) -> Held {
    for (offer, out) in &m.offers {
        hold!(29, m.now, out.until > m.now, "{offer} rings on after its time");
        let agent = &m.agents[&out.agent];
        let channel = m.conversations[&out.conversation].channel;
        let heard = agent.devices.iter().any(|device| device.live && device.kind.serves() == channel);
        hold!(12, m.now, heard, "{offer} rings where no device is");
        let went = agent.status == Status::Offline || agent.leaving.is_some_and(|(to, _, _)| to == Status::Offline);
        hold!(33, m.now, !went, "{offer} rings for {}, who went home", out.agent);
        hold!(
            4,
            m.now,
            !m.blocked.contains(&m.conversations[&out.conversation].client),
            "{offer} rings for a blocked client"
        );
    }
    for wrap in &m.wraps {
        hold!(29, m.now, wrap.until.is_none_or(|until| until > m.now), "a wrap-up goes on after its time");
    }
    Ok(())
}
