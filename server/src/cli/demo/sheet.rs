//! What a visitor needs to know, on one screen: where to go, and who to be.

use super::settle::{ADMINISTRATOR, AGENT, PASSWORD, SUPERVISOR};
use std::io::{self, IsTerminal, Write};

/// Where everything is.
pub struct Sheet<'a> {
    pub server: &'a str,
    pub shop: Option<&'a str>,
    pub wall_key: &'a str,
    pub agents: usize,
    pub speed: f64,
    pub seed: u64,
    /// The store, where it is kept.
    pub kept: Option<&'a str>,
    pub quiet: bool,
}

/// The width of the lines above and below.
const WIDTH: usize = 78;

impl Sheet<'_> {
    /// Prints it, with colours on a terminal that wants them.
    pub fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
        self.write(coloured, out)
    }

    fn write(&self, coloured: bool, out: &mut dyn Write) -> io::Result<()> {
        let (bold, dim, blue, plain) =
            if coloured { ("\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m") } else { ("", "", "", "") };
        let line = "─".repeat(WIDTH);
        let title = format!("{} agents · speed {} · seed {}", self.agents, self.speed, self.seed);
        writeln!(out, "\n  {bold}Readyroom demo{plain}  {dim}{title}{plain}\n  {dim}{line}{plain}")?;
        let mut row = |name: &str, url: &str, about: &str| {
            let gap = if about.is_empty() { 0 } else { 28_usize.saturating_sub(url.chars().count()).max(1) };
            writeln!(out, "  {bold}{name:<14}{plain} {blue}{url}{plain}{}{about}", " ".repeat(gap))
        };
        let page = |path: &str| format!("{}{path}", self.server);
        row("Agent", &page("/"), &format!("{AGENT} / {PASSWORD}"))?;
        row("Supervisor", &page("/"), &format!("{SUPERVISOR} / {PASSWORD}"))?;
        row("Administrator", &page("/"), &format!("{ADMINISTRATOR} / {PASSWORD}"))?;
        if let Some(shop) = self.shop {
            row("Shop", &format!("{shop}/"), "write there: your agent is asked first")?;
        }
        row("Interface", &page("/v1/openapi.json"), "")?;
        row("Wall", &page(&format!("/tv#key={}", self.wall_key)), "")?;
        writeln!(out, "  {dim}{line}{plain}")?;
        if !self.quiet {
            let other = self.server.replace("127.0.0.1", "localhost");
            writeln!(out, "  Sign in as the agent, log in to work, and the next chat of the shop rings at yours.")?;
            writeln!(
                out,
                "  {dim}A browser holds one login for each name of a host: be somebody else at {other}{plain}"
            )?;
            match self.kept {
                Some(kept) => writeln!(out, "  {dim}Everything is kept in {kept}. Ctrl-C ends it.{plain}\n")?,
                None => writeln!(out, "  {dim}Everything is made up, and gone when it ends. Ctrl-C ends it.{plain}\n")?,
            }
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(coloured: bool) -> String {
        let sheet = Sheet {
            server: "http://127.0.0.1:8080",
            shop: Some("http://127.0.0.1:8081"),
            wall_key: "rk_x",
            agents: 24,
            speed: 1.0,
            seed: 7,
            kept: None,
            quiet: false,
        };
        let mut out = Vec::new();
        sheet.write(coloured, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_address_stands_in_a_line_with_its_login() {
        let text = printed(false);
        let line = |name: &str| text.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_owned();
        let words: Vec<String> = line("Supervisor").split_whitespace().map(str::to_owned).collect();
        assert_eq!(words, ["Supervisor", "http://127.0.0.1:8080/", "supervisor", "/", "readyroom-demo"]);
        assert!(line("Shop").contains("http://127.0.0.1:8081/ "));
        assert!(line("Wall").contains("/tv#key=rk_x"));
        assert!(text.contains("http://localhost:8080"));
        assert!(text.lines().all(|line| line.chars().count() <= 100));
        assert!(!text.contains('\x1b') && printed(true).contains("\x1b[1mAgent"));
    }
}
