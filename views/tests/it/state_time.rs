//! The walk against what must hold of it, and against one that looks at every second by itself.

use readyroom_core::ids::Timestamp;
use readyroom_views::reports::cells::{Cells, Span};
use readyroom_views::reports::tally::Tally;
use readyroom_views::reports::walk::{AgentNo, HandleFrom, Misfit, StateChange, Walk, Walked};
use readyroom_views::vocabulary::Bucket;

/// A small generator (xorshift), so that a failing seed fails everywhere.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, limit: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as i64 % limit
    }

    fn bucket_but(&mut self, last: Bucket) -> Bucket {
        let others: Vec<_> = Bucket::ALL.iter().copied().filter(|&bucket| bucket != last).collect();
        others[self.below(others.len() as i64) as usize]
    }
}

const AGENTS: [AgentNo; 3] = [AgentNo(0), AgentNo(1), AgentNo(2)];
const SECOND: i64 = 1_000;

/// A log, the work beside it, and how it is looked at. All instants are whole seconds.
struct World {
    rows: Vec<StateChange>,
    work: Vec<(AgentNo, Span)>,
    cells: Cells,
    now: Timestamp,
}

fn at(second: i64) -> Timestamp {
    Timestamp(second * SECOND)
}

fn world(seed: u64) -> World {
    let mut dice = Dice::new(seed);
    let mut last = AGENTS.map(|_| Bucket::ALL[dice.below(9) as usize]);
    let mut second = dice.below(300);
    let mut rows = Vec::new();
    for seq in 1..=60 {
        let agent = dice.below(3) as usize;
        let to = dice.bucket_but(last[agent]);
        rows.push(StateChange { seq, ts: at(second), agent: AGENTS[agent], from: last[agent], to });
        last[agent] = to;
        second += [0, 0, 1, 7, 40][dice.below(5) as usize];
    }
    let work = (0..20).map(|_| {
        let (from, agent) = (dice.below(600), AGENTS[dice.below(3) as usize]);
        (agent, Span { from: at(from), to: at(from + dice.below(90)) })
    });
    let work = work.collect();
    let mut bounds: Vec<_> = (0..2 + dice.below(9)).map(|_| at(dice.below(700))).collect();
    bounds.sort_unstable();
    bounds.dedup();
    if bounds.len() == 1 {
        bounds.push(at(700));
    }
    World { rows, work, cells: Cells::between(bounds), now: at(dice.below(900)) }
}

impl World {
    fn walk(&self, cells: Cells, handle_from: HandleFrom) -> Walked {
        let mut walk = Walk::new(cells, self.now, handle_from);
        self.rows.iter().for_each(|&row| walk.row(row).unwrap());
        if handle_from == HandleFrom::Segments {
            self.work.iter().for_each(|&(agent, span)| walk.worked(agent, span).unwrap());
        }
        walk.finish()
    }

    /// The bucket of an agent in the second that begins then.
    fn bucket(&self, agent: AgentNo, second: Timestamp) -> Bucket {
        let mut rows = self.rows.iter().filter(|row| row.agent == agent);
        let before = self.rows.iter().rfind(|row| row.agent == agent && row.ts <= second);
        before.map_or_else(|| rows.next().unwrap().from, |row| row.to)
    }

    fn works(&self, agent: AgentNo, second: Timestamp) -> bool {
        self.work.iter().any(|&(who, span)| who == agent && span.from <= second && second < span.to)
    }

    /// The seconds of a cell up to now.
    fn seconds(&self, cell: Span) -> impl Iterator<Item = Timestamp> {
        let end = cell.to.min(self.now);
        (cell.from.0..end.0).step_by(SECOND as usize).map(Timestamp)
    }
}

#[test]
fn a_walk_that_looks_at_every_second_finds_the_same() {
    for seed in 0..300 {
        let world = world(seed);
        let walked = world.walk(world.cells.clone(), HandleFrom::Segments);
        for (agent, tallies) in AGENTS.into_iter().zip(&walked.agents) {
            for (cell, tally) in world.cells.iter().zip(tallies) {
                for &bucket in Bucket::ALL {
                    let spent = world.seconds(cell).filter(|&second| world.bucket(agent, second) == bucket).count();
                    assert_eq!(tally.ms(bucket), spent as u64 * 1_000, "seed {seed}: {agent:?}, {cell:?}, {bucket}");
                    let counts = |row: &&StateChange| {
                        row.agent == agent && row.to == bucket && cell.from <= row.ts && row.ts < cell.to.min(world.now)
                    };
                    let entered = world.rows.iter().filter(counts).count();
                    assert_eq!(tally.entries(bucket), entered as u32, "seed {seed}: {agent:?}, {cell:?}, {bucket}");
                }
                let busy = world.seconds(cell).filter(|&second| world.works(agent, second)).count();
                assert_eq!(tally.handle_ms, busy as u64 * 1_000, "seed {seed}: {agent:?}, {cell:?}");
                let free =
                    |&second: &Timestamp| world.bucket(agent, second) == Bucket::Ready && !world.works(agent, second);
                let free = world.seconds(cell).filter(free).count();
                assert_eq!(tally.free_ms, free as u64 * 1_000, "seed {seed}: {agent:?}, {cell:?}");
            }
        }
    }
}

