//! May this agent be offered this conversation now? One ordered list of named predicates.
//!
//! The router, the board, the API, the reports and *explain* all read this list; the first
//! predicate that fails is the reason. What the list says about an agent, and about its seat, does
//! not depend on the conversation: the router keeps those agents for whom it all holds in order,
//! and asks the rest of the list only of them.

use crate::event::{OfferKind, Status};
use crate::floor::agent::Agent;
use crate::floor::conversation::Conversation;
use crate::floor::queue::Seat;
use crate::floor::{AgentSlot, ConversationSlot, Floor, SeatSlot};
use crate::ids::*;
use crate::mutant;
use crate::settings::reasons;

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is a word of the model; `words` says it in a sentence")]
pub enum Code {
    ExternalCall,
    Offline,
    KickedOut,
    OnBreak,
    NotReady,
    Unreachable,
    Finishing,
    OwnClientsOnly,
    Ringing,
    WrapUp,
    AtCapacity,
    NotAMemberOfTheQueue,
    NotLoggedInToTheQueue,
    NotReadyInThisQueue,
    DelayNotReached,
    LacksSkill,
    DeclinedBefore,
    ClientBlocked,
}

impl Code {
    /// The code that programs read.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::ExternalCall => "external_call",
            Code::Offline => "offline",
            Code::KickedOut => "kicked_out",
            Code::OnBreak => "on_break",
            Code::NotReady => "not_ready",
            Code::Unreachable => "unreachable",
            Code::Finishing => "finishing",
            Code::OwnClientsOnly => "own_clients_only",
            Code::Ringing => "ringing",
            Code::WrapUp => "wrap_up",
            Code::AtCapacity => "at_capacity",
            Code::NotAMemberOfTheQueue => "not_a_member_of_the_queue",
            Code::NotLoggedInToTheQueue => "not_logged_in_to_the_queue",
            Code::NotReadyInThisQueue => "not_ready_in_this_queue",
            Code::DelayNotReached => "delay_not_reached",
            Code::LacksSkill => "lacks_skill",
            Code::DeclinedBefore => "declined_before",
            Code::ClientBlocked => "client_blocked",
        }
    }

    /// The same for people, to follow "because" or a colon.
    pub fn words(self) -> &'static str {
        match self {
            Code::ExternalCall => "on a call outside the queues",
            Code::Offline => "not logged in",
            Code::KickedOut => "sent on a break for not answering",
            Code::OnBreak => "on a break",
            Code::NotReady => "not ready",
            Code::Unreachable => "no live device for this channel",
            Code::Finishing => "asked to go and is finishing",
            Code::OwnClientsOnly => "takes only its own clients",
            Code::Ringing => "being offered something else",
            Code::WrapUp => "in wrap-up",
            Code::AtCapacity => "no room for more",
            Code::NotAMemberOfTheQueue => "not a member of the queue",
            Code::NotLoggedInToTheQueue => "not logged in to the queue",
            Code::NotReadyInThisQueue => "not ready in this queue",
            Code::DelayNotReached => "the queue holds it back from this agent for a while yet",
            Code::LacksSkill => "a required skill is missing or too low",
            Code::DeclinedBefore => "declined it before",
            Code::ClientBlocked => "the client is blocked",
        }
    }
}

/// What a predicate looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The agent and the channel.
    Agent,
    /// The agent's seat in the queue.
    Seat,
    /// The conversation as well.
    Conversation,
}

/// The kinds of offer that a predicate binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binds {
    /// All three.
    All,
    /// Those from a queue to its members.
    Queued,
    /// Those that nobody makes by hand. What an agent declined comes back to it only by hand:
    /// otherwise its own client would ring it, and be declined, without end.
    Unassigned,
}

impl Binds {
    fn binds(self, kind: OfferKind) -> bool {
        match self {
            Binds::All => true,
            Binds::Queued => kind == OfferKind::Queued,
            Binds::Unassigned => kind != OfferKind::Assigned,
        }
    }
}

