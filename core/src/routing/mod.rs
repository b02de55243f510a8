//! Who gets which conversation.
//!
//! The router keeps, for every channel of every queue, the agents who may take from it and the
//! conversations that wait, both in order (`lane.rs`), so that a choice is a look at the front. The
//! order is made from the floor after each event, and holds nothing that is not there: a router
//! built anew from the floor chooses the same.
//!
//! Both sides have a rank: a conversation's best agent is the least by `Rank`, an agent's best
//! conversation the least by (own client, tier of its membership, queue priority, conversation
//! priority, age); among its own clients the tier does not count, for an owner needs no membership.
//! Because both ranks begin with what the pair shares, there is always a pair in which each is the
//! other's best, and that pair is made.

mod lane;
pub mod longest_idle;
mod rank;

pub use rank::{Rank, RankCode};

use crate::eligibility::{Question, Scope, delay_opens_at};
use crate::event::OfferKind;
use crate::floor::conversation::Stage;
use crate::floor::{AgentSlot, ConversationSlot, Floor, QueueSlot, SeatSlot, Touched};
use crate::ids::*;
use crate::limits;
use crate::mutant;
use crate::settings::MembershipSettings;
use lane::{Lane, Link, Links, SeatKey, Standing, WaitKey};
use smallvec::SmallVec;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A match: this conversation to this agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// What.
    pub conversation: ConversationSlot,
    /// To whom.
    pub agent: AgentSlot,
    /// Queued or own.
    pub kind: OfferKind,
}

/// Where a conversation stands while it waits; kept beside it so that it can be taken out when
/// the floor has moved on.
#[derive(Clone, Debug)]
struct Waiting {
    queue: QueueSlot,
    channel: Channel,
    key: WaitKey,
    queued_at: Timestamp,
    skills: Box<[crate::event::SkillLevel]>,
    owner: Option<AgentSlot>,
}

/// The order of one account's agents and conversations, and what is left to look at.
#[derive(Clone, Debug, Default)]
pub struct Router {
    lanes: Vec<[Lane; Channel::COUNT]>,
    links: Links,
    waiting: Vec<Option<Waiting>>,
    /// What waits of each agent's own clients.
    own: BTreeMap<AgentSlot, BTreeSet<WaitKey>>,
    openings: BTreeSet<(Timestamp, QueueSlot, Channel)>,
    /// Agents that missed an offer, and when that is forgiven; in that order.
    missed: VecDeque<(Timestamp, AgentSlot)>,
    freed: VecDeque<AgentSlot>,
    /// Conversations that came to wait and are not in their lanes yet.
    arrived: VecDeque<ConversationSlot>,
    /// Those that are, and for which nobody has been looked for.
    unsettled: VecDeque<ConversationSlot>,
    stirred: SmallVec<[(QueueSlot, Channel); 4]>,
}

impl Router {
    /// The order of this floor, with everything still to look at.
    pub fn of(floor: &Floor) -> Router {
        let mut router = Router::default();
        let mut missed: Vec<_> = floor
            .agents()
            .filter_map(|(slot, agent)| Some((agent.missed_at.get()?.plus_ms(limits::MISSED_MS), slot)))
            .collect();
        missed.sort();
        router.missed = missed.into();
        for (slot, _) in floor.agents() {
            router.look_at_agent(floor, slot);
        }
        for slot in floor.conversations_by_age() {
            router.look_at_conversation(floor, slot);
        }
        router
    }

    /// Takes in what an event changed.
    pub fn refresh(&mut self, floor: &Floor, touched: &Touched) {
        if let Some((seat, queue, _)) = touched.seat_gone {
            self.drop_seat(seat, queue);
        }
        for &agent in &touched.agents {
            self.look_at_agent(floor, agent);
        }
        for &conversation in &touched.conversations {
            self.look_at_conversation(floor, conversation);
        }
    }

