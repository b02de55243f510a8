//! `readyroom demo`: a server with a floor full of people, for whoever wants to see it live.
//!
//! Everybody but the visitor is played, and through the public interface alone: requests with a key, and the
//! stream. What a visitor sees is therefore what any program could have made.

mod agenda;
mod ask;
mod board;
mod cast;
mod chance;
mod clients;
mod day;
mod dialogues;
mod life;
mod listen;
mod names;
mod people;
mod play;
mod settle;
mod sheet;
mod shop;
mod tally;
mod work;

use super::serve::told_to_stop;
use super::{Exit, exit_codes, stop, tell};
use crate::config::Config;
use crate::serve::Server;
use crate::{dice, telemetry};
use ask::Asker;
use clap::Args;
use day::Pace;
use sheet::Sheet;
use shop::Shop;
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tally::Tally;

/// The ports that are taken when nothing is said and they are free.
const PORT: u16 = 8080;
const SHOP_PORT: u16 = 8081;
/// How long the server may take to close.
const CLOSES_WITHIN: Duration = Duration::from_millis(2_400);

/// Show a floor at work: a server with people who are played, and a place for you among them
#[derive(Args)]
#[command(after_long_help = concat!(
    "It listens on the loopback only. Agents, clients and what they say are made up; they are played through the
public interface, by programs that any other program could replace. A working day passes in an hour and a half at
speed 1. Everything lies in one directory, which is removed at the end unless --keep names one; what was kept can be
opened with `readyroom serve --store DIR`. Ctrl-C ends it.

Examples:
  readyroom demo
  readyroom demo --agents 60 --speed 5
  readyroom demo --port 0 --shop-port 0 --quiet
  readyroom demo --keep ./floor --seed 7

", exit_codes!()))]
pub struct Demo {
    /// How many agents are played, 8 to 2000
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(8..=2_000))]
    agents: u16,
    /// How quickly people act and clients come, 0.1 to 60
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// The port of the server, 0 for any free one; 8080 unless given, or any free one if that is taken
    #[arg(long)]
    port: Option<u16>,
    /// The port of the shop's page, 0 for any free one; 8081 unless given, or any free one if that is taken
    #[arg(long, value_name = "PORT")]
    shop_port: Option<u16>,
    /// Keep the store in this directory, which must be empty or missing
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// What the dice of those who are played begin with; the same floor and the same plans come of the same seed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Say where things are, and nothing more
    #[arg(long)]
    quiet: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.1..=60.0).contains(&speed) => Ok(speed),
        _ => Err("must be a number from 0.1 to 60".to_owned()),
    }
}

impl Demo {
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let mut config = Config::default();
        config.log.filter = "warn".into();
        telemetry::start_logging(&config.log).map_err(|error| stop(Exit::Usage, error))?;
        let ground = Ground::take(self.keep.as_deref())?;
        config.store = ground.path().to_owned();
        let runtime = tokio::runtime::Runtime::new().map_err(|error| stop(Exit::Store, error.to_string()))?;
        let exit = runtime.block_on(self.show(config, out));
        // Requests under way have nobody left who waits for them.
        runtime.shutdown_timeout(Duration::from_millis(200));
        ground.leave();
        exit
    }

    async fn show(&self, mut config: Config, out: &mut dyn Write) -> anyhow::Result<Exit> {
        // Before anything is made that would have to be removed.
        let told_to_stop = told_to_stop()?;
        config.listen = (Ipv4Addr::LOCALHOST, free(self.port, PORT)?).into();
        // Everybody comes from one address here.
        config.rates.sign_ins_per_minute = 600;
        config.rates.unknown_per_minute = 60_000;
        config.rates.chats_per_minute = 600;
        let server = Server::start(config).await.map_err(|error| stop(Exit::Store, format!("{error:#}")))?;
        let tally = Arc::new(Tally::default());
        let began = Instant::now();
        let ended = tokio::select! {
            never = self.play(&server, tally.clone(), out) => never.map(|never| match never {}),
            () = told_to_stop => Ok(()),
        };
        // Whoever is played is gone by now; the doors close behind them.
        if tokio::time::timeout(CLOSES_WITHIN, server.stop()).await.is_err() {
            tell("demo: the server did not close in time; what was acknowledged is stored all the same");
        }
        ended?;
        if !self.quiet {
            write!(out, "\n{}", tally.lines(began.elapsed()))?;
        }
        Ok(Exit::Well)
    }

    /// Sets the floor up, says where it is, and plays until it is ended.
    async fn play(&self, server: &Server, tally: Arc<Tally>, out: &mut dyn Write) -> anyhow::Result<Never> {
        let seed = self.seed.unwrap_or_else(|| dice::number() % 10_000);
        let url = format!("http://{}", server.address);
        let refused = |no: ask::No| stop(Exit::Store, format!("the floor could not be set up: {no}"));
        let token = server.setup_token.as_deref().expect("the store is new");
        let unknown = Asker::unknown(&url, tally.clone());
        let mut settled =
            settle::settle(&unknown, token, self.agents.into(), seed, self.speed).await.map_err(refused)?;
        let shop_at = SocketAddr::from((Ipv4Addr::LOCALHOST, free(self.shop_port, SHOP_PORT)?));
        let listener = tokio::net::TcpListener::bind(shop_at)
            .await
            .map_err(|error| stop(Exit::Store, format!("the shop cannot listen on {shop_at}: {error}")))?;
        let shop = Shop::open(listener, &settled.administrator, &url, &settled.queues[cast::SHOP]).await;
        let shop = shop.map_err(refused)?;
        let kept = self.keep.as_deref().map(Path::to_string_lossy);
        Sheet {
            server: &url,
            shop: Some(&shop.url),
            wall_key: &settled.wall_key,
            agents: self.agents.into(),
            speed: self.speed,
            seed,
            kept: kept.as_deref(),
            quiet: self.quiet,
        }
        .print(out)?;
        let play = play::Play::new(&mut settled, Pace::new(self.speed, Instant::now()), seed, tally);
        play.play(server.address, settled.floor_key, settled.recruits).await;
        unreachable!("it plays for as long as it is let")
    }
}

