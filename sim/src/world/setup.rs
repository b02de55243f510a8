//! How a world begins: accounts, queues, agents, memberships, devices; and how it ends.

use super::*;
use crate::checks::replay;
use crate::names;
use crate::people::{Mood, Phone};
use readyroom_core::commands::*;
use readyroom_core::event::{DeviceKind, SkillLevel};
use readyroom_core::settings::*;

impl World {
    pub(crate) fn new(setting: Setting) -> World {
        let mut dice = Dice::new(setting.seed ^ setting.salt);
        let weather = dice.weighted(&[(2, 0), (5, 3), (3, 12), (1, 40)]);
        let houses = match (setting.small, dice.below(12)) {
            (true, 0) | (false, 0) => 2,
            (false, 1) => 3,
            _ => 1,
        };
        let tells = setting.tells;
        let mut world = World {
            setting,
            dice,
            now: NINE,
            skew: 0,
            weather,
            calm: true,
            crashing: false,
            log: MemoryLog::default(),
            houses: Vec::new(),
            faults: Counts::default(),
            story: Story::new(tells),
            seq: 0,
            tickets: 0,
            due: BinaryHeap::new(),
        };
        for at in 0..houses {
            let house = world.house(at);
            world.houses.push(house);
        }
        world
    }

    fn house(&mut self, at: usize) -> House {
        let account = World::account_of(at, &mut self.dice);
        House {
            server: Server::new(account, self.log.clone()),
            watch: Watch::default(),
            up: false,
            agents: Vec::new(),
            boss: UserId::from_u128(self.dice.id()),
            queues: BTreeMap::new(),
            seasonal: QueueId::from_u128(self.dice.id()),
            skills: Vec::new(),
            clients: (0..names::CLIENTS.len()).map(|_| ClientId::from_u128(self.dice.id())).collect(),
            callers: BTreeMap::new(),
            foreign: BTreeSet::new(),
            alarm: None,
            log_moves: false,
            rest_digest: None,
        }
    }

    fn command(&mut self, house: usize, command: impl Into<Command>) -> Held {
        let by = self.boss(house);
        let ticket = self.ticket();
        self.takes(house, Input::Command { ticket, by, command: command.into() }, None)
    }

    /// The administrator sets everything up, before the doors open.
    pub(crate) fn open(&mut self) -> Held {
        for house in 0..self.houses.len() {
            self.reopens(house)?;
            self.set_up(house)?;
        }
        self.calm = false;
        self.set_log_dice();
        for house in 0..self.houses.len() {
            self.begin(house);
        }
        Ok(())
    }

    fn set_up(&mut self, house: usize) -> Held {
        let general = QueueId::from_u128(self.dice.id());
        self.command(house, OpenAccount { general })?;
        self.houses[house].queues.insert(general, ChannelSet::ALL);
        self.story.name_queue(general, "General");
        let boss = self.houses[house].boss;
        self.story.name_person(boss, names::SUPERVISOR);
        for (at, client) in self.houses[house].clients.clone().into_iter().enumerate() {
            self.story.name_client(client, names::CLIENTS[at % names::CLIENTS.len()]);
        }
        let seasonal = self.houses[house].seasonal;
        self.story.name_queue(seasonal, "seasonal");
        for name in names::SKILLS {
            let skill = SkillId::from_u128(self.dice.id());
            self.houses[house].skills.push(skill);
            self.command(house, DefineSkill { skill, name: name.to_owned() })?;
        }
        let queues = if self.setting.small { self.dice.between(1, 2) } else { self.dice.between(3, 5) } as usize;
        for name in names::QUEUES.into_iter().take(queues) {
            let queue = QueueId::from_u128(self.dice.id());
            let channels = self.dice.weighted(&[
                (4, ChannelSet::only(Channel::Voice)),
                (3, ChannelSet::only(Channel::Chat)),
                (2, ChannelSet::ALL),
            ]);
            let settings = self.queue(name, channels);
            self.command(house, AddQueue { queue, settings })?;
            self.houses[house].queues.insert(queue, channels);
            self.story.name_queue(queue, name);
        }
        let agents = if self.setting.small { self.dice.between(2, 4) as usize } else { 20 / self.houses.len() };
        for who in 0..agents {
            self.agent(house, names::AGENTS[(who + house * 8) % names::AGENTS.len()])?;
        }
        Ok(())
    }

    fn queue(&mut self, name: &str, channels: ChannelSet) -> QueueSettings {
        let mut settings = QueueSettings::new(name, channels);
        settings.priority = self.dice.weighted(&[(5, 5), (1, 3), (1, 8)]);
        settings.ring_timeout_ms = self.dice.weighted(&[(3, 20_000), (2, 10_000), (1, 35_000)]);
        settings.wrap_up_ms = self.dice.weighted(&[(4, None), (1, Some(0)), (2, Some(5_000)), (1, Some(25_000))]);
        settings.max_no_answer = self.dice.weighted(&[(3, 3), (2, 2), (1, 1), (1, 0)]);
        settings.auto_ready = self.dice.chance(400);
        settings.auto_accept = self.dice.chance(150);
        settings.auto_not_ready_after_external_call = self.dice.chance(400);
        settings
    }

