//! The contract: the cases every store passes. A store's tests implement [`Bench`] and call
//! [`run`]; a case its store cannot express is returned by name and reason, never skipped silently.
//!
//! One file per chapter: `fence` (who may write), `damage` (what is found), `opening` (how an
//! account begins), `limits` (what is refused).

mod damage;
mod fence;
mod limits;
mod opening;
mod owner;

use crate::entry::{Account, Pos, Row, Snapshot};
use crate::faults::Fault;
use crate::{Log, Stored};

pub use owner::Owner;

/// A store on the bench: a log, and what a test may do to it.
pub trait Bench {
    /// The log as its users see it.
    fn log(&self) -> &dyn Log;

    /// Closes the log and opens it again.
    fn reopen(&mut self);

    /// Ends the process without notice and opens the log on what its disk held at that moment.
    fn kill(&mut self);

    /// While held, appends are taken in and none is answered.
    fn hold(&mut self, held: bool);

    /// Makes this go wrong at its next moment.
    fn inject(&mut self, fault: Fault);

    /// Ends a lasting fault, such as a full disk.
    fn heal(&mut self);

    /// Lets everything arrive that is still under way.
    fn deliver(&mut self);

    /// Changes or removes (`None`) a stored row, as damage would.
    fn damage(&mut self, pos: Pos, change: &mut dyn FnMut(&mut Option<Row>));

    /// Damages a stored snapshot.
    fn damage_snapshot(&mut self, snapshot: &Snapshot);

    /// Another bench with an empty log of the same store.
    fn another(&self) -> Box<dyn Bench>;

    /// Why this store cannot suffer this fault, if so.
    fn cannot(&self, fault: Fault) -> Option<&'static str>;
}

/// One case of the contract.
pub struct Case {
    /// A sentence.
    pub name: &'static str,
    /// Faults it injects.
    pub needs: &'static [Fault],
    /// Plays it; panics when the store breaks the contract.
    pub play: fn(&mut dyn Bench),
}

/// A case that a store cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inexpressible {
    /// The case.
    pub name: &'static str,
    /// The fault it needs.
    pub fault: Fault,
    /// The store's reason.
    pub why: &'static str,
}

/// Every case, chapter by chapter.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    [fence::CASES, damage::CASES, opening::CASES, limits::CASES].into_iter().flatten()
}

/// Plays every case on a new bench and returns those the store cannot express.
pub fn run(make: &dyn Fn() -> Box<dyn Bench>) -> Vec<Inexpressible> {
    let mut left = Vec::new();
    for case in cases() {
        let mut bench = make();
        let reasons = case
            .needs
            .iter()
            .filter_map(|&fault| bench.cannot(fault).map(|why| Inexpressible { name: case.name, fault, why }));
        let before = left.len();
        left.extend(reasons);
        if left.len() == before {
            println!("contract: {}", case.name);
            (case.play)(bench.as_mut());
        }
    }
    left
}

/// An account for a case.
fn account(number: u8) -> Account {
    Account([number; 16])
}

/// All entries of an account, which must be sound.
fn all(log: &dyn Log, account: Account) -> Vec<Stored> {
    let Some(tail) = log.tail(account).expect("a sound log has a readable tail") else {
        return Vec::new();
    };
    let start = log.start(account).expect("a sound log has a beginning").pos;
    log.read(account, start, tail.pos)
        .expect("a sound log can be read from its beginning")
        .collect::<Result<_, _>>()
        .expect("a sound log can be read to its end")
}

/// The bodies of all entries with events.
fn bodies(log: &dyn Log, account: Account) -> Vec<Vec<u8>> {
    let entries = all(log, account).into_iter();
    entries.filter(|stored| !stored.entry.is_barrier()).map(|stored| stored.entry.body).collect()
}
