//! `cargo xtask bench`: the measurements, each beside its peer or limit.

use crate::Command;
use crate::parts::{Outcome, browser, web};
use crate::shell::{self, gate};
use std::path::Path;
use std::process::ExitCode;

/// The command.
pub const COMMAND: Command = Command {
    name: "bench",
    about: "measure",
    help: "Usage: cargo xtask bench [--small] [arguments of readyroom-bench]
       cargo xtask bench pages

Builds readyroom-bench and runs it with the arguments given, and without any then
measures the supervisor's page in a real browser, at five thousand agents and two
thousand changes a second; `pages` does only that. Each figure is a line of JSON.
With --small everything runs once and briefly, to show that it still works; such
figures mean nothing.",
    run: command,
};

/// What stands for the measurement of the pages.
const PAGES: &str = "pages";

fn command(root: &Path, arguments: &[String]) -> Result<ExitCode, String> {
    let mut sum = Outcome::default();
    if arguments != [PAGES] {
        let mut words = vec!["run", "--quiet", "--release", "--bin", "readyroom-bench", "--"];
        words.extend(arguments.iter().map(String::as_str));
        sum.add(gate(&mut shell::cargo(root, &words)));
    }
    if arguments.is_empty() || arguments == [PAGES] {
        sum.add(pages(root).unwrap_or_else(Outcome::could_not));
    }
    sum.notes.iter().for_each(|note| eprintln!("{note}"));
    Ok(if sum.tally.is_red() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn pages(root: &Path) -> Result<Outcome, String> {
    web::install(root)?;
    let mut sum = gate(&mut web::npm(root, &["run", "--silent", "build"]));
    if !sum.tally.is_red() {
        sum.add(gate(&mut browser::node(root, "browser/board.bench.mjs")?));
    }
    Ok(sum)
}
