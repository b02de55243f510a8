//! `readyroom openapi`: the documents that describe the interface, as this program serves them.

use super::{Exit, exit_codes, stop};
use crate::http::{asyncapi, openapi};
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// Write the OpenAPI document, or the AsyncAPI document of the live stream
#[derive(Args)]
#[command(after_long_help = concat!(
    "The same documents are served at /v1/openapi.json and /v1/asyncapi.json.

Examples:
  readyroom openapi --out contract/openapi.json
  readyroom openapi --asyncapi --out contract/asyncapi.json

", exit_codes!()))]
pub struct OpenApi {
    /// The document of the live stream
    #[arg(long)]
    asyncapi: bool,
    /// Write it into this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl OpenApi {
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let text = if self.asyncapi { pretty(&asyncapi::document()) } else { pretty(&openapi::document()) };
        match &self.out {
            None => out.write_all(text.as_bytes())?,
            Some(file) => std::fs::write(file, text)
                .map_err(|error| stop(Exit::Store, format!("{} cannot be written: {error}", file.display())))?,
        }
        Ok(Exit::Well)
    }
}

fn pretty(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document).expect("memory takes whatever is written");
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn assert_fresh(document: &impl Serialize, stored: &str, remedy: &str) {
        let now: Value = serde_json::from_str(&pretty(document)).unwrap();
        let stored: Value = serde_json::from_str(stored).unwrap_or_default();
        assert!(now == stored, "the contract is stale; run `readyroom openapi {remedy}`");
    }

    #[test]
    fn the_contract_says_what_the_program_does() {
        let openapi = include_str!("../../../contract/openapi.json");
        assert_fresh(&openapi::document(), openapi, "--out contract/openapi.json");
        let asyncapi = include_str!("../../../contract/asyncapi.json");
        assert_fresh(&asyncapi::document(), asyncapi, "--asyncapi --out contract/asyncapi.json");
    }
}
