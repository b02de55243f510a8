//! `readyroom completions`: what a shell needs to complete our arguments.

use super::{Cli, Exit};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::Write;

/// Print the completions of this program for a shell.
#[derive(Args)]
#[command(after_help = "Examples:
  readyroom completions bash > ~/.local/share/bash-completion/completions/readyroom
  readyroom completions zsh > ~/.zfunc/_readyroom
  readyroom completions fish > ~/.config/fish/completions/readyroom.fish")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        // The generator panics when it cannot write, so it writes to memory.
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "readyroom", &mut text);
        out.write_all(&text)?;
        Ok(Exit::Well)
    }
}
