//! Snapshots: the floor told as a short log whose fold from nothing is the same floor.
//!
//! They are written in one order, by id, so two floors are equal exactly when their snapshots are.
//! Soft things (when a lease ends) are left out: a floor that comes back grants them afresh.

use super::agent::{Leaving, WrapUp};
use super::conversation::{Offer, Stage};
use super::{Agent, Conversation, ConversationSlot, Floor};
use crate::event::codec::{self, CodecError};
use crate::event::restored::*;
use crate::event::{Actor, Event, Policy, Recorded};
use crate::ids::*;

/// The version of snapshots that this program writes, and the only one it reads: as the floor writes
/// itself in `to_bytes`.
pub const SNAPSHOT_VERSION: u32 = 1;

impl Floor {
    /// The floor as `Restored…` events. Empty when the account has not been opened.
    pub fn snapshot(&self) -> Vec<Event> {
        let Some(general) = self.general else { return Vec::new() };
        let account = RestoredAccount { general, events: self.events, at: self.at, offers_made: self.offers_made };
        let mut events = vec![Event::RestoredAccount(account)];
        events.extend(self.reasons.iter().map(|reason| Event::RestoredReason(Box::new(reason.clone()))));
        events.extend(
            self.skills.iter().map(|(&skill, name)| Event::RestoredSkill(RestoredSkill { skill, name: name.clone() })),
        );
        let mut queues: Vec<_> = self.queues().map(|(_, queue)| queue).collect();
        queues.sort_by_key(|queue| queue.id);
        events.extend(queues.iter().map(|queue| {
            Event::RestoredQueue(Box::new(RestoredQueue { queue: queue.id, settings: queue.settings.clone() }))
        }));
        // Agents keep the order in which they were added: nothing else remembers it.
        events.extend(self.agents.iter().map(|agent| Event::RestoredAgent(Box::new(self.restored_agent(agent)))));
        for agent in &self.agents {
            events.extend(agent.seats.iter().map(|&slot| {
                let seat = self.seat(slot);
                Event::RestoredMembership(Box::new(RestoredMembership {
                    agent: agent.id,
                    queue: self.queue(seat.queue).id,
                    settings: seat.settings,
                    logged_in: seat.logged_in,
                    ready: seat.ready,
                    locked: seat.locked,
                }))
            }));
        }
        events.extend(self.blocked.iter().map(|&client| Event::RestoredClient(client)));
        let mut conversations: Vec<_> = self.conversations().map(|(_, conversation)| conversation).collect();
        conversations.sort_by_key(|conversation| conversation.no);
        events.extend(
            conversations
                .iter()
                .map(|conversation| Event::RestoredConversation(Box::new(self.restored_conversation(conversation)))),
        );
        for agent in &self.agents {
            let mut wraps = agent.wrap_ups.to_vec();
            wraps.sort_by_key(|wrap| wrap.conversation);
            events.extend(wraps.iter().map(|wrap| {
                Event::RestoredWrapUp(Box::new(RestoredWrapUp {
                    agent: agent.id,
                    conversation: wrap.conversation,
                    queue: wrap.queue.map(|queue| self.queue(queue).id),
                    channel: wrap.channel,
                    until: wrap.until,
                }))
            }));
        }
        events
    }

    /// The floor that a snapshot tells of.
    pub fn from_snapshot(events: Vec<Event>) -> Floor {
        let mut floor = Floor::default();
        let by = Actor::Policy(Policy::Reopen);
        for event in events {
            let (no, at) = (floor.events, floor.at);
            floor.apply(&Recorded { no, at, by, event });
        }
        floor
    }

