//! An administrator sets up an agent (M-08 … M-14), all at once or not at all.

use super::{Ask, Decide, Decision, valid};
use crate::event::{Event, SkillLevel};
use crate::ids::*;
use crate::limits;
use crate::refusal::Refusal;
use crate::settings::{AgentSettings, MembershipSettings};

/// Adds an agent, offline, with its skills and memberships. If one of them cannot be, nothing is done.
#[derive(Clone, Debug, PartialEq)]
pub struct AddAgent {
    /// Who.
    pub agent: UserId,
    /// How it is set up.
    pub settings: AgentSettings,
    /// What it is good at: each skill once, 1 to 5.
    pub skills: Vec<SkillLevel>,
    /// The queues it belongs to, each once, and how.
    pub memberships: Vec<(QueueId, MembershipSettings)>,
}

impl AddAgent {
    /// An agent without skills, in no queue.
    pub fn new(agent: UserId, settings: AgentSettings) -> AddAgent {
        AddAgent { agent, settings, skills: Vec::new(), memberships: Vec::new() }
    }
}

impl Decide for AddAgent {
    fn decide(&self, ask: &Ask<'_>) -> Decision {
        ask.supervisor_only()?;
        let &AddAgent { agent, settings, .. } = self;
        valid::new("agent", agent, ask.floor.find_agent(agent))?;
        valid::below("agents", ask.floor.agent_count(), limits::AGENTS_MAX)?;
        valid::agent(&settings)?;
        let skills = valid::skills(ask.floor, &self.skills, limits::SKILLS_PER_AGENT_MAX)?;
        if self.memberships.len() > limits::MEMBERSHIPS_PER_AGENT_MAX {
            return Err(Refusal::LimitReached { what: "memberships of an agent", max: limits::MEMBERSHIPS_PER_AGENT_MAX });
        }
        let mut events = vec![Event::AgentAdded { agent, settings }];
        if !skills.is_empty() {
            events.push(Event::AgentSkillsSet { agent, skills });
        }
        for (at, &(queue, settings)) in self.memberships.iter().enumerate() {
            ask.floor.find_queue(queue)?;
            valid::membership(&settings)?;
            if self.memberships[..at].iter().any(|&(earlier, _)| earlier == queue) {
                return Err(Refusal::invalid("memberships", format!("{queue} is there twice")));
            }
            events.push(Event::MembershipSet { agent, queue, settings });
        }
        Ok(events)
    }
}
