//! `readyroom man`: pages of the manual, made from the same words as `--help`.

use super::{Cli, Exit, stop};
use clap::{Args, CommandFactory};
use std::io::Write;

/// Print a page of the manual, for man(1).
#[derive(Args)]
#[command(after_help = "Examples:
  readyroom man > /usr/local/share/man/man1/readyroom.1
  readyroom man log fold | man -l -")]
pub struct Man {
    /// The command the page is about, such as `log fold`; none: the program
    command: Vec<String>,
}

impl Man {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let mut root = Cli::command();
        root.build();
        let mut page = root;
        for word in &self.command {
            let below = page.find_subcommand(word).cloned();
            page = below.ok_or_else(|| {
                let asked = self.command.join(" ");
                stop(Exit::Usage, format!("there is no command `{asked}`; see readyroom --help"))
            })?;
        }
        let name = page.get_display_name().unwrap_or("readyroom").to_owned();
        clap_mangen::Man::new(page).title(name).render(&mut { out })?;
        Ok(Exit::Well)
    }
}