    fn agent(&mut self, house: usize, name: &str) -> Held {
        let agent = UserId::from_u128(self.dice.id());
        self.story.name_person(agent, name);
        let settings = AgentSettings {
            capacity: self.dice.weighted(&[(4, 5), (2, 2), (2, 3), (1, 1)]),
            voice_weight: if self.dice.chance(850) { Weight::Whole } else { Weight::Slots(2) },
            chat_weight: if self.dice.chance(850) { Weight::Slots(1) } else { Weight::Slots(2) },
            channels: self.dice.weighted(&[
                (8, None),
                (1, Some(ChannelSet::only(Channel::Voice))),
                (1, Some(ChannelSet::ALL)),
            ]),
            auto_ready_on_login: self.dice.chance(400),
            auto_queue_login: self.dice.chance(600),
        };
        let known = self.houses[house].skills.clone();
        let mut skills = Vec::new();
        for skill in known {
            if self.dice.chance(500) {
                skills.push(SkillLevel { skill, level: self.dice.between(1, 5) as u8 });
            }
        }
        let mut memberships = Vec::new();
        for queue in self.houses[house].queues.keys().copied().collect::<Vec<_>>() {
            if self.dice.chance(700) {
                memberships.push((queue, self.membership()));
            }
        }
        self.command(house, AddAgent { agent, settings, skills, memberships })?;
        let mut phones = Vec::new();
        for kind in [DeviceKind::Sip, DeviceKind::Console] {
            if self.dice.chance(920) {
                let ttl_ms = match kind {
                    DeviceKind::Sip => self.dice.weighted(&[(1, None), (3, Some(300_000)), (1, Some(90_000))]),
                    DeviceKind::Console => self.dice.weighted(&[(1, None), (3, Some(200_000)), (2, Some(90_000))]),
                };
                phones.push(Phone { id: DeviceId::from_u128(self.dice.id()), kind, ttl_ms, away: None });
            }
        }
        self.houses[house].agents.push(Person {
            id: agent,
            mood: Mood::Home,
            laziness: self.dice.weighted(&[(4, 30), (2, 120), (1, 450)]),
            offers: Vec::new(),
            old_offers: Vec::new(),
            hands: Vec::new(),
            last_work: None,
            calls: Vec::new(),
            phones,
        });
        Ok(())
    }

    fn begin(&mut self, house: usize) {
        for who in 0..self.houses[house].agents.len() {
            let comes = self.dice.between(500, if self.setting.small { 10_000 } else { 240_000 }) as i64;
            self.after(comes, house, Happening::Agent(who));
            for which in 0..self.houses[house].agents[who].phones.len() {
                let registers = self.dice.between(10, 20_000) as i64;
                self.after(registers, house, Happening::Phone(who, which));
            }
        }
        self.after(1_000, house, Happening::ClientComes);
        self.after(20_000, house, Happening::Supervisor);
        self.after(30_000, house, Happening::Subscriber);
        self.after(45_000, house, Happening::Snapshot);
        let trouble = self.dice.between(8_000, if self.setting.small { 60_000 } else { 1_500_000 }) as i64;
        self.after(trouble, house, Happening::Trouble);
        if house == 0 {
            let steps = self.dice.between(20_000, 3_000_000) as i64;
            self.after(steps, house, Happening::Clock);
        }
    }

    /// Lives the whole story, and looks back on it.
    pub(crate) fn run(&mut self) -> Held {
        self.open()?;
        let end = self.now + self.setting.length_ms;
        self.live_until(end)?;
        self.note("From here on nothing goes wrong any more.".into());
        self.calms_down();
        let quiet = if self.setting.small { 600_000 } else { 900_000 };
        self.live_until(end + quiet)?;
        for house in 0..self.houses.len() {
            self.looks_back(house)?;
        }
        if self.setting.small || self.dice.chance(100) {
            self.damage_the_end()?;
        }
        Ok(())
    }

    fn looks_back(&mut self, house: usize) -> Held {
        let log = self.log.clone();
        let home = &mut self.houses[house];
        home.watch.end()?;
        let now = home.watch.model.now;
        hold!(29, now, home.up && home.server.is_settled(), "the server has not come to rest");
        let account = home.server.account;
        if let Some(engine) = home.server.engine() {
            let floor = engine.floor().clone();
            for (id, work) in home.watch.model.waiting() {
                hold!(29, now, home.callers.contains_key(&id), "{id} waits for ever, since {}", work.queued_at.0);
            }
            let offers = home.watch.model.offers.len();
            let left = home.watch.model.conversations.values().filter(|it| !it.over).count();
            hold!(29, now, left == 0, "{left} conversations never end, {offers} ring, though everybody works");
            let rests = home
                .watch
                .model
                .wraps
                .iter()
                .all(|wrap| wrap.until.is_some_and(|until| until > now) || wrap.conversation.is_none());
            hold!(29, now, rests, "a wrap-up never ends");
            replay::is_what_was_live(&home.watch, &log, account, &floor)?;
            home.watch.done += 4;
        }
        let flips = if self.setting.small { 1 } else { 2 };
        self.flip_bits(house, flips)
    }

    /// A number for everything that the log holds.
    pub(crate) fn log_hash(&self) -> u64 {
        use readyroom_log::Log;
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        let mut mix = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let mut after = readyroom_log::Pos::START;
        while let Ok(page) = self.log.page(None, after, readyroom_log::Pos::MAX) {
            let Some(last) = page.last() else { break };
            after = last.pos;
            page.iter().flat_map(|row| &row.bytes).for_each(|&byte| mix(byte));
        }
        hash
    }

    pub(crate) fn outcome(mut self, violation: Option<Violation>) -> Outcome {
        self.count_log_faults();
        let watches = || self.houses.iter().map(|house| &house.watch);
        Outcome {
            seed: self.setting.seed,
            violation,
            checks: watches().map(|watch| watch.done).sum(),
            events: watches().map(|watch| watch.released.len() as u64).sum(),
            inputs: watches().map(|watch| watch.units).sum(),
            conversations: (
                watches().map(|watch| watch.model.arrived).sum(),
                watches().map(|watch| watch.model.ended).sum(),
            ),
            log_hash: self.log_hash(),
            faults: self.faults.clone(),
            story: self.story.into_lines(),
        }
    }
}
