//! Everything that can be asked of the floor, one file for each act.
//!
//! A command looks at the floor and answers with facts or with a refusal; it changes nothing
//! itself. What follows from its facts (policies, matches) is not its business.

pub(crate) mod step_away;
mod valid;

pub use set_status::Wish;
pub use transfer::Target;

use crate::event::{Actor, Event, Policy};
use crate::floor::{AgentSlot, Floor};
use crate::ids::*;
use crate::refusal::Refusal;

/// What a command decided.
pub(crate) type Decision = Result<Vec<Event>, Refusal>;

/// A command as it is put: on this floor, now, by this one.
pub(crate) struct Ask<'a> {
    pub floor: &'a Floor,
    pub now: Timestamp,
    pub by: Actor,
}

/// What every command can do.
pub(crate) trait Decide {
    fn decide(&self, ask: &Ask<'_>) -> Decision;
}

macro_rules! commands {
    ($($file:ident::$name:ident,)*) => {
        $(mod $file; pub use $file::$name;)*

        /// A request to the floor.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Command {
            $(#[doc = concat!("See [`", stringify!($name), "`].")] $name($name),)*
        }

        impl Command {
            pub(crate) fn decide(&self, ask: &Ask<'_>) -> Decision {
                match self {
                    $(Command::$name(command) => command.decide(ask),)*
                }
            }

            /// Whether it would be done now, for those who have to make something ready before they
            /// ask in earnest. It decides the same and records nothing.
            ///
            /// # Errors
            /// The refusal.
            pub fn check(&self, floor: &Floor, now: Timestamp, by: Actor) -> Result<(), Refusal> {
                self.decide(&Ask { floor, now, by }).map(drop)
            }

            /// What it is called, for logs and measurements.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Command::$name(_) => stringify!($file),)*
                }
            }
        }

        $(impl From<$name> for Command {
            fn from(command: $name) -> Command {
                Command::$name(command)
            }
        })*
    };
}

commands! {
    open_account::OpenAccount,
    // Set-up, by a supervisor or above.
    add_agent::AddAgent,
    change_agent::ChangeAgent,
    deactivate_agent::DeactivateAgent,
    reactivate_agent::ReactivateAgent,
    define_skill::DefineSkill,
    set_agent_skills::SetAgentSkills,
    add_queue::AddQueue,
    change_queue::ChangeQueue,
    remove_queue::RemoveQueue,
    define_reason::DefineReason,
    set_membership::SetMembership,
    remove_membership::RemoveMembership,
    lock_membership::LockMembership,
    block_client::BlockClient,
    forget_person::ForgetPerson,
    // An agent and its wish.
    log_in::LogIn,
    log_out::LogOut,
    set_status::SetStatus,
    queue_log_in::QueueLogIn,
    queue_log_out::QueueLogOut,
    queue_ready::QueueReady,
    queue_not_ready::QueueNotReady,
    // Its devices and the calls beside the queues.
    report_device::ReportDevice,
    remove_device::RemoveDevice,
    start_external_call::StartExternalCall,
    end_external_call::EndExternalCall,
    // Work.
    enter_queue::EnterQueue,
    accept_offer::AcceptOffer,
    decline_offer::DeclineOffer,
    rescind_offer::RescindOffer,
    hold::Hold,
    record_message::RecordMessage,
    record_note::RecordNote,
    describe_client::DescribeClient,
    transfer::Transfer,
    assign::Assign,
    requeue::Requeue,
    end_conversation::EndConversation,
    set_priority::SetPriority,
    set_owner::SetOwner,
    require_skills::RequireSkills,
    // Work after work.
    start_wrap_up::StartWrapUp,
    extend_wrap_up::ExtendWrapUp,
    finish_wrap_up::FinishWrapUp,
}

/// Which of an agent's queues is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueChoice {
    /// This one.
    One(QueueId),
    /// All that it belongs to and may change.
    All,
}

impl Ask<'_> {
    /// Whether a supervisor asks, or one who counts as such.
    pub(crate) fn is_supervisor(&self) -> bool {
        match self.by {
            Actor::Supervisor(_) | Actor::Integration(_) => true,
            // Whoever opens the account makes good what a stop left between its people and the floor, and
            // whoever keeps it in order lets old texts go.
            Actor::Policy(policy) => matches!(policy, Policy::Reopen | Policy::Upkeep),
            Actor::Agent(_) | Actor::Client | Actor::Signalling => false,
        }
    }

    /// Only a supervisor or above goes on.
    pub(crate) fn supervisor_only(&self) -> Result<(), Refusal> {
        if self.is_supervisor() { Ok(()) } else { Err(Refusal::SupervisorOnly) }
    }

    /// The agent, for those who may act for it: itself, or a supervisor.
    pub(crate) fn for_agent(&self, agent: UserId) -> Result<AgentSlot, Refusal> {
        let slot = self.floor.find_agent(agent)?;
        if self.is_supervisor() || self.by == Actor::Agent(agent) { Ok(slot) } else { Err(Refusal::NotYours) }
    }

    /// The agent, for those who know of its telephones and links as well.
    pub(crate) fn for_devices_of(&self, agent: UserId) -> Result<AgentSlot, Refusal> {
        if self.by == Actor::Signalling { self.floor.find_agent(agent) } else { self.for_agent(agent) }
    }
}
