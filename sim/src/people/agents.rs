//! Agents: they come, take breaks, answer or not, talk, write, hand on, wrap up, and go, at every
//! moment that suits them.

use super::Mood;
use crate::faults::{Fault, Going};
use crate::world::{Deed, Happening, World};
use readyroom_core::commands::*;
use readyroom_core::effect::Effect;
use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_core::settings::reasons;

impl World {
    fn asks(&mut self, house: usize, who: usize, command: impl Into<Command>) {
        let by = Actor::Agent(self.houses[house].agents[who].id);
        self.send(house, by, command.into());
    }

    fn queue_choice(&mut self, house: usize, all_per_mille: u64) -> QueueChoice {
        if self.dice.chance(all_per_mille) {
            return QueueChoice::All;
        }
        let queues: Vec<_> = self.houses[house].queues.keys().copied().collect();
        self.dice.pick(&queues).map_or(QueueChoice::All, QueueChoice::One)
    }

    /// From time to time an agent thinks of something.
    pub(crate) fn agent_ticks(&mut self, house: usize, who: usize) {
        let next = self.dice.between(8_000, self.setting.habit_ms) as i64;
        self.after(next, house, Happening::Agent(who));
        let agent = self.houses[house].agents[who].id;
        if self.calm {
            return;
        }
        match self.houses[house].agents[who].mood {
            Mood::Home => self.agent_comes(house, who),
            Mood::Away if self.dice.chance(700) => self.agent_works(house, who, false),
            Mood::Preparing if self.dice.chance(700) => self.agent_works(house, who, false),
            _ => match self.dice.below(44) {
                0..=2 => self.agent_goes(house, who, Going::Break),
                3 => {
                    self.asks(house, who, SetStatus { agent, wish: Wish::NotReady });
                    self.houses[house].agents[who].mood = Mood::Preparing;
                }
                4 => self.agent_works(house, who, true),
                5 => self.agent_goes(house, who, Going::Home),
                6 => {
                    let queue = self.queue_choice(house, 250);
                    self.asks(house, who, QueueLogOut { agent, queue });
                    if queue == QueueChoice::All {
                        self.houses[house].agents[who].mood = Mood::Home;
                    }
                }
                7 | 8 => {
                    let queue = self.queue_choice(house, 250);
                    self.asks(house, who, QueueNotReady { agent, queue });
                    if queue == QueueChoice::All {
                        self.houses[house].agents[who].mood = Mood::Preparing;
                    }
                }
                9 | 10 => {
                    let queue = self.queue_choice(house, 400);
                    self.asks(house, who, QueueReady { agent, queue });
                }
                11 => {
                    let queue = self.queue_choice(house, 400);
                    self.asks(house, who, QueueLogIn { agent, queue });
                }
                12 | 13 => {
                    let (call, span) = self.external_call();
                    let by = if self.dice.chance(700) { Actor::Signalling } else { Actor::Agent(agent) };
                    self.send(house, by, StartExternalCall { agent, call }.into());
                    self.houses[house].agents[who].calls.push(call);
                    self.after(span, house, Happening::Deed(who, Deed::HangUp(call)));
                }
                14 => {
                    self.asks(house, who, StartWrapUp { agent });
                    let span = self.dice.between(3_000, 60_000) as i64;
                    self.after(span, house, Happening::Deed(who, Deed::FinishWrapUp(None)));
                }
                15 => {
                    if let Some(offer) = self.offer_of_another(house, who) {
                        self.asks(house, who, AcceptOffer { offer });
                    }
                }
                16 => {
                    let other = self.dice.below(self.houses[house].agents.len());
                    let other = self.houses[house].agents[other].id;
                    self.asks(house, who, SetStatus { agent: other, wish: Wish::Available { out_only: false } });
                }
                17 => {
                    let conversation = self.houses[house].agents[who].last_work;
                    self.asks(house, who, FinishWrapUp { agent, conversation });
                }
                18 => {
                    if let Some(offer) = self.stale_offer(house, who) {
                        self.asks(house, who, DeclineOffer { offer });
                    }
                }
                _ => {}
            },
        }
    }

