//! Leaves the log of a world on disk, so that it can be inspected like any other.

use crate::run::run;
use crate::world::{Outcome, Setting};
use readyroom_log::{Log, Pos, SqliteLog};
use std::path::Path;

/// Lives the hours of a seed with its story, and writes every account's entries into `dir`.
///
/// # Errors
/// What the store said.
pub fn keep(seed: u64, hours: f64, dir: &Path) -> anyhow::Result<Outcome> {
    let log = SqliteLog::open(dir)?;
    anyhow::ensure!(log.accounts()?.is_empty(), "{} holds a log already; give another directory", dir.display());
    let (world, violation) = run(Setting { tells: true, ..Setting::hours(seed, hours) });
    for house in &world.houses {
        let account = house.server.account;
        let (mut after, mut at) = (Pos::START, Pos::START);
        loop {
            let page = world.log.page(Some(account), after, Pos::MAX)?;
            let Some(last) = page.last() else { break };
            after = last.pos;
            for row in &page {
                let mut entry = readyroom_log::record::decode(&row.bytes)?.entry;
                entry.prev = at;
                at = log.append(account, at, entry)?;
            }
        }
    }
    Ok(world.outcome(violation))
}
