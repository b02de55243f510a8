//! `readyroom init`: an account and its administrator, on a store that no server is at work on.

use super::fold::Fold;
use super::store::Store;
use super::{Exit, exit_codes, json, office, stop, tell};
use crate::auth::Role;
use crate::directory::{Act, By, Directory, Login, NewAccount, NewUser, PersonName};
use crate::{clock, dice};
use clap::Args;
use readyroom_core::ids::{AccountId, QueueId, UserId};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

/// Add an account and its administrator to a store, which is made when it is missing
#[derive(Args)]
#[command(after_long_help = concat!(
    "The server must be stopped; when it starts again it opens the account.

With --adopt the account is one that log.db holds already, as after directory.db was lost: the agents on
its floor become users again, each with its id for a login and a name, and without a password.

Examples:
  readyroom init --store /var/lib/readyroom --account acme --zone Europe/Stockholm \\
    --admin-login ada --admin-name 'Ada Admin' --password-stdin < password
  readyroom init --store /var/lib/readyroom --account acme --adopt ac_01j160r23gw5zkpfjme3fwzs5k \\
    --admin-login ada --admin-name 'Ada Admin' --password-stdin < password

", exit_codes!()))]
pub struct Init {
    /// The directory of the store
    #[arg(long, env = "READYROOM_STORE")]
    store: PathBuf,
    /// The account's name: 1 to 64 of a-z, 0-9 and '-'
    #[arg(long)]
    account: String,
    /// The time zone of its days, as Europe/Stockholm
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// What its administrator signs in with
    #[arg(long)]
    admin_login: String,
    /// The administrator's full name
    #[arg(long)]
    admin_name: String,
    /// Read the administrator's password from the first line of the input
    #[arg(long)]
    password_stdin: bool,
    /// Take up this account of log.db
    #[arg(long, value_name = "ACCOUNT")]
    adopt: Option<AccountId>,
    /// Print the ids as one JSON object
    #[arg(long)]
    json: bool,
}

/// What was made.
#[derive(Serialize)]
struct Made {
    account: AccountId,
    user: UserId,
    /// Users that were made for agents on the floor.
    adopted: usize,
}

/// What the log knows of an account.
struct Found {
    general: Option<QueueId>,
    agents: Vec<(UserId, bool)>,
}

impl Init {
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let login = Login::new(&self.admin_login).map_err(office::no)?;
        let name = PersonName::new(&self.admin_name).map_err(office::no)?;
        let found = self.adopt.map(|account| self.find(account)).transpose()?;
        let directory = office::open_or_make(&self.store)?;
        if directory.account_by_name(&self.account).is_some() {
            let sentence = format!("there is an account {} already; add users with `readyroom user add`", self.account);
            return Err(stop(Exit::Finding, sentence));
        }
        let password = if self.password_stdin { Some(office::password_from_input(&login)?) } else { None };
        let now = clock::now();
        let account = self.adopt.unwrap_or(AccountId(dice::id(now)));
        let (agents, general) = found.map_or((Vec::new(), None), |found| (found.agents, found.general));
        let new = NewAccount {
            id: account,
            name: self.account.clone(),
            zone: Some(self.zone.clone()),
            text_retention_days: None,
            general_queue: general.unwrap_or(QueueId(dice::id(now))),
        };
        directory.create_account(new, &Act::new(now, By::Cli, "account.created", account)).map_err(office::no)?;
        let user = UserId(dice::id(now));
        let (role, teams) = (Role::Administrator, BTreeSet::new());
        let first = NewUser { id: user, login, name, email: None, role, password, teams };
        let act = Act::new(now, By::Cli, "user.created", user);
        directory.create_user(account, first, None, &act).map_err(office::no)?;
        for &(agent, active) in &agents {
            adopt(&directory, account, agent, active)?;
        }
        let made = Made { account, user, adopted: agents.len() };
        if self.json {
            json::line(&made, out)?;
        } else {
            writeln!(out, "account {account} ({}), administrator {user}", self.account)?;
            if self.adopt.is_some() {
                writeln!(out, "{} agents of its floor are users again", agents.len())?;
            }
        }
        if !self.password_stdin {
            tell("the administrator has no password yet; set it with `readyroom user password`");
        }
        Ok(Exit::Well)
    }

    /// The account as the log has it: General, and the agents.
    fn find(&self, account: AccountId) -> anyhow::Result<Found> {
        let store = Store::open(&self.store)?;
        let mut fold = Fold::begin(&store, store.account(Some(account))?, None)?;
        while fold.step()?.is_some() {}
        let agents = fold.floor().agents().map(|(_, agent)| (agent.id, agent.active)).collect();
        Ok(Found { general: fold.floor().general(), agents })
    }
}

/// Makes a user of an agent of whom only the floor knows.
fn adopt(directory: &Directory, account: AccountId, agent: UserId, active: bool) -> anyhow::Result<()> {
    let text = agent.to_string();
    let new = NewUser {
        id: agent,
        login: Login::new(&text).map_err(office::no)?,
        name: PersonName::new(&text).map_err(office::no)?,
        email: None,
        role: Role::Agent,
        password: None,
        teams: BTreeSet::new(),
    };
    let act = Act::new(clock::now(), By::Cli, "user.adopted", agent);
    directory.create_user(account, new, None, &act).map_err(office::no)?;
    if !active {
        directory.deactivate_user(account, agent, None, &act).map_err(office::no)?;
    }
    Ok(())
}
