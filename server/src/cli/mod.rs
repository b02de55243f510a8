//! The command line: what can be asked for, and what the exit codes mean.
//!
//! One more command is one more file and its lines in the two lists below.

mod completions;
mod demo;
mod explain;
mod fold;
mod forget;
mod guard;
mod init;
mod json;
mod log_fold;
mod log_inspect;
mod log_rows;
mod log_verify;
mod man;
mod office;
mod openapi;
mod print;
mod report;
mod serve;
mod steps;
mod store;
mod time;
mod user;
mod verdict;
mod words;

use clap::{Parser, Subcommand};
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

/// Answers the question "who gets the next call or chat", and remembers every answer.
#[derive(Parser)]
#[command(name = "readyroom", version, arg_required_else_help = true, propagate_version = true)]
#[command(after_help = EXIT_CODES, after_long_help = concat!(
    "Examples:
  readyroom log inspect /var/lib/readyroom --limit 20
  readyroom log verify /var/lib/readyroom
  readyroom explain /var/lib/readyroom conversation cv_01j160r23gw5zkpfjme3fwzs5k

", exit_codes!()))]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The exit codes, as every help text ends with them.
macro_rules! exit_codes {
    () => {
        "Exit codes:
  0  done, and nothing is wrong
  1  something is wrong with the log, or what was asked about does not exist
  2  the arguments make no sense
  3  the store cannot be read (missing, not ours, of a newer version, damaged, locked), or the answer
     cannot be written"
    };
}
use exit_codes;

const EXIT_CODES: &str = exit_codes!();

#[derive(Subcommand)]
enum Command {
    /// Look at the log of a store: what happened, whether it is whole, and the floor it makes
    #[command(subcommand, after_help = EXIT_CODES)]
    Log(Log),
    Explain(explain::Explain),
    Serve(serve::Serve),
    Demo(demo::Demo),
    Init(init::Init),
    /// The people of a store, while its server is stopped
    #[command(subcommand, after_help = EXIT_CODES)]
    User(user::Users),
    Forget(forget::Forget),
    /// Work out figures over a window of time
    #[command(subcommand, after_help = EXIT_CODES)]
    Report(report::Report),
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    Completions(completions::Completions),
    Man(man::Man),
}

#[derive(Subcommand)]
enum Log {
    Inspect(log_inspect::Inspect),
    Verify(log_verify::Verify),
    Fold(log_fold::Fold),
    Rows(log_rows::Rows),
}

impl Command {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        match self {
            Command::Log(Log::Inspect(inspect)) => inspect.run(out),
            Command::Log(Log::Verify(verify)) => verify.run(out),
            Command::Log(Log::Fold(fold)) => fold.run(out),
            Command::Log(Log::Rows(rows)) => rows.run(out),
            Command::Explain(explain) => explain.run(out),
            Command::Serve(serve) => serve.run(out),
            Command::Demo(demo) => demo.run(out),
            Command::Init(init) => init.run(out),
            Command::User(user) => user.run(out),
            Command::Forget(forget) => forget.run(out),
            Command::Report(report) => report.run(out),
            Command::OpenApi(openapi) => openapi.run(out),
            Command::Completions(completions) => completions.run(out),
            Command::Man(man) => man.run(out),
        }
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// Done, and nothing is wrong.
    Well = 0,
    /// Something is wrong, or what was asked about does not exist.
    Finding = 1,
    /// The arguments make no sense.
    Usage = 2,
    /// The store cannot be read.
    Store = 3,
}

/// Why there is no answer, or no more of it: a sentence, and the exit code it makes.
#[derive(Debug)]
struct Stop {
    exit: Exit,
    sentence: String,
}

impl fmt::Display for Stop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sentence)
    }
}

impl std::error::Error for Stop {}

fn stop(exit: Exit, sentence: impl Into<String>) -> anyhow::Error {
    let sentence = sentence.into();
    Stop { exit, sentence }.into()
}

/// A sentence for the person at the terminal, beside the answer. If nobody reads it, nobody does.
fn tell(sentence: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "readyroom: {sentence}");
}

/// Reads the arguments and does what they ask.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            let _ = told.print(); // Whoever closed the output has seen enough.
            let code = u8::try_from(told.exit_code()).unwrap_or(Exit::Usage as u8);
            return ExitCode::from(code);
        }
    };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let answer = cli.command.run(&mut out);
    // What was said before the trouble is shown before the trouble.
    let flushed = out.flush().map_err(anyhow::Error::from);
    ExitCode::from(match answer.and_then(|exit| flushed.map(|()| exit)) {
        Ok(exit) => exit,
        Err(error) => judge(&error),
    } as u8)
}

fn judge(error: &anyhow::Error) -> Exit {
    let io = error.downcast_ref::<io::Error>();
    if io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe) {
        return Exit::Well; // The reader has seen enough.
    }
    match error.downcast_ref::<Stop>() {
        Some(stop) => {
            tell(stop);
            stop.exit
        }
        None => {
            tell(format_args!("the answer could not be written: {error}"));
            Exit::Store
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_fits_together() {
        Cli::command().debug_assert();
    }
}
