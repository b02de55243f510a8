//! Clients that speak HTTP badly on purpose: too slowly, not at all, or something else.

use super::{House, SOON};
use serde_json::json;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A house whose patience with the head of a request is one second.
async fn impatient() -> House {
    House::with(&[("READYROOM_LIMITS__HEAD_S", "1")]).await
}

fn connect(house: &House) -> TcpStream {
    let stream = TcpStream::connect(house.server.url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    stream
}

/// Sends byte after byte, one every 200 ms, until the server ends the connection; returns what it said.
fn drip(mut stream: TcpStream, bytes: &[u8]) -> String {
    let until = Instant::now() + SOON;
    let mut said = Vec::new();
    let mut bytes = bytes.iter();
    loop {
        assert!(Instant::now() < until, "the connection is still open");
        let sent = bytes.next().map(|&byte| stream.write_all(&[byte]));
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&chunk[..count]),
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {
                if sent.is_some_and(|sent| sent.is_err()) {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_trickles_in_is_cut_off() {
    let house = impatient().await;
    for head in ["GET /v1/agents HTTP/1.1\r\nhost: x\r\nx-very-long: ", "PRI * HTTP/2.0\r\n\r\nSM\r\n", "P"] {
        let stream = connect(&house);
        let head = format!("{head}{}", "a".repeat(1_000));
        let said = tokio::task::spawn_blocking(move || drip(stream, head.as_bytes())).await.unwrap();
        assert!(!said.contains(" 200 "), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_says_nothing_or_stops_in_the_middle_is_cut_off() {
    let house = impatient().await;
    for start in ["", "G", "P", "PRI * HTT", "GET / HTTP/1.1\r\nhost:"] {
        let mut stream = connect(&house);
        stream.write_all(start.as_bytes()).unwrap();
        let said = tokio::task::spawn_blocking(move || drip(stream, &[])).await.unwrap();
        assert!(!said.contains(" 200 "), "{start:?}: {said}");
    }
    // Whoever keeps to the rules is served meanwhile.
    house.admin.get("/v1/agents").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_behind_a_good_request_ends_the_connection_and_changes_nothing() {
    let house = impatient().await;
    let before = house.position().await;
    for garbage in
        [&b"\x00\x01\x02\x03\r\n\r\n"[..], b"EHLO mail\r\n\r\n", b"GET /healthz HTTP/9.9\r\n\r\n", &[0xff; 5_000]]
    {
        let mut stream = connect(&house);
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        // It may be cut off before all of it is sent.
        let _ = stream.write_all(garbage);
        let said = tokio::task::spawn_blocking(move || drip(stream, &[])).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        assert_eq!(said.matches("HTTP/1.1 200").count(), 1, "{said}");
    }
    let mut smuggled = connect(&house);
    let two_lengths =
        b"POST /v1/skills HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    smuggled.write_all(two_lengths).unwrap();
    let said = tokio::task::spawn_blocking(move || drip(smuggled, &[])).await.unwrap();
    assert!(!said.contains(" 201 "), "{said}");
    assert_eq!(house.position().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_many_or_huge_headers_is_refused() {
    let house = impatient().await;
    for head in [
        format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(1 << 20)),
        format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(1_000)),
        format!("GET /healthz?{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(100_000)),
    ] {
        let mut stream = connect(&house);
        // It may be refused before all of it is sent.
        let _ = stream.write_all(head.as_bytes());
        let said = tokio::task::spawn_blocking(move || drip(stream, &[])).await.unwrap();
        assert!(!said.contains(" 200 "), "{}", said.chars().take(200).collect::<String>());
    }
    house.admin.post("/v1/skills", json!({"name": "Patience"})).await.ok();
}
