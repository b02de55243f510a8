//! A log that was damaged, or made by something else, may hold events that fit nothing before them.
//! The fold stops at such an event with a panic; here the panic becomes a sentence.

use super::{Exit, stop};
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

static QUIET: Once = Once::new();

/// Does what may panic. `place` says where we are, if it does; what it worked on is not to be used
/// any more.
pub fn guard<T>(place: impl FnOnce() -> String, act: impl FnOnce() -> T) -> anyhow::Result<T> {
    QUIET.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            if !GUARDED.get() {
                loud(told);
            }
        }));
    });
    GUARDED.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(act));
    GUARDED.set(false);
    done.map_err(|why| {
        let why = why
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| why.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        let sentence = format!(
            "{} does not fit what stands before it ({why}); another program wrote it, the log is damaged in a way no checksum shows, or this is a fault of ours",
            place()
        );
        stop(Exit::Store, sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Stop;

    #[test]
    fn a_panic_becomes_a_sentence_with_its_place() {
        assert_eq!(guard(|| "event 7".into(), || 5).unwrap(), 5);
        let error = guard(|| "event 7".into(), || panic!("no such {}", "agent")).unwrap_err();
        let stop = error.downcast_ref::<Stop>().unwrap();
        assert_eq!(stop.exit, Exit::Store);
        assert!(stop.sentence.starts_with("event 7 does not fit what stands before it (no such agent); "));
    }
}
