//! `cargo xtask bench`: the measurements, each beside its peer or limit.

use crate::Command;
use crate::shell;
use std::path::Path;
use std::process::ExitCode;

/// The command.
pub const COMMAND: Command = Command {
    name: "bench",
    about: "measure",
    help: "Usage: cargo xtask bench [--small] [arguments of readyroom-bench]

Builds readyroom-bench and runs it with the arguments given. It prints one line of
JSON per figure. With --small it runs everything once and briefly, to show that it
still works; such figures mean nothing.",
    run: command,
};

fn command(root: &Path, arguments: &[String]) -> Result<ExitCode, String> {
    let mut words = vec!["run", "--quiet", "--release", "--package", "readyroom-bench", "--"];
    words.extend(arguments.iter().map(String::as_str));
    let well = shell::run(&mut shell::cargo(root, &words), |_| {});
    Ok(match well {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    })
}
