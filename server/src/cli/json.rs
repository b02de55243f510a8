//! One JSON object a line.

use serde::Serialize;
use std::io::Write;

/// Prints the value as one line.
pub fn line(value: &impl Serialize, out: &mut dyn Write) -> anyhow::Result<()> {
    // Made whole first, so that what goes wrong here is the output and nothing else.
    let mut text = serde_json::to_vec(value).expect("our values have text for keys");
    text.push(b'\n');
    Ok(out.write_all(&text)?)
}
