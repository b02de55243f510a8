//! Measures. Each figure is one line of JSON: name, value, unit, how often it was measured, and,
//! where it has a peer or a limit, that one measured in the same run and the ratio to it.
//!
//! These are no tests. They run on shared machines, so read the CPU per operation and the ratios,
//! and not the clock on the wall. `--small` is for keeping them alive.

mod conversation;
mod decision;
mod durable;
mod encoding;
mod fanout;
mod figure;
mod floor;
mod house;
mod http_commands;
mod idle;
mod isolation;
mod line;
mod memory;
mod projection;
mod report;
mod restart;
mod server_isolation;
mod server_offer;
mod views;

use clap::Parser;
use figure::Report;

/// Prints Readyroom's figures, one line of JSON each.
#[derive(Parser)]
#[command(name = "readyroom-bench")]
struct Args {
    /// Measure little, only to see that everything runs.
    #[arg(long)]
    small: bool,
    /// Print what one floor takes, and nothing else: agents, floors.
    #[arg(long, num_args = 2, hide = true)]
    memory_of: Option<Vec<usize>>,
    /// Serve to a measurement in another process, and nothing else.
    #[arg(long, hide = true)]
    serve: bool,
    /// Measure only these benchmarks, by name.
    only: Vec<String>,
}

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Size {
    small: bool,
}

impl Size {
    /// The whole number, or the small one.
    fn of(self, whole: usize, small: usize) -> usize {
        if self.small { small } else { whole }
    }
}

type Benchmark = (&'static str, fn(Size, &mut Report));

/// All benchmarks. One more is one more file and its line here.
const BENCHMARKS: [Benchmark; 15] = [
    ("decision", decision::measure),
    ("conversation", conversation::measure),
    ("encoding", encoding::measure),
    ("views", views::measure),
    ("report", report::measure),
    ("memory", memory::measure),
    ("idle", idle::measure),
    ("isolation", isolation::measure),
    ("durable", durable::measure),
    ("restart", restart::measure),
    ("server_offer", server_offer::measure),
    ("server_isolation", server_isolation::measure),
    ("fanout", fanout::measure),
    ("projection", projection::measure),
    ("http_commands", http_commands::measure),
];

fn main() {
    let args = Args::parse();
    if let Some(&[agents, floors]) = args.memory_of.as_deref() {
        println!("{}", memory::grown_by(agents, floors));
        return;
    }
    if args.serve {
        http_commands::serve();
        return;
    }
    let known = |name: &String| BENCHMARKS.iter().any(|(known, _)| known == name);
    if let Some(unknown) = args.only.iter().find(|name| !known(name)) {
        let names: Vec<_> = BENCHMARKS.iter().map(|(name, _)| *name).collect();
        eprintln!("There is no benchmark {unknown:?}; there are {}.", names.join(", "));
        std::process::exit(2);
    }
    let mut report = Report;
    for (name, measure) in BENCHMARKS {
        if args.only.is_empty() || args.only.iter().any(|only| only == name) {
            measure(Size { small: args.small }, &mut report);
        }
    }
}
