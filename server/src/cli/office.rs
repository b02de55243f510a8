//! People on the command line: the directory of a store that no server is at work on.

use super::{Exit, stop};
use crate::auth::password::Hasher;
use crate::auth::{Password, PasswordCost, PasswordHash};
use crate::directory::{Account, Directory, DirectoryError, Login, Settings, User};
use std::io::{self, BufRead};
use std::path::Path;
use std::sync::Arc;

/// Opens the directory of a stopped store, which must have one.
pub fn open(dir: &Path) -> anyhow::Result<Directory> {
    let db = dir.join("directory.db");
    if !db.is_file() {
        let sentence = format!(
            "{} is not there; is this the directory of a store? A new one is made by `readyroom init`",
            db.display()
        );
        return Err(stop(Exit::Store, sentence));
    }
    open_or_make(dir)
}

/// Opens the directory of a stopped store, and makes what is missing.
pub fn open_or_make(dir: &Path) -> anyhow::Result<Directory> {
    std::fs::create_dir_all(dir)
        .map_err(|error| stop(Exit::Store, format!("{} cannot be made: {error}", dir.display())))?;
    // How long sessions last is for the server to say: none begins here, and none ends by time.
    Directory::open(dir, Settings::default()).map_err(no)
}

/// A no of the directory, with the exit code it makes.
pub fn no(error: DirectoryError) -> anyhow::Error {
    let exit = match &error {
        DirectoryError::InUse { .. } | DirectoryError::NotOurs { .. } | DirectoryError::Unavailable { .. } => {
            Exit::Store
        }
        DirectoryError::Invalid { .. } => Exit::Usage,
        _ => Exit::Finding,
    };
    stop(exit, error.to_string())
}

/// The account of this name, or the only one there is.
pub fn account(directory: &Directory, name: Option<&str>) -> anyhow::Result<Arc<Account>> {
    let accounts = directory.accounts();
    let names = || accounts.iter().map(|account| &*account.name).collect::<Vec<_>>().join(", ");
    match (name, accounts.as_slice()) {
        (Some(name), _) => directory
            .account_by_name(name)
            .ok_or_else(|| stop(Exit::Finding, format!("there is no account {name}; there are: {}", names()))),
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(stop(Exit::Finding, "there is no account yet; make one with `readyroom init`")),
        (None, _) => {
            Err(stop(Exit::Usage, format!("there are several accounts; say which with --account: {}", names())))
        }
    }
}

/// The user with this login.
pub fn user(directory: &Directory, account: &Account, login: &str) -> anyhow::Result<Arc<User>> {
    let known = Login::new(login).ok().and_then(|login| directory.user_by_login(account.id, &login));
    known.ok_or_else(|| stop(Exit::Finding, format!("nobody in {} signs in as {login}", account.name)))
}

/// The password that stands in the first line of the input, as it is kept.
pub fn password_from_input(login: &Login) -> anyhow::Result<PasswordHash> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| stop(Exit::Usage, format!("the password cannot be read from the input: {error}")))?;
    let password = Password::new(line.trim_end_matches(['\r', '\n']), login).map_err(no)?;
    Ok(Hasher::new(PasswordCost::default()).map_err(no)?.hash(&password))
}
