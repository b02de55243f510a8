//! `readyroom serve`: the server, until it is told to stop.

use super::{Exit, exit_codes, stop};
use crate::config::{Config, Flags};
use crate::serve::Server;
use crate::telemetry;
use clap::Args;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Serve: the API, the live stream, and the accounts of a store
#[derive(Args)]
#[command(after_long_help = concat!(
    "Configuration is read from --config, then from the environment (READYROOM_STORE, READYROOM_LISTEN,
READYROOM_TLS__KEY, …), then from the flags; docs/operate.md lists all of it. The first start of a new
store prints a token for POST /v1/setup, which makes the first account and its administrator.

Examples:
  readyroom serve --store /var/lib/readyroom --listen 0.0.0.0:8080
  readyroom serve --config /etc/readyroom.toml

", exit_codes!()))]
pub struct Serve {
    /// The configuration, TOML
    #[arg(long, env = "READYROOM_CONFIG")]
    config: Option<PathBuf>,
    /// The directory of the store; made when it is missing
    #[arg(long)]
    store: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let flags = Flags { store: self.store.clone(), listen: self.listen };
        let config =
            Config::read(self.config.as_deref(), &flags).map_err(|error| stop(Exit::Usage, error.to_string()))?;
        telemetry::start_logging(&config.log).map_err(|error| stop(Exit::Usage, error))?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| stop(Exit::Store, error.to_string()))?;
        runtime.block_on(serve(config, out))
    }
}

async fn serve(config: Config, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let server = Server::start(config).await.map_err(|error| stop(Exit::Store, format!("{error:#}")))?;
    // Before anybody is told that it serves, for whoever hears that may stop it at once.
    let told_to_stop = told_to_stop()?;
    writeln!(out, "readyroom listens on {scheme}://{}", server.address)?;
    if let Some(token) = &server.setup_token {
        writeln!(out, "This store is new. Set it up within a day, once, with this token:\n  {token}")?;
        writeln!(
            out,
            "  curl -X POST {scheme}://{}/v1/setup -H 'Content-Type: application/json' \\\n    -d '{{\"token\":\"{token}\",\"account\":\"acme\",\"name\":\"Ada Admin\",\"login\":\"ada\",\"password\":\"…\"}}'",
            server.address
        )?;
    }
    out.flush()?;
    told_to_stop.await;
    tracing::info!("stopping");
    server.stop().await;
    Ok(Exit::Well)
}

/// Listens from now on, and ends with Ctrl-C or the signal by which services are stopped.
pub fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
