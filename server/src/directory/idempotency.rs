//! What a repeated request is answered: what the first one was.

use super::Directory;
use super::error::DirectoryError;
use super::limits::{ANSWER_BYTES_MAX, ANSWER_KEPT_MS};
use super::writing::Writing;
use readyroom_core::ids::{AccountId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A request that may come twice. Its answer is kept in the transaction that does what it asks.
pub struct Once<'a, T> {
    /// Hash of the key and of who sent it.
    pub key: [u8; 16],
    /// Hash of what was asked.
    pub request: [u8; 16],
    /// The answer to what was made. It is kept, so it holds no secret.
    pub answer: &'a dyn Fn(&T) -> Answer,
}

/// An answer as it went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// At most 64 KiB.
    pub body: Vec<u8>,
}

/// What came of it.
#[derive(Debug)]
pub enum Made<T> {
    /// It was made now.
    Now(T),
    /// It had been made when the request came first; this was answered.
    Before(Answer),
}

impl<T> Made<T> {
    /// What was made now.
    pub fn now(self) -> Option<T> {
        match self {
            Made::Now(made) => Some(made),
            Made::Before(_) => None,
        }
    }
}

/// An answer about to be stored.
pub(super) struct Kept {
    key: [u8; 16],
    request: [u8; 16],
    answer: Answer,
}

impl<T> Once<'_, T> {
    pub(super) fn kept(&self, made: &T) -> Result<Kept, DirectoryError> {
        let answer = (self.answer)(made);
        if answer.body.len() > ANSWER_BYTES_MAX {
            return Err(DirectoryError::Invalid {
                field: "answer",
                why: "an answer that is kept has at most 64 KiB".into(),
            });
        }
        Ok(Kept { key: self.key, request: self.request, answer })
    }
}

impl Kept {
    pub(super) fn store(&self, db: &Connection, account: AccountId, at: Timestamp) -> rusqlite::Result<()> {
        db.prepare_cached(
            "INSERT OR REPLACE INTO answered (account, key, request, status, answer, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![account.0, self.key, self.request, self.answer.status, self.answer.body, at.0])?;
        Ok(())
    }
}

impl Writing<'_> {
    /// What this request was answered within the last 24 hours.
    pub(super) fn answered<T>(
        &self,
        account: AccountId,
        once: Option<&Once<'_, T>>,
        now: Timestamp,
    ) -> Result<Option<Answer>, DirectoryError> {
        let Some(once) = once else { return Ok(None) };
        let mut select = self
            .db
            .prepare_cached("SELECT request, status, answer, at FROM answered WHERE account = ?1 AND key = ?2")?;
        let found = select
            .query_row(params![account.0, once.key], |row| {
                let answer = Answer { status: row.get("status")?, body: row.get("answer")? };
                Ok((row.get::<_, [u8; 16]>("request")?, answer, Timestamp(row.get("at")?)))
            })
            .optional()?;
        match found {
            Some((_, _, at)) if now.ms_since(at) >= ANSWER_KEPT_MS => Ok(None),
            Some((request, _, _)) if request != once.request => Err(DirectoryError::KeyReused),
            Some((_, answer, _)) => Ok(Some(answer)),
            None => Ok(None),
        }
    }
}

/// What readers know of a kept answer: to which request it was given, and when.
#[derive(Clone, Copy)]
pub(super) struct Known {
    request: [u8; 16],
    at: Timestamp,
}

impl Known {
    /// Whether it counts no longer.
    pub(super) fn is_old(&self, now: Timestamp) -> bool {
        now.ms_since(self.at) >= ANSWER_KEPT_MS
    }

    pub(super) fn load(row: &Row<'_>) -> rusqlite::Result<(AccountId, [u8; 16], Known)> {
        let known = Known { request: row.get("request")?, at: Timestamp(row.get("at")?) };
        Ok((AccountId(row.get("account")?), row.get("key")?, known))
    }
}

impl Kept {
    /// What readers know of it.
    pub(super) fn known(&self, at: Timestamp) -> ([u8; 16], Known) {
        (self.key, Known { request: self.request, at })
    }
}

impl Directory {
    /// Sees to it that the key does not stand for another request, whatever that one asked for.
    ///
    /// # Errors
    /// `idempotency_key_reused`.
    pub fn key_fits(
        &self,
        account: AccountId,
        key: [u8; 16],
        request: [u8; 16],
        now: Timestamp,
    ) -> Result<(), DirectoryError> {
        let memory = self.memory();
        let known = memory.accounts.get(&account).and_then(|tenant| tenant.answered.get(&key));
        match known {
            Some(known) if known.request != request && !known.is_old(now) => Err(DirectoryError::KeyReused),
            _ => Ok(()),
        }
    }
}

/// Forgets the answer to what was taken back.
pub(super) fn forget(db: &Connection, account: AccountId, key: [u8; 16]) -> rusqlite::Result<()> {
    db.execute("DELETE FROM answered WHERE account = ?1 AND key = ?2", params![account.0, key]).map(drop)
}

