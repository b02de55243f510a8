//! `readyroom forget`: a client is forgotten while the server is stopped.

use super::{EXIT_CODES, Exit, exit_codes, json, stop};
use crate::accounts::{Accounts, Ground};
use crate::directory::{Act, By, Directory, Settings};
use crate::vault::Vault;
use crate::wire::ChannelWord;
use crate::{clock, forget};
use clap::{Args, ValueEnum};
use readyroom_core::event::{Actor, Policy};
use readyroom_core::ids::{AccountId, ClientId};
use readyroom_log::SqliteLog;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long the account may take to open; a long log whose tables are filled anew takes long.
const OPEN_MAX: Duration = Duration::from_secs(3_600);

/// Forget a client: destroy the keys of all that was written by it and about it.
///
/// It cannot be undone. The log keeps its shape and says that somebody was forgotten. A copy of the file
/// keys.db, as in a backup, brings the texts back: delete those too. While the server runs, send
/// DELETE /v1/clients/{id} instead.
#[derive(Args)]
#[command(after_help = EXIT_CODES, after_long_help = concat!("Examples:
  readyroom forget --store DIR --client cl_01j160r23gw5zkpfjme3fwzs5k
  readyroom forget --store DIR --account ac_01j160r23gw5zkpfjme3fwzs5k --channel voice --address '+46 8 123 45 67'

", exit_codes!()))]
pub struct Forget {
    /// The directory of the store
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// The account, ac_…; may be left out where there is only one
    #[arg(long)]
    account: Option<AccountId>,
    /// The client, cl_…
    #[arg(long, required_unless_present = "address", conflicts_with_all = ["channel", "address"])]
    client: Option<ClientId>,
    /// How the client speaks
    #[arg(long, requires = "address")]
    channel: Option<ChannelName>,
    /// Who the client is on that channel: a number, an address
    #[arg(long, requires = "channel")]
    address: Option<String>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// How a client speaks.
#[derive(Clone, Copy, ValueEnum)]
enum ChannelName {
    /// Calls
    Voice,
    /// Threads of messages
    Chat,
}

#[derive(Serialize)]
struct Told {
    client: String,
    keys: usize,
    position: u64,
}

impl Forget {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let runtime = tokio::runtime::Runtime::new().map_err(|error| stop(Exit::Store, error.to_string()))?;
        let told = runtime.block_on(self.forget())?;
        if self.json {
            json::line(&told, out)?;
        } else {
            let Told { client, keys, position } = told;
            writeln!(out, "{client} is forgotten: {keys} keys destroyed, recorded as event {position}")?;
        }
        Ok(Exit::Well)
    }

    async fn forget(&self) -> anyhow::Result<Told> {
        let failed = |error: &dyn std::fmt::Display| stop(Exit::Store, error.to_string());
        let ground = self.ground()?;
        let account = self.account(&ground.directory)?;
        let client = self.client(&ground.vault, account)?;
        let (vault, directory) = (ground.vault.clone(), ground.directory.clone());
        let accounts = Accounts::new(ground);
        let open = accounts.open(account);
        let done = if open.opened(OPEN_MAX).await {
            forget::forget(vault, &open, Actor::Policy(Policy::Upkeep), client).await.map_err(|error| failed(&error))
        } else {
            Err(stop(
                Exit::Store,
                format!("account {account} could not be opened; start the server, whose log says why"),
            ))
        };
        // Closing it writes what the tables have not let go of yet.
        accounts.stop().await;
        directory
            .note(account, &Act::new(clock::now(), By::Cli, "client.forgotten", client))
            .map_err(|error| failed(&error))?;
        let forget::Forgotten { keys, position } = done?;
        Ok(Told { client: client.to_string(), keys, position: position.0 })
    }

    /// The store, for nobody else to write to meanwhile. No keys and no people are made where there are none.
    fn ground(&self) -> anyhow::Result<Ground> {
        let dir = &self.store;
        for file in ["log.db", "keys.db", "directory.db"] {
            if !dir.join(file).is_file() {
                let sentence =
                    format!("there is no {file} in {}; name the directory of a store that was set up", dir.display());
                return Err(stop(Exit::Store, sentence));
            }
        }
        let failed = |error: &dyn std::fmt::Display| stop(Exit::Store, error.to_string());
        // The tables may have been deleted; they are filled anew.
        std::fs::create_dir_all(dir.join("views")).map_err(|error| failed(&error))?;
        Ok(Ground {
            log: Arc::new(SqliteLog::open(dir).map_err(|error| failed(&error))?),
            directory: Arc::new(Directory::open(dir, Settings::default()).map_err(|error| failed(&error))?),
            vault: Arc::new(Vault::open(&dir.join("keys.db")).map_err(|error| failed(&error))?),
            views: dir.join("views"),
        })
    }

    fn account(&self, directory: &Directory) -> anyhow::Result<AccountId> {
        let known: Vec<AccountId> = directory.accounts().iter().map(|account| account.id).collect();
        match (self.account, known.as_slice()) {
            (Some(asked), known) if known.contains(&asked) => Ok(asked),
            (None, &[only]) => Ok(only),
            (Some(asked), _) => {
                Err(stop(Exit::Finding, format!("there is no account {asked} in {}", self.store.display())))
            }
            (None, []) => Err(stop(Exit::Finding, format!("there is no account in {}", self.store.display()))),
            (None, _) => Err(stop(Exit::Usage, "there are several accounts; say which with --account")),
        }
    }

    fn client(&self, vault: &Vault, account: AccountId) -> anyhow::Result<ClientId> {
        if let Some(client) = self.client {
            return Ok(client);
        }
        let (Some(channel), Some(address)) = (self.channel, &self.address) else {
            unreachable!("one of the two is required, and an address has its channel");
        };
        let channel = match channel {
            ChannelName::Voice => ChannelWord::Voice,
            ChannelName::Chat => ChannelWord::Chat,
        };
        vault.client_id(account, channel.as_str(), address).map_err(|error| stop(Exit::Store, error.to_string()))
    }
}