    fn look_at_agent(&mut self, floor: &Floor, slot: AgentSlot) {
        let agent = floor.agent(slot);
        let now = floor.last_at();
        if agent.missed_at.get() == Some(now) && agent.missed_just_now(now) {
            self.missed.push_back((now.plus_ms(limits::MISSED_MS), slot));
        }
        let standing = if mutant!(MissRanksAsBefore: false, else agent.missed_just_now(now)) {
            Standing::Missed
        } else {
            Standing::Fresh
        };
        let mut agent_may = [None; Channel::COUNT];
        for &seat_slot in &agent.seats {
            let seat = floor.seat(seat_slot);
            let channels = floor.queue(seat.queue).settings.channels;
            let MembershipSettings { tier_level, position, delay_sec, .. } = seat.settings;
            for channel in Channel::ALL {
                let may = channels.has(channel) && {
                    let question = Question::about_seat(floor, seat_slot, channel);
                    let agent_may = &mut agent_may[channel as usize];
                    *agent_may.get_or_insert_with(|| question.fails_in(Scope::Agent).is_none())
                        && question.fails_in(Scope::Seat).is_none()
                };
                let belongs = may.then_some((standing, SeatKey { tier_level, position, delay_sec }));
                self.place(floor, seat_slot, channel, belongs);
            }
        }
        if self.freed.back() != Some(&slot) {
            self.freed.push_back(slot);
        }
    }

    /// Puts a seat where it belongs, or out.
    fn place(&mut self, floor: &Floor, seat: SeatSlot, channel: Channel, belongs: Option<(Standing, SeatKey)>) {
        if self.links.len() <= seat.index() {
            self.links.resize(seat.index() + 1, [Link::OUT; Channel::COUNT]);
        }
        let queue = floor.seat(seat).queue;
        let was_in = self.links[seat.index()][channel as usize].is_in();
        if !was_in && belongs.is_none() {
            return;
        }
        self.make_lanes(queue);
        let lane = &mut self.lanes[queue.index()][channel as usize];
        if was_in {
            lane.leave(&mut self.links, seat);
        }
        if let Some((standing, key)) = belongs {
            lane.join(floor, &mut self.links, seat, standing, key);
        }
        if lane.has_delays() || lane.opens_at.is_some() {
            self.stirred.push((queue, channel));
        }
    }

    fn drop_seat(&mut self, seat: SeatSlot, queue: QueueSlot) {
        for channel in Channel::ALL {
            if self.links.get(seat.index()).is_some_and(|links| links[channel as usize].is_in()) {
                self.lanes[queue.index()][channel as usize].leave(&mut self.links, seat);
                self.stirred.push((queue, channel));
            }
        }
    }

    fn make_lanes(&mut self, queue: QueueSlot) {
        while self.lanes.len() <= queue.index() {
            self.lanes.push(Channel::ALL.map(Lane::new));
        }
    }

    fn look_at_conversation(&mut self, floor: &Floor, slot: ConversationSlot) {
        if self.waiting.len() <= slot.index() {
            self.waiting.resize(slot.index() + 1, None);
        }
        self.take_out(slot);
        let waits = floor.conversation_at(slot).is_some_and(|conversation| conversation.stage == Stage::Waiting);
        if waits && self.arrived.back() != Some(&slot) {
            self.arrived.push_back(slot);
        }
    }

    fn take_out(&mut self, slot: ConversationSlot) {
        let Some(waiting) = self.waiting[slot.index()].take() else {
            return;
        };
        let lane = &mut self.lanes[waiting.queue.index()][waiting.channel as usize];
        lane.stop_waiting(&waiting.skills, waiting.key, waiting.queued_at);
        if lane.opens_at.is_some() {
            self.stirred.push((waiting.queue, waiting.channel));
        }
        if let Some(owner) = waiting.owner {
            let theirs = self.own.get_mut(&owner).expect("an owner's list is there while something is on it");
            theirs.remove(&waiting.key);
            if theirs.is_empty() {
                self.own.remove(&owner);
            }
        }
    }