/// Forgets answers that are too old to be given again.
pub(super) fn forget_old(db: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    let before = now.0.saturating_sub(ANSWER_KEPT_MS as i64);
    db.execute("DELETE FROM answered WHERE at <= ?1", [before])
}

#[cfg(test)]
mod tests {
    use super::super::User;
    use super::super::scene::{NOW, Scene, act, act_at};
    use super::*;

    fn answer(user: &User) -> Answer {
        Answer { status: 201, body: user.id.to_string().into_bytes() }
    }

    fn once(key: u8, request: u8) -> Option<Once<'static, User>> {
        Some(Once { key: [key; 16], request: [request; 16], answer: &answer })
    }

    #[test]
    fn a_repeat_gets_the_first_answer_also_after_a_restart() {
        let mut scene = Scene::new();
        let anna = scene.new_user("anna");
        let first = scene.directory.create_user(scene.acme, anna.clone(), once(1, 1), &act("user.created")).unwrap();
        let expected = answer(&first.now().unwrap());
        for _ in 0..2 {
            // The id is made anew for each attempt; the first one's counts.
            let again = super::super::NewUser { id: scene.new_user("x").id, ..anna.clone() };
            let repeat = scene.directory.create_user(scene.acme, again, once(1, 1), &act("user.created")).unwrap();
            assert!(matches!(repeat, Made::Before(answer) if answer == expected));
            scene.reopen();
        }
        assert_eq!(scene.directory.audit(scene.acme, None, 10).unwrap().len(), 2);
    }

    #[test]
    fn a_key_with_other_content_is_refused_and_another_accounts_key_is_another() {
        let scene = Scene::new();
        let other = scene.account("other");
        let create = |account, login: &str, once| {
            scene.directory.create_user(account, scene.new_user(login), once, &act("user.created"))
        };
        create(scene.acme, "anna", once(1, 1)).unwrap();
        assert_eq!(create(scene.acme, "bert", once(1, 2)).unwrap_err(), DirectoryError::KeyReused);
        assert!(create(other, "bert", once(1, 2)).unwrap().now().is_some());
    }

    #[test]
    fn whoever_asks_for_something_else_learns_that_the_key_is_used_for_a_day_and_after_a_restart() {
        let mut scene = Scene::new();
        let fits = |scene: &Scene, account, request, at| scene.directory.key_fits(account, [1; 16], [request; 16], at);
        assert_eq!(fits(&scene, scene.acme, 2, NOW), Ok(()));
        let anna = scene.new_user("anna");
        let made = scene.directory.create_user(scene.acme, anna, once(1, 1), &act("user.created"));
        let anna = made.unwrap().now().unwrap().id;
        let other = scene.account("other");
        for _ in 0..2 {
            assert_eq!(fits(&scene, scene.acme, 1, NOW), Ok(()));
            assert_eq!(fits(&scene, scene.acme, 2, NOW), Err(DirectoryError::KeyReused));
            assert_eq!(fits(&scene, other, 2, NOW), Ok(()));
            assert_eq!(fits(&scene, scene.acme, 2, NOW.plus_ms(ANSWER_KEPT_MS)), Ok(()));
            scene.reopen();
        }
        scene.directory.withdraw_user(scene.acme, anna, Some([1; 16]), &act("user.withdrawn")).unwrap();
        assert_eq!(fits(&scene, scene.acme, 2, NOW), Ok(()));
    }

    #[test]
    fn a_refusal_is_not_kept_but_judged_again() {
        let scene = Scene::new();
        let anna = scene.user("anna");
        let create =
            || scene.directory.create_user(scene.acme, scene.new_user("anna"), once(1, 1), &act("user.created"));
        assert_eq!(create().unwrap_err().code(), "taken");
        scene.rename_login(anna, "anna.b");
        assert!(create().unwrap().now().is_some());
    }

    #[test]
    fn after_a_day_a_key_can_be_used_again() {
        let scene = Scene::new();
        let create = |login: &str, at| {
            let made =
                scene.directory.create_user(scene.acme, scene.new_user(login), once(1, 1), &act_at("user.created", at));
            made.unwrap().now().is_some()
        };
        assert!(create("anna", NOW));
        assert!(!create("bert", NOW.plus_ms(ANSWER_KEPT_MS - 1)));
        assert!(create("bert", NOW.plus_ms(ANSWER_KEPT_MS)));
    }

    #[test]
    fn an_answer_too_long_to_keep_is_refused_and_nobody_is_created() {
        let scene = Scene::new();
        let long = |_: &User| Answer { status: 201, body: vec![b' '; ANSWER_BYTES_MAX + 1] };
        let once = Once { key: [1; 16], request: [1; 16], answer: &long };
        let made = scene.directory.create_user(scene.acme, scene.new_user("anna"), Some(once), &act("user.created"));
        assert_eq!(made.unwrap_err().code(), "invalid");
        assert!(scene.directory.user_by_login(scene.acme, &super::super::Login::new("anna").unwrap()).is_none());
    }
}