/// There is none.
enum Never {}

/// The port that was asked for; else the usual one where it is free, else any free one.
fn free(asked: Option<u16>, usual: u16) -> anyhow::Result<u16> {
    let is_free = |port: u16| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop);
    match asked {
        Some(0) => Ok(0),
        Some(port) => match is_free(port) {
            Ok(()) => Ok(port),
            Err(error) => Err(stop(Exit::Usage, format!("port {port} cannot be had: {error}"))),
        },
        None => Ok(if is_free(usual).is_ok() { usual } else { 0 }),
    }
}

/// The directory in which everything lies.
enum Ground {
    /// Removed at the end, also when it goes wrong.
    Borrowed(tempfile::TempDir),
    Kept(PathBuf),
}

impl Ground {
    fn take(keep: Option<&Path>) -> anyhow::Result<Ground> {
        let Some(keep) = keep else {
            let ours_alone = std::fs::Permissions::from_mode(0o700);
            let borrowed = tempfile::Builder::new().prefix("readyroom-demo-").permissions(ours_alone).tempdir();
            return borrowed
                .map(Ground::Borrowed)
                .map_err(|error| stop(Exit::Store, format!("there is no temporary directory: {error}")));
        };
        match keep.read_dir().map(|mut files| files.next().is_none()) {
            Ok(true) => Ok(Ground::Kept(keep.to_owned())),
            Ok(false) => Err(stop(Exit::Usage, format!("{} is not empty; name another directory", keep.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Ground::Kept(keep.to_owned())),
            Err(error) => Err(stop(Exit::Usage, format!("{}: {error}", keep.display()))),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Ground::Borrowed(borrowed) => borrowed.path(),
            Ground::Kept(kept) => kept,
        }
    }

    fn leave(self) {
        if let Ground::Borrowed(borrowed) = self {
            let place = borrowed.path().to_owned();
            if let Err(error) = borrowed.close() {
                tell(format_args!("demo: {} could not be removed: {error}", place.display()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        demo: Demo,
    }

    fn read(line: &str) -> Result<Demo, String> {
        let words = std::iter::once("demo").chain(line.split_whitespace());
        Line::try_parse_from(words).map(|line| line.demo).map_err(|error| error.to_string())
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_limits() {
        for (line, told) in [
            ("--agents 7", "8..=2000"),
            ("--agents 2001", "8..=2000"),
            ("--speed 0.05", "0.1 to 60"),
            ("--speed 61", "0.1 to 60"),
            ("--speed NaN", "0.1 to 60"),
            ("--port 70000", "70000"),
        ] {
            let wrong = read(line).err().unwrap_or_default();
            assert!(wrong.contains(told), "{line}: {wrong}");
        }
        let usual = read("").unwrap();
        assert_eq!((usual.agents, usual.speed, usual.port, usual.quiet), (24, 1.0, None, false));
        assert!(read("--agents 2000 --speed 0.1 --port 0 --shop-port 0 --seed 7 --quiet").is_ok());
    }

    #[test]
    fn a_directory_that_holds_something_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Ground::take(Some(dir.path())).is_ok());
        std::fs::write(dir.path().join("mine"), "mine").unwrap();
        assert!(Ground::take(Some(dir.path())).is_err());
        let missing = dir.path().join("new");
        assert!(matches!(Ground::take(Some(&missing)), Ok(Ground::Kept(_))));
    }

    #[test]
    fn what_is_borrowed_is_given_back() {
        let ground = Ground::take(None).unwrap();
        let place = ground.path().to_owned();
        assert!(place.is_dir());
        ground.leave();
        assert!(!place.exists());
    }

    #[test]
    fn a_port_that_is_taken_is_only_a_wish_unless_it_was_asked_for() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_eq!(free(None, port).unwrap(), 0);
        assert!(free(Some(port), 8080).is_err());
        assert_eq!(free(Some(0), 8080).unwrap(), 0);
    }
}