#[test]
fn the_nine_buckets_sum_to_the_window_up_to_now() {
    for seed in 0..300 {
        let world = world(seed);
        let walked = world.walk(world.cells.clone(), HandleFrom::Buckets);
        for tallies in &walked.agents {
            for (cell, tally) in world.cells.iter().zip(tallies) {
                let counted = cell.within(Span { from: cell.from, to: world.now });
                assert_eq!(tally.total_ms(), counted.ms(), "seed {seed}: {cell:?}");
            }
        }
    }
}

#[test]
fn cells_of_any_cut_sum_to_the_whole() {
    for seed in 0..300 {
        let world = world(seed);
        let Span { from, to } = world.cells.window();
        for handle_from in [HandleFrom::Buckets, HandleFrom::Segments] {
            let cut = world.walk(world.cells.clone(), handle_from);
            let whole = world.walk(Cells::between(vec![from, to]), handle_from);
            for (agent, tallies) in cut.agents.iter().enumerate() {
                assert_eq!(tallies.iter().collect::<Tally>(), whole.agents[agent][0], "seed {seed}: {agent:?}");
            }
        }
    }
}

#[test]
fn of_two_threads_at_once_the_time_counts_once_and_ready_with_work_is_not_free() {
    let cells = Cells::between(vec![at(0), at(60), at(120)]);
    let mut walk = Walk::new(cells, at(120), HandleFrom::Segments);
    walk.row(StateChange { seq: 1, ts: at(0), agent: AGENTS[0], from: Bucket::Offline, to: Bucket::Ready }).unwrap();
    for (from, to) in [(50, 80), (10, 40), (30, 70)] {
        walk.worked(AGENTS[0], Span { from: at(from), to: at(to) }).unwrap();
    }
    let tallies = &walk.finish().agents[0];
    let told: Vec<_> = tallies.iter().map(|tally| (tally.handle_ms, tally.free_ms)).collect();
    assert_eq!(told, [(50_000, 10_000), (20_000, 40_000)]);
}

#[test]
fn a_row_that_does_not_fit_is_refused_and_changes_nothing() {
    let cells = Cells::between(vec![at(0), at(100)]);
    let mut walk = Walk::new(cells, at(100), HandleFrom::Buckets);
    let row = |seq, second, from, to| StateChange { seq, ts: at(second), agent: AGENTS[0], from, to };
    walk.row(row(5, 10, Bucket::Offline, Bucket::Ready)).unwrap();
    let (ready, ring) = (Bucket::Ready, Bucket::Ring);
    for (wrong, misfit) in [
        (row(5, 20, ready, ring), Misfit::Seq { seq: 5, last: 5 }),
        (row(6, 9, ready, ring), Misfit::Backwards { ts: at(9), last: at(10) }),
        (row(6, 20, ring, ready), Misfit::Chain { from: ring, last: ready }),
        (row(6, 20, ready, ready), Misfit::Unchanged { to: ready }),
    ] {
        assert_eq!(walk.row(wrong), Err(misfit));
        assert!(misfit.column().is_some_and(|column| !column.is_empty()));
    }
    walk.row(row(6, 10, ready, ring)).unwrap();
    let tally = walk.finish().agents[0][0];
    assert_eq!([Bucket::Offline, ready, ring].map(|bucket| tally.ms(bucket)), [10_000, 0, 90_000]);
    assert_eq!([Bucket::Offline, ready, ring].map(|bucket| tally.entries(bucket)), [0, 1, 1]);
}

#[test]
fn a_report_of_too_many_agents_is_refused() {
    let cells = Cells::between((0..=Cells::MAX as i64).map(at).collect());
    let mut walk = Walk::new(cells, at(0), HandleFrom::Buckets);
    let mut refused = (0..=20).filter_map(|number| {
        let (seq, agent) = (u64::from(number), AgentNo(number));
        let row = StateChange { seq, ts: at(0), agent, from: Bucket::Offline, to: Bucket::Ready };
        walk.row(row).err()
    });
    assert_eq!(refused.next(), Some(Misfit::TooMany { agents: 21, cells: Cells::MAX }));
    assert_eq!(refused.next(), None);
}
