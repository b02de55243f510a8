//! What may be done with an agent now: the buttons of its row.
//!
//! An action is listed when the engine would accept it and it would change something. That a button
//! is there is a service, not a promise: between the row and the press the floor may move, and the
//! engine alone decides.

use readyroom_core::event::Status::{Available, NotReady, Offline};
use readyroom_core::floor::facts::{AgentFacts, Leaving, SeatFacts};
use readyroom_core::settings::Mode;
use serde::{Serialize, Serializer};
use std::fmt;

crate::vocabulary::words! {
    /// Something that can be done with an agent, or with an agent in one queue.
    Action {
        /// Come to work.
        LogIn = "log_in", "Log in";
        /// Go home, now or when no thread awaits it.
        LogOut = "log_out", "Log out";
        /// Be available.
        BeAvailable = "available", "Available";
        /// Be available for its own clients alone.
        BeAvailableOutOnly = "available_out_only", "Own clients only";
        /// Be there and get nothing.
        BeNotReady = "not_ready", "Not ready";
        /// Go on a break, for one of the reasons that can be chosen.
        GoOnBreak = "on_break", "Break";
        /// Take back the wish to go: be available as before; of one who goes home, log in.
        CancelLeaving = "cancel_leaving", "Stay";
        /// Take the offer of its row.
        AcceptOffer = "accept_offer", "Accept";
        /// Refuse that offer.
        DeclineOffer = "decline_offer", "Decline";
        /// Take that offer back.
        RescindOffer = "rescind_offer", "Take back";
        /// Put the client of its call on hold.
        Hold = "hold", "Hold";
        /// Take the client off hold.
        Resume = "resume", "Resume";
        /// Give its call, or one of its active chats, back to the queue.
        Requeue = "requeue", "Back to the queue";
        /// End its call, or one of its active chats.
        EndConversation = "end_conversation", "End";
        /// Begin a wrap-up by hand.
        StartWrapUp = "start_wrap_up", "Start wrap-up";
        /// End the wrap-up of its row.
        FinishWrapUp = "finish_wrap_up", "Finish wrap-up";
        /// Give that wrap-up more time, up to the longest there is; one begun by hand needs none.
        ExtendWrapUp = "extend_wrap_up", "More time";
        /// Log in to the queue.
        QueueLogIn = "queue_log_in", "Log in";
        /// Log out of the queue.
        QueueLogOut = "queue_log_out", "Log out";
        /// Be ready in the queue, which ends a break.
        QueueReady = "queue_ready", "Ready";
        /// Be not ready in the queue.
        QueueNotReady = "queue_not_ready", "Not ready";
    }
}

/// A set of actions; in JSON a list, in the order of [`Action::ALL`].
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Actions(u32);

impl Actions {
    /// Whether it is among them.
    pub const fn has(self, action: Action) -> bool {
        self.0 & (1 << action as u32) != 0
    }

    /// Those there are, in order.
    pub fn iter(self) -> impl Iterator<Item = Action> {
        Action::ALL.iter().copied().filter(move |&action| self.has(action))
    }
}

impl FromIterator<Action> for Actions {
    fn from_iter<I: IntoIterator<Item = Action>>(actions: I) -> Self {
        Actions(actions.into_iter().fold(0, |set, action| set | 1 << action as u32))
    }
}

impl fmt::Debug for Actions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Actions {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

/// Who may do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// The agent itself.
    #[serde(rename = "self")]
    pub self_: Actions,
    /// A supervisor who sees it, and a program that acts as one.
    pub supervisor: Actions,
}

impl Allowed {
    fn of(may: impl Fn(Action, By) -> bool) -> Allowed {
        let by = |by| Action::ALL.iter().copied().filter(|&action| may(action, by)).collect();
        Allowed { self_: by(By::Itself), supervisor: by(By::Supervisor) }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum By {
    Itself,
    Supervisor,
}

/// What may be done with an agent; `seats` are all of its memberships.
pub fn allowed(agent: &AgentFacts, seats: &[&SeatFacts]) -> Allowed {
    let asleep = |by| {
        let may_wake = |seat: &&&SeatFacts| seat.logged_in && (by == By::Supervisor || !seat.locked);
        agent.queues.ready == 0 && seats.iter().any(|seat| may_wake(&seat))
    };
    let (at_work, leaving) = (agent.status != Offline, agent.leaving.is_some());
    let works = agent.call.is_some() || agent.chats > 0;
    let held = agent.call.map(|call| call.held);
    Allowed::of(|action, by| match action {
        Action::LogIn => agent.active && (!at_work || leaves_for(agent, Offline)),
        Action::LogOut => at_work && (agent.offers > 0 || would_leave(agent, Offline)),
        Action::BeAvailable => at_work && (agent.status != Available || agent.out_only || leaving || asleep(by)),
        Action::BeAvailableOutOnly => {
            at_work && (agent.status != Available || !agent.out_only || leaving || asleep(by))
        }
        Action::BeNotReady => match agent.status {
            Available => would_leave(agent, NotReady),
            status => at_work && (status != NotReady || leaving),
        },
        Action::GoOnBreak => at_work,
        Action::CancelLeaving => leaving,
        Action::AcceptOffer | Action::DeclineOffer => agent.offer.is_some(),
        Action::RescindOffer => by == By::Supervisor && agent.offer.is_some(),
        Action::Hold => held == Some(false),
        Action::Resume => held == Some(true),
        Action::Requeue | Action::EndConversation => works,
        Action::StartWrapUp => at_work && agent.wrap_up.is_none_or(|wrap_up| wrap_up.conversation.is_some()),
        Action::FinishWrapUp => agent.wrap_up.is_some(),
        Action::ExtendWrapUp => agent.wrap_up.is_some_and(|wrap_up| wrap_up.conversation.is_some()),
        Action::QueueLogIn | Action::QueueLogOut | Action::QueueReady | Action::QueueNotReady => false,
    })
}

/// Asked while threads await it, an agent goes later; to ask the same twice changes nothing.
fn would_leave(agent: &AgentFacts, to: readyroom_core::event::Status) -> bool {
    agent.awaiting_agent == 0 || !leaves_for(agent, to)
}

fn leaves_for(agent: &AgentFacts, status: readyroom_core::event::Status) -> bool {
    matches!(agent.leaving, Some(Leaving { to, .. }) if to == status)
}

/// What may be done with an agent in the queue of this seat.
pub fn allowed_here(agent: &AgentFacts, seat: &SeatFacts) -> Allowed {
    let at_work = agent.status != Offline;
    let may_enter = |by| {
        let open = !seat.locked && (seat.mode != Mode::SupervisorManaged || seat.logged_in);
        agent.active && (by == By::Supervisor || open)
    };
    let may_leave = |by| by == By::Supervisor || (!seat.locked && seat.mode != Mode::Mandatory);
    Allowed::of(|action, by| match action {
        Action::QueueLogIn => may_enter(by) && !(at_work && seat.logged_in),
        Action::QueueLogOut => may_leave(by) && seat.logged_in,
        Action::QueueReady => may_enter(by) && !(seat.ready && agent.status == Available && agent.leaving.is_none()),
        Action::QueueNotReady => may_leave(by) && may_enter(by) && (!seat.logged_in || seat.ready),
        _ => false,
    })
}