    /// Lets a conversation wait in its lane. One whose client is blocked waits outside.
    fn put_in(&mut self, floor: &Floor, slot: ConversationSlot) {
        let Some(conversation) =
            floor.conversation_at(slot).filter(|conversation| conversation.stage == Stage::Waiting)
        else {
            return;
        };
        if self.waiting[slot.index()].is_some() || floor.is_blocked(conversation.client) {
            return;
        }
        let priority = Reverse(conversation.priority);
        let arrived_at = mutant!(QueuedAtOrdersTheLine: conversation.queued_at, else conversation.arrived_at);
        let key = WaitKey { priority, arrived_at, no: conversation.no, slot };
        if let Some(owner) = conversation.owner {
            self.own.entry(owner).or_default().insert(key);
        }
        self.make_lanes(conversation.queue);
        let lane = &mut self.lanes[conversation.queue.index()][conversation.channel as usize];
        lane.wait(&conversation.skills, key, conversation.queued_at);
        if lane.has_delays() {
            self.stirred.push((conversation.queue, conversation.channel));
        }
        self.waiting[slot.index()] = Some(Waiting {
            queue: conversation.queue,
            channel: conversation.channel,
            key,
            queued_at: conversation.queued_at,
            skills: conversation.skills.clone(),
            owner: conversation.owner,
        });
    }

    /// The next match that what happened makes possible; none when all is quiet.
    pub fn next_match(&mut self, floor: &Floor, now: Timestamp) -> Option<Match> {
        self.forgive(floor, now);
        self.open(now);
        if let (true, true, &[arrived]) =
            (self.freed.is_empty(), self.unsettled.is_empty(), &self.arrived.make_contiguous()[..])
        {
            // One arrival into a quiet floor: nobody eligible has anything better waiting.
            if let Some(made) = self.choose(floor, arrived, now) {
                self.arrived.clear();
                return Some(made);
            }
        }
        while let Some(arrived) = self.arrived.pop_front() {
            self.put_in(floor, arrived);
            self.unsettled.push_back(arrived);
        }
        while let Some(&unsettled) = self.unsettled.front() {
            if self.choose(floor, unsettled, now).is_some() {
                return Some(self.settle(floor, unsettled, now));
            }
            self.unsettled.pop_front();
        }
        while let Some(&agent) = self.freed.front() {
            if let Some(conversation) = self.best_for(floor, agent, now) {
                return Some(self.settle(floor, conversation, now));
            }
            self.freed.pop_front();
        }
        self.arm(now);
        None
    }

    /// From a possible match to one in which each is the other's best. Each step improves the rank
    /// that both sides share, so there is a last one.
    fn settle(&self, floor: &Floor, mut conversation: ConversationSlot, now: Timestamp) -> Match {
        loop {
            let made = self.choose(floor, conversation, now).expect("somebody could take it");
            match self.best_for(floor, made.agent, now) {
                Some(better) if better != conversation => conversation = better,
                _ => return made,
            }
        }
    }

    /// The best agent for a waiting conversation.
    pub fn choose(&self, floor: &Floor, slot: ConversationSlot, now: Timestamp) -> Option<Match> {
        let conversation = floor.conversation_at(slot).filter(|held| held.stage == Stage::Waiting)?;
        let owner = conversation.owner.filter(|&owner| {
            let question = Question::about(floor, now, OfferKind::Own, owner, slot);
            question.first_failure().is_none()
        });
        let own = owner.map(|agent| Match { conversation: slot, agent, kind: OfferKind::Own });
        if let Some(own) = own.filter(|own| !floor.agent(own.agent).missed_just_now(now)) {
            return Some(own);
        }
        self.choose_member(floor, slot, Standing::Fresh, now)
            .or(own)
            .or_else(|| self.choose_member(floor, slot, Standing::Missed, now))
    }

    /// The best of the queue's members of one standing.
    fn choose_member(
        &self,
        floor: &Floor,
        slot: ConversationSlot,
        standing: Standing,
        now: Timestamp,
    ) -> Option<Match> {
        let conversation = floor.conversation(slot);
        let lane = &self.lanes.get(conversation.queue.index())?[conversation.channel as usize];
        let waited_ms = conversation.waited_ms(now);
        for group in lane.groups(standing) {
            let open = group
                .filter(|&(delay_sec, _)| mutant!(DelayIgnored: true, else u64::from(delay_sec) * 1_000 <= waited_ms));
            let firsts = open.filter_map(|(_, head)| {
                let mut seats = lane.seats_from(&self.links, head);
                seats.find(|&seat| may_take(floor, seat, slot, now)).map(|seat| floor.seat(seat).agent)
            });
            if let Some(agent) = firsts.min_by_key(|&agent| longest_idle::key(floor.agent(agent))) {
                return Some(Match { conversation: slot, agent, kind: OfferKind::Queued });
            }
        }
        None
    }

