//! Reads the whole file into memory.

use super::accounts::Account;
use super::api_keys::ApiKey;
use super::error::DirectoryError;
use super::idempotency::Known;
use super::memory::Memory;
use super::sessions::Session;
use super::setup::SetupToken;
use super::teams::Team;
use super::users::User;
use super::widgets::Widget;
use readyroom_core::ids::TeamId;
use readyroom_core::ids::{AccountId, Timestamp, UserId};
use rusqlite::types::Type;
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;
use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;

/// Everything but the audit, and what was answered, which are read when they are asked for.
pub(super) fn load(db: &Connection) -> Result<Memory, DirectoryError> {
    let mut memory = Memory::default();
    each(db, "SELECT * FROM account", |row| {
        memory.put_account(Arc::new(Account::load(row)?));
        Ok(())
    })?;
    each(db, "SELECT account, max(seq) AS last FROM audit GROUP BY account", |row| {
        memory.stored_in(AccountId(row.get("account")?)).audit_last = number(row, "last")?;
        Ok(())
    })?;
    each(db, "SELECT * FROM user", |row| {
        let user = User::load(row)?;
        memory.stored_in(user.account).put_user(Arc::new(user));
        Ok(())
    })?;
    let mut teams = BTreeMap::new();
    each(db, "SELECT * FROM team", |row| {
        let team = Team::load(row)?;
        teams.insert((team.account, team.id), team);
        Ok(())
    })?;
    each(db, "SELECT * FROM team_person", |row| {
        let of = (AccountId(row.get("account")?), TeamId(row.get("team")?));
        let team = teams.get_mut(&of).expect("the store keeps people only of teams there are");
        let people = if row.get("supervises")? { &mut team.supervisors } else { &mut team.members };
        people.insert(UserId(row.get("user")?));
        Ok(())
    })?;
    for team in teams.into_values() {
        memory.stored_in(team.account).put_team(Arc::new(team));
    }
    each(db, "SELECT * FROM session", |row| {
        memory.put_session(Arc::new(Session::load(row)?));
        Ok(())
    })?;
    each(db, "SELECT * FROM api_key", |row| {
        memory.put_key(Arc::new(ApiKey::load(row)?));
        Ok(())
    })?;
    each(db, "SELECT account, key, request, at FROM answered", |row| {
        let (account, key, known) = Known::load(row)?;
        memory.stored_in(account).answered.insert(key, known);
        Ok(())
    })?;
    each(db, "SELECT * FROM widget", |row| {
        memory.put_widget(Arc::new(Widget::load(row)?));
        Ok(())
    })?;
    each(db, "SELECT * FROM setup", |row| {
        memory.setup = Some(SetupToken { hash: row.get("hash")?, created_at: Timestamp(row.get("created_at")?) });
        Ok(())
    })?;
    Ok(memory)
}

fn each(
    db: &Connection,
    sql: &str,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> Result<(), DirectoryError> {
    let mut select = db.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

/// A count, which SQLite keeps with a sign.
pub(super) fn number(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    let at = row.as_ref().column_index(column)?;
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, number))
}

/// A value that is kept as a word.
pub(super) fn word<T: FromStr<Err: Error + Send + Sync + 'static>>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let at = row.as_ref().column_index(column)?;
    row.get::<_, String>(at)?.parse().map_err(|error| unreadable(at, error))
}

/// Values that are kept as words with spaces between.
pub(super) fn words<T, C>(row: &Row<'_>, column: &str) -> rusqlite::Result<C>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
    C: FromIterator<T>,
{
    let at = row.as_ref().column_index(column)?;
    let words: String = row.get(at)?;
    words.split_whitespace().map(|word| word.parse().map_err(|error| unreadable(at, error))).collect()
}

fn unreadable(column: usize, error: impl Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
