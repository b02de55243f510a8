//! `readyroom user`: the people of a store that no server is at work on. The floor follows at the next
//! start.

use super::print::{Table, or_dash};
use super::{Exit, exit_codes, json, office};
use crate::auth::Role;
use crate::directory::{Account, Act, By, Directory, Email, Login, NewUser, PersonName, User};
use crate::{clock, dice};
use clap::{Args, Subcommand};
use readyroom_core::ids::UserId;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// The people of a store, while its server is stopped
#[derive(Subcommand)]
pub enum Users {
    List(List),
    Add(Add),
    Password(SetPassword),
    Deactivate(Deactivate),
    Reactivate(Reactivate),
}

impl Users {
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        match self {
            Users::List(list) => list.run(out),
            Users::Add(add) => add.run(out),
            Users::Password(password) => password.run(out),
            Users::Deactivate(deactivate) => deactivate.run(out),
            Users::Reactivate(reactivate) => reactivate.run(out),
        }
    }
}

/// Which account of which store.
#[derive(Args)]
struct Where {
    /// The directory of the store
    #[arg(long, env = "READYROOM_STORE")]
    store: PathBuf,
    /// The account's name; not needed where there is one only
    #[arg(long)]
    account: Option<String>,
}

impl Where {
    fn open(&self) -> anyhow::Result<(Directory, Arc<Account>)> {
        let directory = office::open(&self.store)?;
        let account = office::account(&directory, self.account.as_deref())?;
        Ok((directory, account))
    }

    /// The user with this login, and where.
    fn find(&self, login: &str) -> anyhow::Result<(Directory, Arc<User>)> {
        let (directory, account) = self.open()?;
        let user = office::user(&directory, &account, login)?;
        Ok((directory, user))
    }
}

/// List the users of an account, the oldest first
#[derive(Args)]
#[command(after_long_help = concat!(
    "Examples:
  readyroom user list --store /var/lib/readyroom
  readyroom user list --store /var/lib/readyroom --account acme --json

", exit_codes!()))]
pub struct List {
    #[command(flatten)]
    place: Where,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// A user as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    id: UserId,
    login: &'a str,
    name: &'a str,
    email: Option<&'a str>,
    role: Role,
    active: bool,
    has_password: bool,
}

impl List {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let (directory, account) = self.place.open()?;
        let mut table = Table::new(&["id", "login", "role", "active", "password", "name", "email"]);
        for user in directory.everybody(account.id).map_err(office::no)? {
            let line = Line {
                id: user.id,
                login: user.login.reveal(),
                name: user.name.reveal(),
                email: user.email.as_ref().map(Email::reveal),
                role: user.role,
                active: user.active,
                has_password: user.password.is_some(),
            };
            if self.json {
                json::line(&line, out)?;
                continue;
            }
            let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
            table.line(vec![
                line.id.to_string(),
                line.login.to_owned(),
                line.role.to_string(),
                yes(line.active),
                yes(line.has_password),
                line.name.to_owned(),
                or_dash(line.email),
            ]);
        }
        if !self.json {
            table.print("", out)?;
        }
        Ok(Exit::Well)
    }
}

/// Add a user
#[derive(Args)]
#[command(after_long_help = concat!(
    "Examples:
  readyroom user add --store /var/lib/readyroom --login anna --name 'Anna Andersson'
  readyroom user add --store /var/lib/readyroom --login bo --name Bo --role supervisor --password-stdin < password

", exit_codes!()))]
pub struct Add {
    #[command(flatten)]
    place: Where,
    /// What they sign in with
    #[arg(long)]
    login: String,
    /// Their full name
    #[arg(long)]
    name: String,
    /// Where they get mail
    #[arg(long)]
    email: Option<String>,
    /// agent, supervisor, manager or administrator
    #[arg(long, default_value = "agent")]
    role: Role,
    /// Read their password from the first line of the input
    #[arg(long)]
    password_stdin: bool,
    /// Print the id as a JSON object
    #[arg(long)]
    json: bool,
}

impl Add {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let (directory, account) = self.place.open()?;
        let login = Login::new(&self.login).map_err(office::no)?;
        let password = if self.password_stdin { Some(office::password_from_input(&login)?) } else { None };
        let now = clock::now();
        let new = NewUser {
            id: UserId(dice::id(now)),
            login,
            name: PersonName::new(&self.name).map_err(office::no)?,
            email: self.email.as_deref().map(Email::new).transpose().map_err(office::no)?,
            role: self.role,
            password,
            teams: BTreeSet::new(),
        };
        let (id, act) = (new.id, Act::new(now, By::Cli, "user.created", new.id));
        directory.create_user(account.id, new, None, &act).map_err(office::no)?;
        if self.json {
            json::line(&serde_json::json!({"id": id}), out)?;
        } else {
            writeln!(out, "user {id}")?;
        }
        Ok(Exit::Well)
    }
}

/// Set a user's password from the first line of the input; their sessions end
#[derive(Args)]
#[command(after_long_help = concat!(
    "Examples:
  readyroom user password ada --store /var/lib/readyroom < password

", exit_codes!()))]
pub struct SetPassword {
    /// What they sign in with
    login: String,
    #[command(flatten)]
    place: Where,
}

impl SetPassword {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let (directory, user) = self.place.find(&self.login)?;
        let password = office::password_from_input(&user.login)?;
        let act = Act::new(clock::now(), By::Cli, "user.password_set", user.id);
        directory.set_password(user.account, user.id, None, password, &act).map_err(office::no)?;
        writeln!(out, "the password of {} is set", user.id)?;
        Ok(Exit::Well)
    }
}

/// Deactivate a user: no login, and their history stays
#[derive(Args)]
#[command(after_long_help = concat!(
    "Examples:
  readyroom user deactivate anna --store /var/lib/readyroom

", exit_codes!()))]
pub struct Deactivate {
    /// What they sign in with
    login: String,
    #[command(flatten)]
    place: Where,
}

impl Deactivate {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let (directory, user) = self.place.find(&self.login)?;
        let act = Act::new(clock::now(), By::Cli, "user.deactivated", user.id);
        directory.deactivate_user(user.account, user.id, None, &act).map_err(office::no)?;
        writeln!(out, "{} is deactivated", user.id)?;
        Ok(Exit::Well)
    }
}

/// Let a deactivated user sign in and work again
#[derive(Args)]
#[command(after_long_help = concat!(
    "Examples:
  readyroom user reactivate anna --store /var/lib/readyroom

", exit_codes!()))]
pub struct Reactivate {
    /// What they sign in with
    login: String,
    #[command(flatten)]
    place: Where,
}

impl Reactivate {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<Exit> {
        let (directory, user) = self.place.find(&self.login)?;
        let act = Act::new(clock::now(), By::Cli, "user.reactivated", user.id);
        directory.reactivate_user(user.account, user.id, None, &act).map_err(office::no)?;
        writeln!(out, "{} is active", user.id)?;
        Ok(Exit::Well)
    }
}