    /// The best conversation for an agent: of its own clients, and then over all its queues.
    pub fn best_for(&self, floor: &Floor, agent: AgentSlot, now: Timestamp) -> Option<ConversationSlot> {
        let own = self
            .own
            .get(&agent)
            .into_iter()
            .flatten()
            .filter(|key| Question::about(floor, now, OfferKind::Own, agent, key.slot).first_failure().is_none());
        let best_own = own.min_by_key(|&&key| (queue_priority(floor, floor.conversation(key.slot).queue), key));
        if let Some(own) = best_own {
            return Some(own.slot);
        }
        let mut best: Option<(u16, Reverse<u8>, WaitKey)> = None;
        for &seat_slot in &floor.agent(agent).seats {
            let Some(links) = self.links.get(seat_slot.index()) else {
                continue;
            };
            for channel in Channel::ALL.into_iter().filter(|&channel| links[channel as usize].is_in()) {
                let seat = floor.seat(seat_slot);
                let lane = &self.lanes[seat.queue.index()][channel as usize];
                let priority = queue_priority(floor, seat.queue);
                for (skills, line) in &lane.lines {
                    let skilled = skills.iter().all(|need| floor.agent(agent).proficiency(need.skill) >= need.level);
                    let delay_ms = u64::from(seat.settings.delay_sec) * 1_000;
                    if !skilled || line.first_entry().is_none_or(|first| now < first.plus_ms(delay_ms)) {
                        continue;
                    }
                    let first = line.by_rank.iter().find(|key| may_take(floor, seat_slot, key.slot, now));
                    let tier = mutant!(AgentIgnoresTier: 0, else seat.settings.tier_level);
                    let rank = first.map(|&key| (tier, priority, key));
                    best = [best, rank].into_iter().flatten().min();
                }
            }
        }
        best.map(|(_, _, key)| key.slot)
    }

    /// Moves those whose miss is forgiven back among the others.
    fn forgive(&mut self, floor: &Floor, now: Timestamp) {
        while let Some((_, agent)) = self.missed.pop_front_if(|(forgiven, _)| *forgiven <= now) {
            for &seat in &floor.agent(agent).seats {
                for channel in Channel::ALL {
                    let place = self.links.get(seat.index()).and_then(|links| links[channel as usize].place());
                    if let Some((Standing::Missed, key)) = place.filter(|_| !floor.agent(agent).missed_just_now(now)) {
                        self.place(floor, seat, channel, Some((Standing::Fresh, key)));
                    }
                }
            }
        }
    }

    /// Sets the alarms of the lanes in which something moved: when a delay next ends.
    fn arm(&mut self, now: Timestamp) {
        for (queue, channel) in std::mem::take(&mut self.stirred) {
            let lane = &mut self.lanes[queue.index()][channel as usize];
            let opens_at = mutant!(DelayNeverOpens: None, else lane.next_opening(now));
            lane.opened_until = now;
            if let Some(before) = std::mem::replace(&mut lane.opens_at, opens_at) {
                self.openings.remove(&(before, queue, channel));
            }
            self.openings.extend(opens_at.map(|opens_at| (opens_at, queue, channel)));
        }
    }

    /// When a delay next lets a waiting conversation through to somebody.
    pub fn next_opening(&self) -> Option<Timestamp> {
        self.openings.first().map(|&(at, _, _)| at)
    }

