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

    include!("mutants.in");

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
