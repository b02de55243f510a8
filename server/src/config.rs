//! What the operator decides: where the store is, where to listen, secrets. Everything about the
//! floor is a command and not here.
//!
//! A flag goes before the environment, that before the file, that before the default.

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The configuration of one server.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The directory of the store; made when it is missing.
    pub store: PathBuf,
    /// Where HTTP is served. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Served over TLS when given.
    pub tls: Option<Tls>,
    /// Addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Pages that may open a stream with a session's cookie, beside our own: `https://host`.
    pub allowed_origins: Vec<String>,
    /// What the server says of itself.
    pub log: Logging,
    /// How long people stay signed in.
    pub sessions: Sessions,
    /// What a password costs to try.
    pub passwords: Passwords,
    /// How often the unknown may ask.
    pub rates: Rates,
    /// What connections may take.
    pub limits: Limits,
}

/// A certificate and its key.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The chain of certificates, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// What the server says of itself, and how.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logging {
    /// Lines for people, or one JSON object a line.
    pub format: LogFormat,
    /// How much: `warn`, `info`, `readyroom=debug` …
    pub filter: String,
}

/// How a line of the server's own log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

/// How long people stay signed in, seconds.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Without a request, 60 to 31 536 000.
    pub idle_s: u64,
    /// At most, 60 to 31 536 000.
    pub longest_s: u64,
}

/// The cost of argon2id.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Passwords {
    /// Memory, KiB, 8 to 1 048 576.
    pub memory_kib: u32,
    /// Passes, 1 to 100.
    pub passes: u32,
}

/// Requests a minute from one address, over which the answer is 429.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Attempts to sign in or to set up.
    pub sign_ins_per_minute: u32,
    /// Other requests that no key and no session vouches for.
    pub unknown_per_minute: u32,
    /// Chats that visitors begin.
    pub chats_per_minute: u32,
}

/// What connections may take.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The time for the head of a request, and to the first words of a connection: seconds, 1 to 300.
    pub head_s: u64,
    /// How many may be open at once, 1 to 1 000 000. Each takes a file descriptor.
    pub connections: usize,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            store: "readyroom-store".into(),
            listen: ([127, 0, 0, 1], 8080).into(),
            tls: None,
            trusted_proxies: Vec::new(),
            allowed_origins: Vec::new(),
            log: Logging::default(),
            sessions: Sessions::default(),
            passwords: Passwords::default(),
            rates: Rates::default(),
            limits: Limits::default(),
        }
    }
}

impl Default for Logging {
    fn default() -> Self {
        Logging { format: LogFormat::Text, filter: "info".into() }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Sessions { idle_s: 12 * 3_600, longest_s: 7 * 24 * 3_600 }
    }
}

impl Default for Passwords {
    fn default() -> Self {
        // What OWASP's cheat sheet asks of argon2id.
        Passwords { memory_kib: 19 * 1_024, passes: 2 }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Rates { sign_ins_per_minute: 20, unknown_per_minute: 300, chats_per_minute: 20 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { head_s: 10, connections: 20_000 }
    }
}

/// What flags say.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Flags {
    /// `--store`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<PathBuf>,
    /// `--listen`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
}

/// Why there is no configuration: a sentence with the place and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be used: {0}")]
pub struct ConfigError(String);

impl Config {
    /// Reads the file, the environment (`READYROOM_LISTEN`, `READYROOM_TLS__KEY`) and the flags.
    ///
    /// # Errors
    /// What is wrong, with its name and where it was said.
    pub fn read(file: Option<&Path>, flags: &Flags) -> Result<Config, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError(format!("there is no file {}", file.display())));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let environment = Env::prefixed("READYROOM_").split("__");
        let config: Config =
            figment.merge(environment).merge(Serialized::defaults(flags)).extract().map_err(|errors| {
                let all: Vec<String> = errors.into_iter().map(|error| error.to_string()).collect();
                ConfigError(all.join("; "))
            })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let within = |name: &str, value: u64, from: u64, to: u64| {
            if (from..=to).contains(&value) {
                Ok(())
            } else {
                Err(ConfigError(format!("{name} is {value}, and must be {from} to {to}")))
            }
        };
        within("sessions.idle_s", self.sessions.idle_s, 60, 31_536_000)?;
        within("sessions.longest_s", self.sessions.longest_s, 60, 31_536_000)?;
        within("passwords.memory_kib", self.passwords.memory_kib.into(), 8, 1_048_576)?;
        within("passwords.passes", self.passwords.passes.into(), 1, 100)?;
        within("rates.sign_ins_per_minute", self.rates.sign_ins_per_minute.into(), 1, 1_000_000)?;
        within("rates.unknown_per_minute", self.rates.unknown_per_minute.into(), 1, 1_000_000)?;
        within("rates.chats_per_minute", self.rates.chats_per_minute.into(), 1, 1_000_000)?;
        within("limits.head_s", self.limits.head_s, 1, 300)?;
        within("limits.connections", self.limits.connections as u64, 1, 1_000_000)?;
        if let Some(origin) = self.allowed_origins.iter().find(|origin| !is_origin(origin)) {
            return Err(ConfigError(format!("allowed_origins: {origin:?} is no origin; write https://host[:port]")));
        }
        if let Some(tls) = &self.tls {
            for (name, file) in [("tls.certificate", &tls.certificate), ("tls.key", &tls.key)] {
                if !file.is_file() {
                    return Err(ConfigError(format!("{name}: there is no file {}", file.display())));
                }
            }
        }
        Ok(())
    }
}

fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("readyroom.toml");
        std::fs::write(&file, text).unwrap();
        Config::read(Some(&file), &Flags::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        assert_eq!(read("").unwrap(), Config::default());
    }

    #[test]
    fn a_flag_goes_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("readyroom.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nstore = \"here\"").unwrap();
        let flags = Flags { listen: Some(([127, 0, 0, 1], 2).into()), store: None };
        let config = Config::read(Some(&file), &flags).unwrap();
        assert_eq!((config.listen.port(), config.store), (2, "here".into()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, told) in [
            ("lisen = 1", "lisen"),
            ("listen = \"nowhere\"", "listen"),
            ("[sessions]\nidle_s = 1", "sessions.idle_s is 1, and must be 60"),
            ("[tls]\ncertificate = \"none.pem\"\nkey = \"none.pem\"", "there is no file none.pem"),
            ("allowed_origins = [\"example.org\"]", "no origin"),
            ("[log]\nformat = \"xml\"", "format"),
        ] {
            let wrong = read(text).unwrap_err();
            assert!(wrong.contains(told), "{text}: {wrong}");
        }
    }
}
