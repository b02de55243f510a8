//! Opening a store to look at it, and reading its events in order. Nothing is ever written.

use super::guard::guard;
use super::{Exit, stop, tell};
use readyroom_core::event::codec::{self, Body};
use readyroom_core::ids::{AccountId, EventNo};
use readyroom_log::{Account, Anchor, Follow, Log, Pos, SqliteLog, Stored};
use std::cell::Cell;
use std::path::{Path, PathBuf};

/// A store that is looked at.
pub struct Store {
    dir: PathBuf,
    log: SqliteLog,
    found: Cell<bool>,
}

impl Store {
    /// Opens the store in this directory, beside a server at work or where nothing can be written.
    pub fn open(dir: &Path) -> anyhow::Result<Store> {
        let shown = dir.display();
        let db = dir.join("log.db");
        let problem = match dir.try_exists() {
            Err(error) => Some(format!("{shown} cannot be looked into: {error}")),
            Ok(false) => Some(format!("{shown} does not exist; name the directory that holds log.db")),
            Ok(true) if !dir.is_dir() => Some(format!("{shown} is not a directory; name the one that holds log.db")),
            Ok(true) => match db.try_exists() {
                Err(error) => Some(format!("{shown} cannot be looked into: {error}")),
                Ok(false) => {
                    Some(format!("there is no log in {shown}: log.db is not there; is this the right directory?"))
                }
                Ok(true) => None,
            },
        };
        if let Some(problem) = problem {
            return Err(stop(Exit::Store, problem));
        }
        let log = SqliteLog::open_read_only(dir).map_err(|error| stop(Exit::Store, error.to_string()))?;
        let store = Store { dir: dir.into(), log, found: Cell::new(false) };
        store.log.findings().iter().for_each(|finding| store.finding(finding));
        Ok(store)
    }

    /// Something is wrong, and the answer goes on all the same.
    pub fn finding(&self, sentence: &str) {
        tell(sentence);
        self.found.set(true);
    }

    /// How it went, when the answer is whole.
    pub fn exit(&self) -> Exit {
        if self.found.get() { Exit::Finding } else { Exit::Well }
    }

    /// The log itself.
    pub fn log(&self) -> &SqliteLog {
        &self.log
    }

    /// Whether a server is at work on it now.
    pub fn is_written_to(&self) -> bool {
        self.log.place().lock_out_writers().is_err()
    }

    /// The account that is meant: the one asked for, or the only one there is.
    pub fn account(&self, asked: Option<AccountId>) -> anyhow::Result<AccountId> {
        let known = self.accounts()?;
        let shown = self.dir.display();
        match (asked, known.as_slice()) {
            (Some(asked), known) if known.contains(&asked) => Ok(asked),
            (None, &[only]) => Ok(only),
            (Some(asked), known) => {
                let sentence = format!("there is no account {asked} in {shown}; it holds {}", list(known));
                Err(stop(Exit::Finding, sentence))
            }
            (None, []) => Err(stop(Exit::Finding, format!("the store in {shown} holds no account yet"))),
            (None, several) => {
                let sentence = format!("the store in {shown} holds {}; say which with --account", list(several));
                Err(stop(Exit::Usage, sentence))
            }
        }
    }

    fn accounts(&self) -> anyhow::Result<Vec<AccountId>> {
        let known = self.log.accounts().map_err(|error| stop(Exit::Store, error.to_string()))?;
        let rows = || self.log.page(None, Pos::START, Pos::MAX);
        if known.is_empty() && !rows().map_err(|error| stop(Exit::Store, error.to_string()))?.is_empty() {
            let sentence = format!(
                "{} is damaged: it holds entries and lists no account; restore a backup",
                self.dir.join("log.db").display()
            );
            return Err(stop(Exit::Store, sentence));
        }
        Ok(known.into_iter().map(|account| AccountId(account.0)).collect())
    }

