//! HTTP as plainly as it can be spoken, so that who asks costs little beside who answers.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A connection that stays open.
pub struct Line {
    stream: TcpStream,
    head: String,
    answer: Vec<u8>,
}

impl Line {
    /// A connection of one who has this key.
    pub fn open(address: &str, key: &str) -> Line {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a connection");
        let head = format!("Host: {address}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n");
        Line { stream, head, answer: Vec::new() }
    }

    /// Asks and reads the answer, which must say yes.
    pub fn ask(&mut self, method: &str, path: &str, body: &str) -> Value {
        let Line { stream, head, answer } = self;
        let request = format!("{method} {path} HTTP/1.1\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).expect("the server listens");
        answer.clear();
        let (body_at, length) = loop {
            if let Some(found) = head_of(answer) {
                break found;
            }
            more(stream, answer);
        };
        while answer.len() < body_at + length {
            more(stream, answer);
        }
        assert!(answer.starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(answer));
        serde_json::from_slice(&answer[body_at..]).expect("answers are JSON")
    }
}

fn more(stream: &mut TcpStream, answer: &mut Vec<u8>) {
    let mut part = [0; 4096];
    let read = stream.read(&mut part).expect("the server answers");
    assert!(read > 0, "the server answers to the end");
    answer.extend_from_slice(&part[..read]);
}

/// Where the body begins and how long it is, once the head is there.
fn head_of(answer: &[u8]) -> Option<(usize, usize)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).expect("a head is text");
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned));
    Some((end + 4, length.expect("answers have a length").trim().parse().expect("a number")))
}
