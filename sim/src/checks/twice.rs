//! 23: the same command twice, at once, is the same as once.

use crate::invariant::{Held, hold};
use readyroom_core::commands::Command;
use readyroom_core::engine::{Engine, Input};
use readyroom_core::ids::*;

/// Whether a second press is meant to do nothing. Messages, notes, extensions and handing on do it
/// again.
fn is_idempotent(command: &Command) -> bool {
    !matches!(
        command,
        Command::RecordMessage(_)
            | Command::RecordNote(_)
            | Command::DescribeClient(_)
            | Command::ForgetPerson(_)
            | Command::ExtendWrapUp(_)
            | Command::Transfer(_)
            | Command::Assign(_)
            | Command::Requeue(_)
    )
}

/// Asks an engine that has just taken this input to take it again.
pub(crate) fn is_once(engine: &Engine, now: Timestamp, input: &Input) -> Held {
    let Input::Command { command, .. } = input else { return Ok(()) };
    if !is_idempotent(command) {
        return Ok(());
    }
    let mut again = engine.clone();
    again.handle(now, input.clone());
    let events: Vec<_> = std::iter::from_fn(|| again.poll()).flat_map(|turn| turn.events).collect();
    hold!(23, now, events.is_empty(), "{command:?} again did {:?}", events);
    Ok(())
}