    /// The snapshot as bytes, in the format of the log.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (no, at, by) = (self.events, self.at, Actor::Policy(Policy::Reopen));
        let events: Vec<_> = self.snapshot().into_iter().map(|event| Recorded { no, at, by, event }).collect();
        let mut bytes = Vec::new();
        codec::write(&mut bytes, &events);
        bytes
    }

    /// The floor whose snapshot was written as these bytes.
    ///
    /// # Errors
    /// `CodecError`: they are not a snapshot of ours.
    pub fn from_bytes(bytes: &[u8]) -> Result<Floor, CodecError> {
        let events = codec::read(bytes, EventNo(1))?;
        Ok(Floor::from_snapshot(events.into_iter().map(|recorded| recorded.event).collect()))
    }

    /// A number that two floors share exactly when they are the same in everything that counts.
    pub fn digest(&self) -> u64 {
        codec::digest(&self.snapshot())
    }

    fn restored_agent(&self, agent: &Agent) -> RestoredAgent {
        let code = |reason| self.reason(reason).code;
        RestoredAgent {
            agent: agent.id,
            settings: agent.settings,
            active: agent.active,
            skills: agent.skills.to_vec(),
            status: agent.status,
            reason: agent.reason.map(code),
            out_only: agent.out_only,
            leaving: agent.leaving.map(|leaving| RestoredLeaving {
                to: leaving.to,
                reason: leaving.reason.map(code),
                cause: leaving.cause,
            }),
            devices: agent
                .devices
                .iter()
                .map(|known| RestoredDevice {
                    device: known.id,
                    kind: known.kind,
                    live: known.live,
                    ttl_ms: known.ttl_ms,
                })
                .collect(),
            external_calls: agent.external_calls.to_vec(),
            misses: agent.misses,
            missed_at: agent.missed_at.get(),
            status_since: agent.status_since,
            idle_since: agent.idle_since,
            unreachable_from: agent.unreachable_from.get(),
            logged_in_at: agent.logged_in_at.get(),
            logged_out_at: agent.logged_out_at.get(),
        }
    }

    fn restored_conversation(&self, conversation: &Conversation) -> RestoredConversation {
        let name = |agent| self.agent(agent).id;
        RestoredConversation {
            conversation: conversation.id,
            no: conversation.no,
            client: conversation.client,
            channel: conversation.channel,
            queue: self.queue(conversation.queue).id,
            arrived_at: conversation.arrived_at,
            queued_at: conversation.queued_at,
            priority: conversation.priority,
            skills: conversation.skills.to_vec(),
            owner: conversation.owner.map(name),
            declined: conversation.declined.iter().map(|&agent| name(agent)).collect(),
            pending: conversation.pending,
            messages: conversation.messages,
            stage: match conversation.stage {
                Stage::Waiting => RestoredStage::Waiting,
                Stage::Offered(offer) => RestoredStage::Offered {
                    offer: offer.id,
                    agent: name(offer.agent),
                    kind: offer.kind,
                    made_at: offer.made_at,
                    until: offer.until,
                    sender: offer.sender.map(name),
                },
                Stage::Active { agent, since, held } => RestoredStage::Active { agent: name(agent), since, held },
                Stage::Parked { agent, since } => RestoredStage::Parked { agent: name(agent), since },
                Stage::Wrapping { agent } => RestoredStage::Wrapping { agent: name(agent) },
            },
        }
    }

    /// The fold of the `Restored…` events.
    pub(super) fn restore(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::RestoredAccount(account) => {
                self.general = Some(account.general);
                self.events = account.events;
                self.at = account.at;
                self.offers_made = account.offers_made;
            }
            Event::RestoredReason(reason) => self.define_reason(reason),
            Event::RestoredSkill(known) => {
                self.skills.insert(known.skill, known.name.clone());
            }
            Event::RestoredQueue(known) => {
                self.add_queue(known.queue, &known.settings);
            }
            Event::RestoredAgent(known) => self.restore_agent(known),
            Event::RestoredMembership(known) => {
                let slot = self.set_membership(known.agent, known.queue, known.settings);
                let seat = &mut self.seats[slot.index()];
                (seat.logged_in, seat.ready, seat.locked) = (known.logged_in, known.ready, known.locked);
            }
            Event::RestoredClient(client) => {
                self.blocked.insert(*client);
            }
            Event::RestoredConversation(known) => self.restore_conversation(known),
            Event::RestoredWrapUp(known) => {
                let wrap = WrapUp {
                    conversation: known.conversation,
                    queue: known.queue.map(|queue| self.known_queue(queue)),
                    channel: known.channel,
                    until: known.until,
                };
                self.begin_wrap_up(self.known_agent(known.agent), wrap);
            }
            other => unreachable!("{other:?} is no part of a snapshot"),
        }
    }

    fn restore_agent(&mut self, known: &RestoredAgent) {
        let mut agent = Agent::new(known.agent, known.settings, known.status_since);
        agent.active = known.active;
        agent.skills = known.skills.iter().copied().collect();
        agent.status = known.status;
        agent.reason = self.reason_slot(known.reason);
        agent.out_only = known.out_only;
        agent.leaving = known.leaving.map(|leaving| Leaving {
            to: leaving.to,
            reason: self.reason_slot(leaving.reason),
            cause: leaving.cause,
        });
        agent.external_calls = known.external_calls.iter().copied().collect();
        agent.misses = known.misses;
        agent.missed_at = known.missed_at.into();
        agent.logged_in_at = known.logged_in_at.into();
        agent.logged_out_at = known.logged_out_at.into();
        agent.idle_since = known.idle_since;
        agent.unreachable_from = known.unreachable_from.into();
        self.add_agent(agent);
        for device in &known.devices {
            self.restore_device(known.agent, device);
        }
    }

    fn restore_device(&mut self, agent: UserId, known: &RestoredDevice) {
        let slot = self.known_agent(agent);
        let until = known.ttl_ms.filter(|_| known.live).map(|ttl_ms| self.at.plus_ms(ttl_ms));
        let device = super::agent::Device {
            id: known.device,
            kind: known.kind,
            ttl_ms: known.ttl_ms,
            live: known.live,
            silent: false,
            until: super::agent::Perhaps::NEVER,
        };
        self.agents[slot.index()].devices.push(device);
        self.set_lease(agent, known.device, until);
    }

    fn restore_conversation(&mut self, known: &RestoredConversation) {
        let stage = match known.stage {
            RestoredStage::Waiting | RestoredStage::Offered { .. } => Stage::Waiting,
            RestoredStage::Active { agent, since, held } => {
                Stage::Active { agent: self.known_agent(agent), since, held }
            }
            RestoredStage::Parked { agent, since } => Stage::Parked { agent: self.known_agent(agent), since },
            RestoredStage::Wrapping { agent } => Stage::Wrapping { agent: self.known_agent(agent) },
        };
        let slot = self.add_conversation(Conversation {
            id: known.conversation,
            no: known.no,
            client: known.client,
            channel: known.channel,
            queue: self.known_queue(known.queue),
            arrived_at: known.arrived_at,
            queued_at: known.queued_at,
            priority: known.priority,
            skills: known.skills.clone().into_boxed_slice(),
            owner: known.owner.map(|owner| self.known_agent(owner)),
            declined: known.declined.iter().map(|&agent| self.known_agent(agent)).collect(),
            pending: known.pending,
            messages: known.messages,
            stage,
        });
        self.restore_holder(slot, stage, known.stage);
    }

    fn restore_holder(&mut self, slot: ConversationSlot, stage: Stage, known: RestoredStage) {
        match stage {
            Stage::Active { agent, .. } => {
                self.take_up(slot, agent);
                self.tally(agent);
            }
            Stage::Parked { agent, .. } => self.agents[agent.index()].parked.push(slot),
            _ => {}
        }
        if let RestoredStage::Offered { offer, agent, kind, made_at, until, sender } = known {
            let agent = self.known_agent(agent);
            let sender = sender.map(|sender| self.known_agent(sender));
            self.make_offer(slot, Offer { id: offer, agent, kind, made_at, until, sender });
            self.tally(agent);
        }
    }
}
