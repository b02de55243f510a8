//! Supervisors and administrators: they assign, lock, block, change and remove, under full load.

use crate::model::Place;
use crate::world::{Happening, World};
use readyroom_core::commands::*;
use readyroom_core::event::*;
use readyroom_core::ids::*;
use readyroom_core::settings::*;

impl World {
    pub(crate) fn supervisor_ticks(&mut self, house: usize) {
        let next = self.dice.between(4_000, self.setting.habit_ms / 2) as i64;
        self.after(next, house, Happening::Supervisor);
        if self.calm {
            return;
        }
        let by = self.boss(house);
        let who = self.dice.below(self.houses[house].agents.len());
        let agent = self.houses[house].agents[who].id;
        let model = &self.houses[house].watch.model;
        let conversations: Vec<_> = model.conversations.keys().copied().collect();
        let waiting: Vec<_> = model.waiting().map(|(id, _)| id).collect();
        let offers: Vec<_> = model.offers.keys().copied().collect();
        let queues: Vec<_> = model.queues.keys().copied().collect();
        let clients: Vec<_> = model.conversations.values().map(|it| it.client).collect();
        let seats: Vec<_> = model.seats.keys().copied().collect();
        let conversation = self.dice.pick(&conversations);
        let queue = self.dice.pick(&queues);
        let command: Option<Command> = match self.dice.below(32) {
            0 | 1 => self.dice.pick(&waiting).map(|conversation| Assign { conversation, agent }.into()),
            2 => conversation.map(|conversation| Assign { conversation, agent }.into()),
            3 => self
                .dice
                .pick(&seats)
                .map(|(agent, queue)| LockMembership { agent, queue, locked: self.dice.chance(400) }.into()),
            4 => {
                let wish = self.dice.weighted(&[
                    (3, Wish::Available { out_only: false }),
                    (1, Wish::Available { out_only: true }),
                    (1, Wish::NotReady),
                    (1, Wish::OnBreak { reason: None }),
                ]);
                Some(SetStatus { agent, wish }.into())
            }
            5 => {
                let back = self.dice.between(5_000, 90_000) as i64;
                let reactivate = Happening::Deliver {
                    by,
                    command: Box::new(ReactivateAgent { agent }.into()),
                    ticket: self.ticket(),
                    key: None,
                };
                self.after(back, house, reactivate);
                Some(DeactivateAgent { agent }.into())
            }
            6 => {
                let mut settings = self.houses[house].watch.model.agents[&agent].settings;
                settings.capacity = self.dice.between(1, 6) as u8;
                settings.voice_weight = if self.dice.chance(800) { Weight::Whole } else { Weight::Slots(2) };
                settings.auto_ready_on_login = self.dice.chance(300);
                Some(ChangeAgent { agent, settings }.into())
            }
            7 | 8 => queue.map(|queue| {
                let mut settings = self.houses[house].watch.model.queues[&queue].clone();
                match self.dice.below(7) {
                    0 => settings.priority = self.dice.between(1, 10) as u8,
                    1 => settings.ring_timeout_ms = self.dice.between(5, 40) * 1_000,
                    2 => settings.wrap_up_ms = Some(self.dice.between(0, 20) * 1_000),
                    3 => settings.max_no_answer = self.dice.between(0, 3) as u8,
                    4 => settings.auto_accept = self.dice.chance(300),
                    5 => settings.auto_ready = self.dice.chance(500),
                    _ => settings.auto_not_ready_after_external_call = self.dice.chance(500),
                }
                ChangeQueue { queue, settings }.into()
            }),
            9..=11 => queue.map(|queue| {
                let settings = self.membership();
                SetMembership { agent, queue, settings }.into()
            }),
            12 => self.dice.pick(&seats).map(|(agent, queue)| RemoveMembership { agent, queue }.into()),
            13 | 14 => self.dice.pick(&clients).map(|client| {
                let back = self.dice.between(3_000, 60_000) as i64;
                let unblock = Happening::Deliver {
                    by,
                    command: Box::new(BlockClient { client, blocked: false }.into()),
                    ticket: self.ticket(),
                    key: None,
                };
                self.after(back, house, unblock);
                BlockClient { client, blocked: true }.into()
            }),
            15 | 16 => conversation
                .map(|conversation| SetPriority { conversation, priority: self.dice.between(1, 10) as u8 }.into()),
            17 | 18 => conversation.map(|conversation| {
                let owner = self.dice.chance(700).then_some(agent);
                SetOwner { conversation, owner }.into()
            }),
            19 => self.dice.pick(&offers).map(|offer| RescindOffer { offer }.into()),
            20 => conversation.and_then(|conversation| {
                let known = self.houses[house].skills.clone();
                let level = self.dice.between(1, 5) as u8;
                let skill = self.dice.pick(&known)?;
                let skills = if self.dice.chance(500) { vec![SkillLevel { skill, level }] } else { vec![] };
                Some(RequireSkills { conversation, skills }.into())
            }),
            21 => {
                let known = self.houses[house].skills.clone();
                let mut skills: Vec<_> =
                    known.into_iter().map(|skill| SkillLevel { skill, level: self.dice.between(1, 5) as u8 }).collect();
                skills.retain(|_| self.dice.chance(600));
                Some(SetAgentSkills { agent, skills }.into())
            }
            22 => conversation
                .zip(queue)
                .map(|(conversation, queue)| Transfer { conversation, to: Target::Queue(queue), note: None }.into()),
            23 => conversation.map(|conversation| EndConversation { conversation }.into()),
            24 => conversation.map(|conversation| Requeue { conversation }.into()),
            25 => self.seasonal(house),
            26 => {
                let wish = QueueChoice::All;
                Some(match self.dice.below(4) {
                    0 => QueueLogIn { agent, queue: wish }.into(),
                    1 => QueueReady { agent, queue: wish }.into(),
                    2 => QueueNotReady { agent, queue: wish }.into(),
                    _ => QueueLogOut { agent, queue: wish }.into(),
                })
            }
            27 => {
                let parked = self.houses[house].watch.model.conversations.iter();
                let parked: Vec<_> =
                    parked.filter(|(_, it)| matches!(it.place, Place::Parked(_))).map(|(id, _)| *id).collect();
                self.dice.pick(&parked).map(|conversation| Assign { conversation, agent }.into())
            }
            28 => self.dice.pick(&clients).map(|client| DescribeClient { client, about: self.text() }.into()),
            29 => self.dice.pick(&clients).map(|client| {
                let keys = (0..self.dice.below(3)).map(|_| KeyId::from_u128(self.dice.id())).collect();
                ForgetPerson { client, keys }.into()
            }),
            30 if self.dice.chance(60) => {
                self.go_to_the_limit(house);
                None
            }
            _ => {
                self.reach_across(house);
                None
            }
        };
        if let Some(command) = command {
            self.send(house, by, command);
        }
    }

    /// A membership as an administrator might set it.
    pub(crate) fn membership(&mut self) -> MembershipSettings {
        MembershipSettings {
            tier_level: self.dice.weighted(&[(5, 0), (3, 1), (1, 3)]),
            position: self.dice.weighted(&[(5, 0), (2, 1), (1, 2)]),
            delay_sec: self.dice.weighted(&[(6, 0), (2, 5), (1, 30)]),
            mode: self.dice.weighted(&[
                (5, Mode::Static),
                (3, Mode::Dynamic),
                (2, Mode::Mandatory),
                (1, Mode::SupervisorManaged),
            ]),
        }
    }

    /// A queue for the season comes and goes.
    fn seasonal(&mut self, house: usize) -> Option<Command> {
        let queue = self.houses[house].seasonal;
        if self.houses[house].watch.model.queues.contains_key(&queue) {
            return Some(RemoveQueue { queue }.into());
        }
        let mut settings = QueueSettings::new("seasonal", ChannelSet::ALL);
        settings.number = Some("8099".to_owned());
        Some(AddQueue { queue, settings }.into())
    }
}
