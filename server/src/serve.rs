//! The server as a whole: the store opened, the accounts at work, the doors open; and all of it
//! closed again in the right order.

use crate::accounts::{Accounts, Ground};
use crate::auth::lockout::Lockout;
use crate::auth::password::{PasswordCost, Passwords};
use crate::auth::rate::{PerMinute, Rates};
use crate::config::{Config, Tls};
use crate::directory::{Directory, DirectoryError, Settings};
use crate::http::{self, App, Parts};
use crate::patience::Impatient;
use crate::vault::Vault;
use crate::{clock, telemetry};
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use readyroom_channels::chat;
use readyroom_log::{Log, SqliteLog};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// How long requests under way may still take when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// Between two sweeps of the directory.
const SWEEP: Duration = Duration::from_secs(60);

/// A server at work.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Everything a handler can reach.
    pub app: App,
    /// The one-time token of a store that has not been set up.
    pub setup_token: Option<String>,
    handle: Handle<SocketAddr>,
    serving: JoinHandle<std::io::Result<()>>,
    sweeping: JoinHandle<()>,
}

impl Server {
    /// Opens the store and the doors. Accounts open behind them; `/readyz` tells when all are.
    ///
    /// # Errors
    /// What stands in the way, and what to do.
    pub async fn start(config: Config) -> anyhow::Result<Server> {
        let dir = config.store.clone();
        make(&dir)?;
        let log = {
            let dir = dir.clone();
            tokio::task::spawn_blocking(move || SqliteLog::open(&dir)).await??
        };
        log.findings().iter().for_each(|finding| tracing::warn!("{finding}"));
        Server::start_on(config, Arc::new(log)).await
    }

    /// The same on a log that is open already, as benchmarks in memory have it.
    ///
    /// # Errors
    /// As `start`.
    pub async fn start_on(config: Config, log: Arc<dyn Log>) -> anyhow::Result<Server> {
        telemetry::figures();
        let dir = config.store.clone();
        make(&dir.join("views"))?;
        let sessions = Settings {
            session_idle_ms: config.sessions.idle_s * 1_000,
            session_absolute_ms: config.sessions.longest_s * 1_000,
        };
        let directory = Arc::new(Directory::open(&dir, sessions)?);
        let vault = Arc::new(Vault::open(&dir.join("keys.db"))?);
        let setup_token = match directory.open_setup(clock::now()) {
            Ok(token) => Some(token.reveal().to_owned()),
            Err(DirectoryError::SetupClosed) => None,
            Err(error) => return Err(error.into()),
        };
        let ground = Ground { log, directory: directory.clone(), vault: vault.clone(), views: dir.join("views") };
        let accounts = Accounts::new(ground);
        for account in directory.accounts() {
            accounts.open(account.id);
        }
        let cost = PasswordCost { memory_kib: config.passwords.memory_kib, passes: config.passwords.passes };
        let app = App::new(Parts {
            accounts,
            directory,
            vault,
            passwords: Passwords::new(cost)?,
            lockout: Lockout::new(),
            rates: Rates::new(PerMinute {
                sign_ins: config.rates.sign_ins_per_minute,
                unknown: config.rates.unknown_per_minute,
                chats: config.rates.chats_per_minute,
                words: chat::MESSAGES_PER_MINUTE,
            }),
            config,
            under_way: Default::default(),
            users: Default::default(),
            clients: Default::default(),
            streams: http::stream::Streams::default(),
            stopping: tokio::sync::watch::channel(false).0,
        });
        let listener = std::net::TcpListener::bind(app.config.listen)
            .map_err(|error| anyhow::anyhow!("cannot listen on {}: {error}", app.config.listen))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let handle = Handle::new();
        let service = http::service(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let tls = match &app.config.tls {
            Some(tls) => Some(read_tls(tls).await?),
            None => None,
        };
        let serving = {
            let handle = handle.clone();
            let within = Duration::from_secs(app.config.limits.head_s);
            let places = Arc::new(Semaphore::new(app.config.limits.connections));
            match tls {
                None => {
                    let mut server = axum_server::from_tcp(listener)?.handle(handle);
                    patience(server.http_builder(), within);
                    tokio::spawn(server.map(|_| Impatient { inner: NoDelayAcceptor, within, places }).serve(service))
                }
                Some(tls) => {
                    let mut server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle);
                    patience(server.http_builder(), within);
                    let prompt = |tls: RustlsAcceptor| tls.acceptor(NoDelayAcceptor);
                    tokio::spawn(server.map(|tls| Impatient { inner: prompt(tls), within, places }).serve(service))
                }
            }
        };
        let sweeping = tokio::spawn(sweep(app.directory.clone()));
        Ok(Server { address, app, setup_token, handle, serving, sweeping })
    }

    /// Waits until every account is at work, or the time is over.
    pub async fn ready(&self, within: Duration) -> bool {
        for account in self.app.accounts.all() {
            if !account.opened(within).await {
                return false;
            }
        }
        true
    }

    /// Lets requests under way end, stores what was decided, and closes.
    pub async fn stop(self) {
        // Streams end first: an open one would hold the doors open for the whole grace.
        self.app.stopping.send_replace(true);
        self.handle.graceful_shutdown(Some(GRACE));
        match self.serving.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!("the doors: {error}"),
            Err(error) => tracing::error!("the doors: {error}"),
        }
        self.app.accounts.stop().await;
        // What it has not written yet is when things were used in the last minute.
        self.sweeping.abort();
    }
}

/// Keeps the directory clean, for as long as the server runs.
async fn sweep(directory: Arc<Directory>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let directory = directory.clone();
        let swept = tokio::task::spawn_blocking(move || directory.sweep(clock::now())).await;
        if let Err(error) = swept.expect("a sweep does not panic") {
            tracing::error!("the directory was not swept: {error}");
        }
    }
}

/// Makes a directory that nobody else on this machine looks into: keys and people's data lie there.
fn make(dir: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if std::fs::metadata(dir).is_ok_and(|known| known.permissions().mode() & 0o077 != 0) {
        tracing::warn!("{} can be looked into by others on this machine; chmod 700 it", dir.display());
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| anyhow::anyhow!("{} cannot be made: {error}", dir.display()))
}

/// Ends connections that send nothing, however slowly.
fn patience(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>, within: Duration) {
    builder.http1().timer(hyper_util::rt::TokioTimer::new()).header_read_timeout(within);
    builder.http2().timer(hyper_util::rt::TokioTimer::new()).keep_alive_interval(within);
}

async fn read_tls(tls: &Tls) -> anyhow::Result<RustlsConfig> {
    // The process has one provider; another part of it may have said so before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    RustlsConfig::from_pem_file(&tls.certificate, &tls.key)
        .await
        .map_err(|error| anyhow::anyhow!("{} with {}: {error}", tls.certificate.display(), tls.key.display()))
}
