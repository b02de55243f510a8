//! Planted bugs: each must be caught by a check within a hundred seeds.

use crate::campaign::Tally;

/// Seeds that a planted bug may survive.
#[cfg(mutants)]
const SEEDS_MAX: u64 = 100;

/// Tries every planted bug. None: this build has none.
#[cfg(mutants)]
pub fn mutants() -> Option<Tally> {
    use readyroom_core::mutant::{Mutant, switch};
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (tally, next) = (Mutex::new(Tally::default()), AtomicUsize::new(0));
    let add = |passed: bool, line: String| {
        println!("{line}");
        if let Ok(mut tally) = tally.lock() {
            tally.passed += u64::from(passed);
            tally.failed += u64::from(!passed);
        }
    };
    switch(None);
    for seed in 1..=5 {
        let violation = crate::run::hour(seed, 1.0).violation;
        add(
            violation.is_none(),
            violation.map_or_else(
                || format!("no mutant, seed {seed}: clean"),
                |it| format!("FAILED: no mutant, seed {seed}: {}", it.what),
            ),
        );
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(&mutant) = Mutant::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    switch(Some(mutant));
                    let caught = (1..=SEEDS_MAX).find_map(|seed| Some((seed, crate::run::hour(seed, 1.0).violation?)));
                    switch(None);
                    match caught {
                        Some((seed, violation)) => {
                            let at = format!("invariant {} at seed {seed}", violation.number);
                            add(true, format!("{:<28} {at:<26} {}", format!("{mutant:?}"), violation.what));
                        }
                        None => add(false, format!("FAILED: {mutant:?} survives {SEEDS_MAX} seeds")),
                    }
                }
            });
        }
    });
    tally.into_inner().ok()
}

/// This build has no planted bugs.
#[cfg(not(mutants))]
pub fn mutants() -> Option<Tally> {
    None
}
