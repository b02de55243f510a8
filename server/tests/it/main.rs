//! The program as people and scripts meet it: run on stores that the real log and engine wrote.
#![allow(clippy::unwrap_used)]

mod answers;
mod api;
mod damage;
mod demo;
mod office;
mod report;
mod scene;
mod upkeep;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What a run of the program left behind.
struct Run {
    code: i32,
    out: String,
    err: String,
}

/// Runs the program on the store in `dir`: the words of `line`, with `DIR` for the directory.
fn run(dir: &Path, line: &str) -> Run {
    let words = line.split_whitespace().map(|word| if word == "DIR" { dir.as_os_str() } else { word.as_ref() });
    let mut command = Command::new(env!("CARGO_BIN_EXE_readyroom"));
    told(command.args(words).stdin(Stdio::null()).output().unwrap())
}

fn told(output: Output) -> Run {
    let run = Run {
        code: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!run.err.contains("panicked"), "{}", run.err);
    assert!(run.code <= 3, "{}", run.code);
    assert!(run.code == 0 || !run.err.is_empty() || run.out.contains("finding"), "trouble has a sentence");
    run
}

impl Run {
    /// What was said, of a run with this exit code.
    fn with(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        if code == 0 { self.out } else { self.err }
    }

    /// The lines as JSON.
    fn json(&self) -> Vec<Value> {
        assert_eq!(self.code, 0, "{}", self.err);
        lines(&self.out)
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