/// One question, as it is put.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The floor.
    pub floor: &'a Floor,
    /// The instant.
    pub now: Timestamp,
    /// Of which kind the offer would be.
    pub kind: OfferKind,
    /// The channel of the work.
    pub channel: Channel,
    /// To whom.
    pub agent: &'a Agent,
    /// Its slot.
    pub agent_slot: AgentSlot,
    /// Its seat in the conversation's queue.
    pub seat: Option<&'a Seat>,
    /// What would be offered; none when only the agent and its seat are asked about.
    pub conversation: Option<&'a Conversation>,
}

/// A named condition.
pub struct Predicate {
    /// Its name when it fails.
    pub code: Code,
    /// What it looks at.
    pub scope: Scope,
    /// Whom it binds.
    pub binds: Binds,
    fails: fn(&Question<'_>) -> bool,
}

const fn all(code: Code, scope: Scope, fails: fn(&Question<'_>) -> bool) -> Predicate {
    Predicate { code, scope, binds: Binds::All, fails }
}

const fn queued(code: Code, scope: Scope, fails: fn(&Question<'_>) -> bool) -> Predicate {
    Predicate { code, scope, binds: Binds::Queued, fails }
}

const fn unassigned(code: Code, scope: Scope, fails: fn(&Question<'_>) -> bool) -> Predicate {
    Predicate { code, scope, binds: Binds::Unassigned, fails }
}

/// The list. Its order is the order of the reasons.
pub const PREDICATES: [Predicate; 18] = [
    all(
        Code::ExternalCall,
        Scope::Agent,
        |q| mutant!(OffersDuringExternalCall: false, else !q.agent.external_calls.is_empty()),
    ),
    all(Code::Offline, Scope::Agent, |q| q.agent.status == Status::Offline),
    all(Code::KickedOut, Scope::Agent, |q| on_break(q) && is_kicked_out(q)),
    all(Code::OnBreak, Scope::Agent, on_break),
    all(Code::NotReady, Scope::Agent, |q| mutant!(NotReadyIsEligible: false, else q.agent.status == Status::NotReady)),
    all(
        Code::Unreachable,
        Scope::Agent,
        |q| mutant!(OffersToUnreachable: false, else !q.agent.reachable().has(q.channel)),
    ),
    all(Code::Finishing, Scope::Agent, |q| mutant!(OffersWhileLeaving: false, else q.agent.leaving.is_some())),
    queued(Code::OwnClientsOnly, Scope::Agent, |q| mutant!(OutOnlyTakesAnything: false, else q.agent.out_only)),
    all(Code::Ringing, Scope::Agent, is_ringing),
    all(Code::WrapUp, Scope::Agent, |q| mutant!(OffersDuringWrapUp: false, else !q.agent.wrap_ups.is_empty())),
    all(Code::AtCapacity, Scope::Agent, |q| {
        q.agent.tally.call.is_some()
            || mutant!(CapacityOffByOne: q.agent.tally.load > u16::from(q.agent.settings.capacity), else !q.agent.has_room(q.channel))
    }),
    queued(Code::NotAMemberOfTheQueue, Scope::Seat, |q| q.seat.is_none()),
    queued(Code::NotLoggedInToTheQueue, Scope::Seat, |q| q.seat.is_some_and(|seat| !seat.logged_in)),
    queued(
        Code::NotReadyInThisQueue,
        Scope::Seat,
        |q| mutant!(QueueReadinessIgnored: false, else q.seat.is_some_and(|seat| !seat.ready)),
    ),
    queued(Code::DelayNotReached, Scope::Conversation, |q| {
        let opens = q.seat.zip(q.conversation).map(|(seat, conversation)| delay_opens_at(seat, conversation));
        mutant!(DelayIgnored: false, else opens.is_some_and(|opens| q.now < opens))
    }),
    queued(Code::LacksSkill, Scope::Conversation, |q| {
        let mut required = q.conversation.iter().flat_map(|conversation| &conversation.skills);
        mutant!(SkillsIgnored: false, else required.any(|need| q.agent.proficiency(need.skill) < need.level))
    }),
    unassigned(
        Code::DeclinedBefore,
        Scope::Conversation,
        |q| mutant!(DeclineForgotten: false, else q.conversation.is_some_and(|conversation| conversation.declined.contains(&q.agent_slot))),
    ),
    all(
        Code::ClientBlocked,
        Scope::Conversation,
        |q| mutant!(BlockIgnored: false, else q.conversation.is_some_and(|conversation| q.floor.is_blocked(conversation.client))),
    ),
];

fn on_break(q: &Question<'_>) -> bool {
    q.agent.status == Status::OnBreak
}

fn is_kicked_out(q: &Question<'_>) -> bool {
    q.agent.reason.is_some_and(|reason| q.floor.reason(reason).code == reasons::KICKED_OUT)
}

/// A call rings alone. A chat that is offered only takes room from further chats.
fn is_ringing(q: &Question<'_>) -> bool {
    let tally = &q.agent.tally;
    mutant!(RingsTwice: false, else tally.voice_offered || (tally.offers > 0 && q.channel == Channel::Voice))
}

/// When the membership's delay lets this conversation through: at that instant, not after it.
pub fn delay_opens_at(seat: &Seat, conversation: &Conversation) -> Timestamp {
    conversation.queued_at.plus_ms(u64::from(seat.settings.delay_sec) * 1_000)
}

impl<'a> Question<'a> {
    /// May this agent be offered this conversation, as an offer of this kind?
    pub fn about(
        floor: &'a Floor,
        now: Timestamp,
        kind: OfferKind,
        agent: AgentSlot,
        conversation: ConversationSlot,
    ) -> Self {
        let conversation = floor.conversation(conversation);
        Question {
            floor,
            now,
            kind,
            channel: conversation.channel,
            agent: floor.agent(agent),
            agent_slot: agent,
            seat: floor.seat_of(agent, conversation.queue).map(|seat| floor.seat(seat)),
            conversation: Some(conversation),
        }
    }

    /// May the agent in this seat be offered anything of this channel at all?
    pub fn about_seat(floor: &'a Floor, seat: SeatSlot, channel: Channel) -> Self {
        let seat = floor.seat(seat);
        Question {
            floor,
            now: floor.last_at(),
            kind: OfferKind::Queued,
            channel,
            agent: floor.agent(seat.agent),
            agent_slot: seat.agent,
            seat: Some(seat),
            conversation: None,
        }
    }

    /// The first predicate that fails, or none: the agent may.
    pub fn first_failure(&self) -> Option<Code> {
        self.failures().next()
    }

    /// All that fail, in order.
    pub fn failures(&self) -> impl Iterator<Item = Code> {
        PREDICATES
            .iter()
            .filter(|predicate| predicate.binds.binds(self.kind) && (predicate.fails)(self))
            .map(|predicate| predicate.code)
    }

    /// The first failure among predicates of this scope.
    pub(crate) fn fails_in(&self, scope: Scope) -> Option<Code> {
        let part = match scope {
            Scope::Agent => &PREDICATES[..SEAT_FROM],
            Scope::Seat => &PREDICATES[SEAT_FROM..CONVERSATION_FROM],
            Scope::Conversation => &PREDICATES[CONVERSATION_FROM..],
        };
        let failing = part.iter().find(|predicate| predicate.binds.binds(self.kind) && (predicate.fails)(self));
        failing.map(|predicate| predicate.code)
    }
}

/// Where in the list the predicates of the seat begin, and those of the conversation.
const SEAT_FROM: usize = first_of(Scope::Seat);
const CONVERSATION_FROM: usize = first_of(Scope::Conversation);

const fn first_of(scope: Scope) -> usize {
    let mut at = 0;
    while (PREDICATES[at].scope as u8) < scope as u8 {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_goes_from_the_agent_to_the_conversation() {
        // The router asks of the ordered agents only what concerns the conversation, so the first
        // failure is the same wherever the list is cut.
        assert!(PREDICATES.is_sorted_by_key(|predicate| predicate.scope));
    }

    #[test]
    fn every_code_is_in_the_list_once() {
        let mut codes: Vec<_> = PREDICATES.iter().map(|predicate| predicate.code).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), PREDICATES.len());
    }
}