    /// Looks at the conversations that a delay has let through by now.
    fn open(&mut self, now: Timestamp) {
        let mut opened = Vec::new();
        while let Some(&(at, queue, channel)) = self.openings.first().filter(|(at, _, _)| *at <= now) {
            self.openings.remove(&(at, queue, channel));
            let lane = &mut self.lanes[queue.index()][channel as usize];
            lane.opens_at = None;
            opened.extend(lane.opened(now));
            self.stirred.push((queue, channel));
        }
        // Of several lanes, too, in the order in which the conversations came.
        opened.sort();
        self.arrived.extend(opened.into_iter().map(|(_, slot)| slot));
    }

    /// When the delay of the agent's seat lets this conversation through, if it does not yet.
    pub fn opens_at(
        floor: &Floor,
        agent: AgentSlot,
        conversation: ConversationSlot,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let conversation = floor.conversation(conversation);
        let seat = floor.seat_of(agent, conversation.queue)?;
        Some(delay_opens_at(floor.seat(seat), conversation)).filter(|&opens| now < opens)
    }
}

/// What an agent in a lane is still asked: only what concerns the conversation.
fn may_take(floor: &Floor, seat: SeatSlot, conversation: ConversationSlot, now: Timestamp) -> bool {
    let conversation = floor.conversation(conversation);
    let question = Question::about_seat(floor, seat, conversation.channel);
    Question { now, conversation: Some(conversation), ..question }.fails_in(Scope::Conversation).is_none()
}

fn queue_priority(floor: &Floor, queue: QueueSlot) -> Reverse<u8> {
    Reverse(mutant!(QueuePriorityIgnored: 0, else floor.queue(queue).settings.priority))
}

#[cfg(test)]
mod tests {
    use crate::scenario::check;

    #[test]
    fn tiers_come_before_idle_time_and_positions_settle_a_tier() {
        check(
            "
            queue sales voice
            agent anna in sales tier 2
            agent bruno in sales tier 1 position 1
            agent carla in sales tier 1 position 0
            09:00:00  anna arrives
            09:01:00  bruno arrives
            09:02:00  carla arrives
            09:03:00  w1 calls sales               -> w1 offered to carla
            09:03:01  w2 calls sales               -> w2 offered to bruno
            09:03:02  w3 calls sales               -> w3 offered to anna
        ",
        );
    }

    #[test]
    fn a_delay_lets_a_call_through_at_its_very_second() {
        check(
            "
            queue sales voice
            agent anna in sales delay 30
            09:00:00  anna arrives
            09:01:00  w1 calls sales               -> w1 waits
            09:01:29                               -> w1 waits
            09:01:30                               -> w1 offered to anna
            09:01:30  anna accepts
            09:02:00  w2 calls sales
            09:02:10  w1 ends
            09:02:20                               -> w2 waits
            09:02:30                               -> w2 offered to anna
        ",
        );
    }

    #[test]
    fn a_delay_that_ends_with_another_alarm_is_not_passed_over() {
        check(
            "
            queue sales voice wrap 5
            queue help voice
            agent anna in sales, help delay 5
            agent bruno in help delay 5
            09:00:00  anna arrives
            09:00:00  bruno arrives
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:01  anna accepts
            09:02:00  anna hands w1 to queue help  -> w1 waits in help, anna wrapping
            09:02:05                               -> w1 offered to bruno
        ",
        );
    }

    #[test]
    fn two_that_come_free_together_are_both_offered_on() {
        check(
            "
            queue help chat
            agent anna in help
            agent bruno in help capacity 1
            agent carla in help capacity 1
            09:00:00  anna arrives
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:01  w2 chats help                -> w2 offered to anna
            09:01:02  bruno arrives
            09:01:03  carla arrives
            09:01:04  anna leaves                  -> w1 offered to bruno, w2 offered to carla
        ",
        );
    }

    #[test]
    fn work_that_is_moved_here_keeps_its_age_and_its_wait() {
        check(
            "
            queue sales voice
            agent anna in sales delay 30
            09:00:00  anna arrives
            09:01:00  w1 calls sales aged 10       -> w1 waits
            09:01:01  w2 calls sales aged 40       -> w2 offered to anna
            09:01:02  anna accepts
            09:01:20                               -> w1 waits
        ",
        );
    }

