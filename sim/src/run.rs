//! One world, from its seed to its outcome. A panic is a breach like any other.

use crate::invariant::Violation;
use crate::world::{Outcome, Setting, World};
use readyroom_core::ids::Timestamp;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    static LISTENING: RefCell<bool> = const { RefCell::new(false) };
}

static HOOK: Once = Once::new();

/// Panics inside a world are told by the world.
fn listen() {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if LISTENING.with_borrow(|listening| *listening) {
                LAST_PANIC.set(Some(info.to_string().replace('\n', " ")));
            } else {
                before(info);
            }
        }));
    });
}

/// Lives a world to its end, or to the first breach.
pub(crate) fn run(setting: Setting) -> (World, Option<Violation>) {
    listen();
    LISTENING.set(true);
    let mut world = World::new(setting);
    let result = catch_unwind(AssertUnwindSafe(|| world.run()));
    LISTENING.set(false);
    let violation = match result {
        Ok(Ok(())) => None,
        Ok(Err(violation)) => Some(violation),
        Err(_) => {
            let what = LAST_PANIC.take().unwrap_or_else(|| "a panic".to_owned());
            Some(Violation { number: 0, at: Timestamp(world.now), what })
        }
    };
    (world, violation)
}

fn outcome(setting: Setting) -> Outcome {
    let (world, violation) = run(setting);
    world.outcome(violation)
}

/// Lives the hours of a seed.
pub fn hour(seed: u64, hours: f64) -> Outcome {
    outcome(Setting::hours(seed, hours))
}

/// Lives a short world with crashes.
pub fn crash(seed: u64) -> Outcome {
    outcome(Setting::crash(seed))
}

/// Lives the hours of a seed and tells the story.
pub fn story(seed: u64, hours: f64) -> Outcome {
    outcome(Setting { tells: true, ..Setting::hours(seed, hours) })
}

/// Lives a short world with crashes and tells the story.
pub fn crash_story(seed: u64) -> Outcome {
    outcome(Setting { tells: true, ..Setting::crash(seed) })
}

/// A failed outcome in words: what, when, the last lines, and how to see it again.
pub fn describe(seed: u64, is_crash: bool, hours: f64) -> String {
    let outcome = if is_crash { crash_story(seed) } else { story(seed, hours) };
    let Some(violation) = outcome.violation else {
        return format!("Seed {seed} failed, and did not fail again: invariant 34 does not hold.");
    };
    let from = outcome.story.len().saturating_sub(30);
    let last = outcome.story[from..].join("\n  ");
    let again = match (is_crash, hours == 1.0) {
        (true, _) => format!("--crash {seed}"),
        (false, true) => format!("--seed {seed}"),
        (false, false) => format!("--seed {seed} --hours {hours}"),
    };
    format!(
        "Seed {seed}{} breaks invariant {} ({}) at {}:\n  {}\nThe last that happened:\n  {last}\nTo see it again: cargo run --release --bin readyroom-sim -- {again}",
        if is_crash { " (crash)" } else { "" },
        violation.number,
        violation.invariant(),
        crate::story::clock(violation.at),
        violation.what,
    )
}
