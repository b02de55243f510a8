//! The program: reads its arguments, does what they ask, and says how it went with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    readyroom::main()
}