    #[test]
    fn an_agent_that_frees_up_takes_the_best_over_all_its_queues() {
        check(
            "
            queue sales voice wrap 0
            queue help voice priority 7 wrap 0
            queue vip voice wrap 0
            agent anna in sales tier 1, help tier 1, vip tier 0
            09:00:00  w1 calls sales
            09:00:01  w2 calls help
            09:00:02  w3 calls help priority 6
            09:00:03  w4 calls vip
            09:01:00  anna arrives                 -> w4 offered to anna
            09:01:01  anna accepts
            09:01:02  w4 ends                      -> w3 offered to anna
            09:01:03  anna accepts
            09:01:04  w3 ends                      -> w2 offered to anna
            09:01:05  anna accepts
            09:01:06  w2 ends                      -> w1 offered to anna
        ",
        );
    }

    #[test]
    fn who_missed_just_now_ranks_last_for_ten_seconds() {
        check(
            "
            queue sales voice ring 20
            agent anna in sales tier 1
            agent bruno in sales tier 2
            09:00:00  anna arrives
            09:00:00  bruno arrives
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:20                               -> w1 offered to bruno
            09:01:21  bruno accepts
            09:01:25  w2 calls sales               -> w2 offered to anna
            09:01:26  anna declines                -> w2 waits
            09:01:40  w3 calls sales               -> w3 offered to anna
        ",
        );
    }

    #[test]
    fn a_caller_who_hangs_up_costs_the_agent_nothing() {
        check(
            "
            queue sales voice
            agent anna in sales
            agent bruno in sales
            09:00:00  anna arrives
            09:00:01  bruno arrives
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:05  w1 ends                      -> w1 gone, anna idle since 09:00:00
            09:01:06  w2 calls sales               -> w2 offered to anna
            09:01:07  anna declines                -> w2 offered to bruno, anna idle since 09:01:07
        ",
        );
    }

    #[test]
    fn two_chats_at_once_go_to_two_agents() {
        check(
            "
            queue help chat
            agent anna in help
            agent bruno in help
            09:00:00  anna arrives
            09:00:01  bruno arrives
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:00  w2 chats help                -> w2 offered to bruno
            09:01:01  w3 chats help                -> w3 offered to anna
        ",
        );
    }

    #[test]
    fn a_call_rings_alone_and_a_chat_only_takes_room() {
        check(
            "
            queue sales voice
            queue help chat
            agent anna in sales, help
            09:00:00  anna arrives
            09:01:00  w1 chats help                -> w1 offered to anna
            09:01:01  w2 calls sales               -> w2 waits
            09:01:02  w3 chats help                -> w3 offered to anna
            09:01:03  w1 ends
            09:01:04  w3 ends                      -> w2 offered to anna
            09:01:05  w4 chats help                -> w4 waits
        ",
        );
    }

    #[test]
    fn a_required_skill_is_required() {
        check(
            "
            queue sales voice
            skill billing
            agent anna in sales skilled billing 2
            agent bruno in sales skilled billing 4
            09:00:00  anna arrives
            09:01:00  w1 calls sales needs billing 3   -> w1 waits
            09:01:01  w2 calls sales                   -> w2 offered to anna
            09:02:00  bruno arrives                    -> w1 offered to bruno
        ",
        );
    }

    #[test]
    fn a_declined_call_is_not_offered_again_in_this_stay() {
        check(
            "
            queue sales voice
            queue help voice
            agent anna in sales, help
            09:00:00  anna arrives
            09:01:00  w1 calls sales               -> w1 offered to anna
            09:01:01  anna declines                -> w1 waits, waiting
            09:02:00  boss moves w1 to help        -> w1 offered to anna
        ",
        );
    }

    #[test]
    fn a_clients_own_agent_comes_first() {
        check(
            "
            queue sales voice
            agent anna in sales tier 5
            agent bruno in sales tier 1
            09:00:00  anna arrives
            09:00:00  bruno arrives
            09:01:00  w1 calls sales own anna      -> w1 offered to anna
            09:01:01  anna declines                -> w1 offered to bruno
        ",
        );
    }
}