    /// Where the log of the account begins; behind the first entry only when it was trimmed.
    pub fn start(&self, account: AccountId) -> anyhow::Result<Anchor> {
        self.log.start(Account(account.0)).map_err(|error| unreadable(account, error))
    }

    /// The entries of an account behind one of its positions, each checked, up to the end that the
    /// log has now.
    pub fn entries(&self, account: AccountId, after: Pos) -> anyhow::Result<Entries<'_>> {
        let follow =
            Follow::account(&self.log, Account(account.0), after).map_err(|error| unreadable(account, error))?;
        // A damaged end is met when it is read; until then there is no end in sight.
        let end = self.log.tail(Account(account.0)).ok().flatten();
        Ok(Entries {
            log: &self.log,
            account,
            follow,
            end: end.map_or(Pos::MAX, |tail| tail.pos),
            last: after,
            over: false,
        })
    }
}

fn list(accounts: &[AccountId]) -> String {
    let noun = if accounts.len() == 1 { "account" } else { "accounts" };
    let names: Vec<_> = accounts.iter().map(AccountId::to_string).collect();
    format!("{} {noun} ({})", accounts.len(), names.join(", "))
}

/// A sentence of the log, which knows accounts as bytes, in our words.
pub fn in_our_words(account: AccountId, sentence: &str) -> String {
    sentence.replace(&Account(account.0).to_string(), &account.to_string())
}

/// The log could not be read.
pub fn unreadable(account: AccountId, error: impl ToString) -> anyhow::Error {
    stop(Exit::Store, in_our_words(account, &error.to_string()))
}

/// Entries of an account in order. Damage ends them with one error.
pub struct Entries<'a> {
    log: &'a SqliteLog,
    account: AccountId,
    follow: Follow<'a, SqliteLog>,
    end: Pos,
    last: Pos,
    over: bool,
}

impl Entries<'_> {
    /// The log finds an account's entries by an index. If that is damaged at the account's end, the
    /// table still has what it lacks.
    fn check_end(&self) -> anyhow::Result<()> {
        let account = Account(self.account.0);
        let mut after = self.last;
        loop {
            let page = self.log.page(None, after, Pos::MAX).map_err(|error| unreadable(self.account, error))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.pos;
            let Some(row) = page.iter().find(|row| row.account == account) else {
                continue;
            };
            // A server at work may have written it since we looked.
            let tail = self.log.tail(account).map_err(|error| unreadable(self.account, error))?;
            return match tail {
                Some(tail) if tail.pos >= row.pos => Ok(()),
                _ => Err(stop(
                    Exit::Store,
                    format!(
                        "the log of account {} is damaged behind entry {}: entry {} is stored, and the index does not know it; what stands before is sound: restore a backup or run verify",
                        self.account, self.last, row.pos
                    ),
                )),
            };
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = anyhow::Result<Stored>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = if self.last < self.end { self.follow.next() } else { None };
        match next {
            Some(Ok(stored)) => {
                self.last = stored.pos;
                Some(Ok(stored))
            }
            Some(Err(error)) => {
                self.over = true;
                Some(Err(unreadable(self.account, error)))
            }
            None => {
                self.over = true;
                self.check_end().err().map(Err)
            }
        }
    }
}

/// What an entry holds.
pub fn body(stored: &Stored) -> anyhow::Result<Body> {
    let entry = &stored.entry;
    if entry.is_barrier() {
        return Ok(Body::default());
    }
    let (account, pos) = (AccountId(stored.account.0), stored.pos);
    let read = guard(
        || format!("entry {pos} of account {account}"),
        || codec::read_body(&entry.body, EventNo(entry.first_no)),
    )?;
    let wrong = match read {
        Ok(body) if body.events.len() == entry.count as usize => return Ok(body),
        Ok(body) => format!("it holds {} events, and says {}", body.events.len(), entry.count),
        Err(error) => error.to_string(),
    };
    let sentence = format!(
        "entry {pos} of account {account} (events from {}) is whole and makes no sense: {wrong}",
        entry.first_no
    );
    Err(stop(Exit::Store, sentence))
}
