//! The program: reads its arguments, does what they ask, and says how it went with its exit code.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
