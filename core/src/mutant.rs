//! Planted bugs, for proving that the checks can fail. They exist only under `--cfg mutants`.
//!
//! Each stands where the right code stands, so that a reader sees what it would break. One is
//! switched on at a time, by the simulator; a shipped program has none of this.

/// Chooses the planted bug when it is switched on, and the right code otherwise and in every
/// ordinary build.
#[doc(hidden)]
#[macro_export]
macro_rules! mutant {
    ($name:ident: $wrong:expr, else $right:expr) => {{
        #[cfg(mutants)]
        {
            if $crate::mutant::is_on($crate::mutant::Mutant::$name) { $wrong } else { $right }
        }
        #[cfg(not(mutants))]
        {
            $right
        }
    }};
}

#[cfg(mutants)]
mod planted {
    use std::cell::Cell;

    macro_rules! mutants {
        ($($(#[$doc:meta])* $name:ident,)*) => {
            /// The bugs we know how to make.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum Mutant {
                $($(#[$doc])* $name,)*
            }

            impl Mutant {
                /// All of them.
                pub const ALL: &[Mutant] = &[$(Mutant::$name,)*];
            }
        };
    }

    mutants! {
        /// An accepted offer does not reset the count of misses.
        MissesSurviveAccept,
        /// A caller who hangs up costs the agent its place.
        RescindMovesToTail,
        /// A short loss of the device costs the agent its place.
        FlapResetsIdle,
        /// An agent on a direct call is offered work.
        OffersDuringExternalCall,
        /// An agent that is not ready is offered work.
        NotReadyIsEligible,
        /// An agent without a device is offered work.
        OffersToUnreachable,
        /// An agent that is finishing is offered work.
        OffersWhileLeaving,
        /// An agent for its own clients only is offered others.
        OutOnlyTakesAnything,
        /// A ringing agent is offered a second call.
        RingsTwice,
        /// An agent in wrap-up is offered work.
        OffersDuringWrapUp,
        /// One conversation more than the capacity.
        CapacityOffByOne,
        /// Offers from a queue in which the agent is not ready.
        QueueReadinessIgnored,
        /// A membership's delay holds nothing back.
        DelayIgnored,
        /// Nobody is woken when a delay ends.
        DelayNeverOpens,
        /// Required skills are not required.
        SkillsIgnored,
        /// An agent is asked again what it declined.
        DeclineForgotten,
        /// A blocked client is routed.
        BlockIgnored,
        /// The agent idle for the shortest time comes first.
        ShortestIdleFirst,
        /// A miss just now does not rank last.
        MissRanksAsBefore,
        /// A conversation that comes back stands at the end.
        QueuedAtOrdersTheLine,
        /// An agent's conversations are not ordered by its tiers.
        AgentIgnoresTier,
        /// An agent's conversations are not ordered by queue priority.
        QueuePriorityIgnored,
        /// An offer rings on at a device that is gone.
        LostDeviceKeepsOffer,
        /// The break for misses comes one miss late.
        OneMissTooMany,
        /// A leaving agent goes while threads await it.
        LeavesThreadsBehind,
        /// A break during chats does not wait for threads.
        BreakIgnoresThreads,
        /// A login makes the agent available.
        LoginMakesAvailable,
        /// Dynamic memberships load at login.
        DynamicLoadsAtLogin,
        /// A mandatory queue can be left.
        MandatoryCanBeLeft,
        /// An answer to an old offer counts for the new one.
        FenceIgnoresGeneration,
        /// No wrap-up after a call.
        NoWrapUpAfterCalls,
        /// A break outranks a dead device.
        BucketPausedAboveUnreachable,
        /// Wrap-up outranks a break.
        BucketWrapupAbovePaused,
        /// A call ends when its agent logs out.
        BucketIncallBelowOffline,
        /// A row for every event, changed bucket or not.
        AgentEventNotDeduped,
        /// A call of another queue counts as this queue's.
        AcdIgnoresOtherQueue,
        /// An account that comes back knows no keys.
        KeysForgottenOnReopen,
        /// A key is good for any command.
        KeyForAnything,
        /// A repeated command is answered with the position of today.
        RepeatAnswersToday,
        /// What had nothing to do is promised, and not stored.
        PromiseNeedsEvents,
        /// Conversations are taken up in the order of their slots.
        OldestBySlot,
    }

    thread_local! {
        static ON: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// Switches one bug on for this thread, or all off.
    pub fn switch(mutant: Option<Mutant>) {
        ON.set(mutant);
    }

    /// Whether this bug is on.
    pub fn is_on(mutant: Mutant) -> bool {
        ON.get() == Some(mutant)
    }
}

#[cfg(mutants)]
pub use planted::{Mutant, is_on, switch};
