//! The one command of this project, `cargo xtask`: test, tidy, bench, soak.

mod bench;
mod parts;
mod shell;
mod soak;
mod tally;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Something `cargo xtask` can be asked for.
pub struct Command {
    /// The word typed after `cargo xtask`.
    pub name: &'static str,
    /// One line for the list of commands.
    pub about: &'static str,
    /// What `--help` prints.
    pub help: &'static str,
    /// Does it. `Err` is a sentence about arguments that make no sense.
    pub run: fn(root: &Path, arguments: &[String]) -> Result<ExitCode, String>,
}

/// One more command is one more file and its line here.
const COMMANDS: &[Command] = &[test::COMMAND, tidy::COMMAND, bench::COMMAND, soak::COMMAND];

/// The exit code of a command line that makes no sense.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match obey(&words) {
        Ok(code) => code,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::from(USAGE)
        }
    }
}

fn obey(words: &[String]) -> Result<ExitCode, String> {
    let Some((first, arguments)) = words.split_first() else {
        return Err(format!("No command given.\n\n{}", overview()));
    };
    if ["help", "--help", "-h"].contains(&first.as_str()) {
        println!("{}", overview());
        return Ok(ExitCode::SUCCESS);
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == first) else {
        return Err(format!("There is no command `{first}`.\n\n{}", overview()));
    };
    if arguments.iter().any(|word| word == "--help" || word == "-h") {
        println!("{}", command.help);
        return Ok(ExitCode::SUCCESS);
    }
    (command.run)(&root(), arguments)
}

fn overview() -> String {
    let list: String = COMMANDS.iter().map(|command| format!("\n  {:<6} {}", command.name, command.about)).collect();
    format!("Usage: cargo xtask <command> [arguments]\n{list}\n\n`cargo xtask <command> --help` says more.")
}

/// The workspace's directory. Cargo names the manifest it runs from; without it we are started by hand there.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .and_then(|own| Path::new(&own).parent().map(Path::to_path_buf))
        .unwrap_or_else(|| PathBuf::from("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn an_unknown_command_is_refused_with_the_list_of_known_ones() {
        let sentence = obey(&words("tets")).unwrap_err();
        assert!(sentence.starts_with("There is no command `tets`."));
        assert!(sentence.contains("\n  test "));
    }

    #[test]
    fn no_command_is_refused() {
        assert!(obey(&[]).unwrap_err().starts_with("No command given."));
    }

    #[test]
    fn every_command_explains_itself() {
        for command in COMMANDS {
            assert!(command.help.starts_with(&format!("Usage: cargo xtask {}", command.name)));
            assert_eq!(obey(&words(&format!("{} --help", command.name))), Ok(ExitCode::SUCCESS));
        }
    }

    #[test]
    fn arguments_that_make_no_sense_are_refused() {
        for line in ["test nonsense", "tidy nonsense", "soak --minutes soon", "soak --hours 1"] {
            assert!(obey(&words(line)).is_err(), "{line}");
        }
    }
}
