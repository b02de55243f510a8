//! Origins: which pages somebody means, as browsers name them.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest origin, in bytes: a scheme, the longest host name there is, a port.
const BYTES_MAX: usize = 280;

/// `https://shop.example` or `http://localhost:5173`: small letters, and no port where it is the usual one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(Box<str>);

/// A text that is no origin, or none whose pages are safe from others on their way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no origin: write https://host or https://host:port without a path; http is for localhost and other \
     addresses of the machine itself"
)]
pub struct BadOrigin {
    text: String,
}

impl Origin {
    /// Reads an origin: `https`, or `http` where the page never leaves the machine.
    ///
    /// # Errors
    /// `BadOrigin`.
    pub fn new(text: &str) -> Result<Origin, BadOrigin> {
        let bad = || BadOrigin { text: text.chars().take(80).collect() };
        let text = text.trim();
        if text.len() > BYTES_MAX {
            return Err(bad());
        }
        let folded = text.to_ascii_lowercase();
        let (scheme, rest) = folded.split_once("://").ok_or_else(bad)?;
        let (host, port) = parts(rest).ok_or_else(bad)?;
        let usual = match scheme {
            "https" => 443,
            "http" if is_own_machine(host) => 80,
            _ => return Err(bad()),
        };
        Ok(Origin(match port.filter(|port| *port != usual) {
            Some(port) => format!("{scheme}://{host}:{port}").into(),
            None => format!("{scheme}://{host}").into(),
        }))
    }

    /// The text, as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::str::FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Origin, BadOrigin> {
        Origin::new(text)
    }
}

/// A host, and the port behind it.
fn parts(rest: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match rest.strip_prefix('[') {
        Some(bracketed) => {
            let end = bracketed.find(']')?;
            bracketed[..end].parse::<Ipv6Addr>().ok()?;
            let (host, port) = rest.split_at(end + 2);
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
    };
    if !host.starts_with('[') && !is_name(host) {
        return None;
    }
    match port {
        None => Some((host, None)),
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            let port: u16 = port.parse().ok().filter(|port| *port > 0)?;
            Some((host, Some(port)))
        }
        Some(_) => None,
    }
}

/// Names are sent as `xn--…` where they have other letters.
fn is_name(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    let part = |part: &str| (1..=63).contains(&part.len()) && part.bytes().all(plain);
    host.len() <= 253 && host.split('.').all(part)
}

fn is_own_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_as_browsers_send_it() {
        for (text, read) in [
            ("https://shop.example", "https://shop.example"),
            (" HTTPS://Shop.Example ", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://localhost:80", "http://localhost"),
            ("http://shop.localhost", "http://shop.localhost"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(Origin::new(text).map(|origin| origin.to_string()), Ok(read.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_none_or_is_open_to_whoever_listens_is_refused() {
        for text in [
            "",
            "null",
            "*",
            "https://*",
            "https://*.example",
            "shop.example",
            "http://shop.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "ftp://localhost",
            "https://",
            "https://shop.example/",
            "https://shop.example/path",
            "https://shop.example?x",
            "https://user@shop.example",
            "https://shop..example",
            "https://shop.example:",
            "https://shop.example:0",
            "https://shop.example:+1",
            "https://shop.example:65536",
            "https://[::1",
            "https://[::1]x",
            "https://[shop]",
            "https://bücher.example",
            "https://a b",
            "https://a\nb",
            &format!("https://{}", "x".repeat(300)),
        ] {
            let error = Origin::new(text).expect_err(text).to_string();
            assert!(error.contains("https://host") && error.len() < 300, "{error}");
        }
    }
}