    fn agent_comes(&mut self, house: usize, who: usize) {
        let agent = self.houses[house].agents[who].id;
        match self.dice.below(10) {
            0..=5 => {
                let mut queues: Vec<_> = self.houses[house].queues.keys().copied().collect();
                let member = |queue: &QueueId| self.houses[house].watch.model.seats.contains_key(&(agent, *queue));
                queues.retain(member);
                let all = self.dice.chance(500);
                queues.retain(|_| all || self.dice.chance(600));
                self.asks(house, who, LogIn { agent, queues });
            }
            6 | 7 => self.asks(house, who, QueueLogIn { agent, queue: QueueChoice::All }),
            8 => {
                let queue = self.queue_choice(house, 0);
                self.asks(house, who, QueueLogIn { agent, queue });
            }
            _ => self.asks(house, who, QueueReady { agent, queue: QueueChoice::All }),
        }
        self.houses[house].agents[who].mood = Mood::Preparing;
        let soon = self.dice.between(1_000, 9_000) as i64;
        self.after(soon, house, Happening::Deed(who, Deed::Work));
    }

    pub(crate) fn agent_works(&mut self, house: usize, who: usize, out_only: bool) {
        let agent = self.houses[house].agents[who].id;
        self.asks(house, who, SetStatus { agent, wish: Wish::Available { out_only } });
        self.houses[house].agents[who].mood = Mood::Working;
    }

    pub(crate) fn agent_goes(&mut self, house: usize, who: usize, going: Going) {
        self.notes_going(house, who, going);
        let agent = self.houses[house].agents[who].id;
        match going {
            Going::Home => {
                self.asks(house, who, LogOut { agent });
                self.houses[house].agents[who].mood = Mood::Home;
            }
            Going::Break => {
                let codes: Vec<_> = self.houses[house].watch.model.reasons.keys().copied().collect();
                let reason = if self.dice.chance(200) { None } else { self.dice.pick(&codes) };
                self.asks(house, who, SetStatus { agent, wish: Wish::OnBreak { reason } });
                if !reason.is_some_and(reasons::is_reserved) {
                    self.houses[house].agents[who].mood = Mood::Away;
                }
            }
        }
    }

    /// What the desk shows has changed.
    pub(crate) fn agent_sees(&mut self, house: usize, who: usize, effect: Effect) {
        let person = &mut self.houses[house].agents[who];
        match effect {
            Effect::Ring { offer, conversation, .. } => {
                if person.offers.iter().any(|(known, _)| *known == offer) {
                    return;
                }
                person.offers.push((offer, conversation));
                let laziness = person.laziness;
                if let Some(going) = self.goes_now() {
                    self.agent_goes(house, who, going);
                    if self.dice.chance(600) {
                        return;
                    }
                }
                if !self.calm && self.dice.chance(laziness) {
                    return;
                }
                let hesitates =
                    if self.calm { self.dice.between(200, 2_000) } else { self.dice.between(600, 14_000) } as i64;
                let deed = if !self.calm && self.dice.chance(90) { Deed::Decline(offer) } else { Deed::Accept(offer) };
                self.after(hesitates, house, Happening::Deed(who, deed));
                if !self.calm && self.dice.chance(25) {
                    // A second press, the other way round, long after.
                    let late = self.dice.between(1_000, 40_000) as i64;
                    self.after(late, house, Happening::Deed(who, Deed::Decline(offer)));
                    self.count(Fault::StaleAnswer, true);
                }
            }
            Effect::StopRinging { offer, .. } => {
                person.offers.retain(|(known, _)| *known != offer);
                person.old_offers.push(offer);
                if person.old_offers.len() > 6 {
                    person.old_offers.remove(0);
                }
            }
            Effect::Connect { conversation, .. } => {
                if let Some(at) = person.offers.iter().position(|(_, offered)| *offered == conversation) {
                    let (offer, _) = person.offers.remove(at);
                    person.old_offers.push(offer);
                }
                if !person.hands.contains(&conversation) {
                    person.hands.push(conversation);
                }
                person.last_work = Some(conversation);
                let is_chat =
                    self.houses[house].callers.get(&conversation).is_some_and(|it| it.channel == Channel::Chat);
                let talks = if self.calm {
                    self.dice.between(1_000, 20_000)
                } else {
                    self.dice.between(10_000, self.setting.talk_ms)
                } as i64;
                self.after(talks, house, Happening::Deed(who, Deed::Conclude(conversation)));
                if is_chat {
                    let writes = self.dice.between(2_000, 20_000) as i64;
                    self.after(writes, house, Happening::Deed(who, Deed::Write(conversation)));
                } else if self.dice.chance(150) {
                    self.after(talks / 3, house, Happening::Deed(who, Deed::Hold(conversation, true)));
                    self.after(talks / 2, house, Happening::Deed(who, Deed::Hold(conversation, false)));
                }
                if let Some(going) = self.goes_now() {
                    self.agent_goes(house, who, going);
                }
            }
            Effect::Part { conversation, .. } => person.hands.retain(|held| *held != conversation),
            Effect::Close { conversation } => person.hands.retain(|held| *held != conversation),
        }
    }

    /// An agent does what it had in mind, if there is still a point.
    pub(crate) fn agent_does(&mut self, house: usize, who: usize, deed: Deed) {
        let agent = self.houses[house].agents[who].id;
        match deed {
            Deed::Work => self.agent_works(house, who, false),
            Deed::Accept(offer) => {
                let offer = self.stale_offer(house, who).unwrap_or(offer);
                let by = if self.dice.chance(100) { Actor::Signalling } else { Actor::Agent(agent) };
                self.send(house, by, AcceptOffer { offer }.into());
            }
            Deed::Decline(offer) => {
                let offer = self.stale_offer(house, who).unwrap_or(offer);
                self.asks(house, who, DeclineOffer { offer });
            }
            Deed::HangUp(call) => {
                self.houses[house].agents[who].calls.retain(|known| *known != call);
                self.send(house, Actor::Signalling, EndExternalCall { agent, call }.into());
            }
            Deed::FinishWrapUp(conversation) => self.asks(house, who, FinishWrapUp { agent, conversation }),
            Deed::ExtendWrapUp(conversation) => {
                let by_ms = self.dice.between(1_000, 30_000);
                self.asks(house, who, ExtendWrapUp { agent, conversation, by_ms });
            }
            Deed::Hold(conversation, held) => {
                if self.houses[house].agents[who].hands.contains(&conversation) {
                    self.asks(house, who, Hold { conversation, held });
                }
            }
            Deed::Write(conversation) => {
                if self.houses[house].agents[who].hands.contains(&conversation) {
                    let body = self.text();
                    self.asks(house, who, RecordMessage { conversation, author: Author::Agent(agent), body });
                    let next = self.dice.between(8_000, 70_000) as i64;
                    self.after(next, house, Happening::Deed(who, Deed::Write(conversation)));
                }
            }
            Deed::Conclude(conversation) => self.agent_concludes(house, who, conversation),
        }
    }

    /// Every other handing on comes with a note.
    fn perhaps_a_note(&mut self) -> Option<Sealed> {
        (self.dice.below(2) == 0).then(|| self.text())
    }

    fn agent_concludes(&mut self, house: usize, who: usize, conversation: ConversationId) {
        if !self.houses[house].agents[who].hands.contains(&conversation) {
            return;
        }
        // What goes wrong is tried again.
        self.after(25_000, house, Happening::Deed(who, Deed::Conclude(conversation)));
        let choice = if self.calm { 0 } else { self.dice.below(20) };
        match choice {
            0..=12 => self.asks(house, who, EndConversation { conversation }),
            13 | 14 => {
                let queues: Vec<_> = self.houses[house].queues.keys().copied().collect();
                if let Some(queue) = self.dice.pick(&queues) {
                    let note = self.perhaps_a_note();
                    self.asks(house, who, Transfer { conversation, to: Target::Queue(queue), note });
                }
            }
            15 | 16 => {
                let other = self.dice.below(self.houses[house].agents.len());
                let other = self.houses[house].agents[other].id;
                let note = self.perhaps_a_note();
                self.asks(house, who, Transfer { conversation, to: Target::Agent(other), note });
            }
            17 => self.asks(house, who, Requeue { conversation }),
            18 => {
                let body = self.text();
                self.asks(house, who, RecordNote { conversation, body });
            }
            _ => {}
        }
        match self.dice.below(12) {
            0 | 1 => {
                let soon = self.dice.between(500, 8_000) as i64;
                self.after(soon, house, Happening::Deed(who, Deed::FinishWrapUp(Some(conversation))));
            }
            2 => {
                let soon = self.dice.between(500, 8_000) as i64;
                self.after(soon, house, Happening::Deed(who, Deed::ExtendWrapUp(conversation)));
            }
            3 => self.agent_goes(house, who, Going::Break),
            _ => {}
        }
    }
}
