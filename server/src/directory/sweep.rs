//! Housekeeping, once a minute: what expired goes, and when things were used last is written down.

use super::Directory;
use super::error::DirectoryError;
use super::idempotency;
use super::limits::SETUP_TOKEN_MS;
use readyroom_core::ids::Timestamp;

/// What was swept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that had expired.
    pub sessions: usize,
    /// Answers that were too old to be given again.
    pub answers: usize,
    /// Sessions and keys whose last use was written down.
    pub uses: usize,
}

impl Directory {
    /// Sweeps; to be called once a minute. A stop between two sweeps forgets up to a minute of uses and nothing else.
    pub fn sweep(&self, now: Timestamp) -> Result<Swept, DirectoryError> {
        let mut writing = self.writing();
        let (expired, seen, used, old_token) = {
            let memory = writing.memory();
            let (living, expired): (Vec<_>, Vec<_>) =
                memory.sessions.values().cloned().partition(|session| session.lives(&self.settings, now));
            let seen = living.into_iter().filter_map(|session| session.unwritten().map(|at| (session, at)));
            let used = memory.keys.values().filter_map(|key| key.unwritten().map(|at| (key.clone(), at)));
            let old_token = memory.setup.as_ref().is_some_and(|token| now.ms_since(token.created_at) >= SETUP_TOKEN_MS);
            (expired, seen.collect::<Vec<_>>(), used.collect::<Vec<_>>(), old_token)
        };
        let mut swept = Swept { sessions: expired.len(), uses: seen.len() + used.len(), answers: 0 };
        writing.commit_unaudited(
            |tx| {
                expired.iter().try_for_each(|session| session.delete(tx))?;
                seen.iter().try_for_each(|(session, at)| session.write_seen(tx, *at))?;
                used.iter().try_for_each(|(key, at)| key.write_used(tx, *at))?;
                if old_token {
                    tx.execute("DELETE FROM setup", [])?;
                }
                swept.answers = idempotency::forget_old(tx, now)?;
                Ok(())
            },
            |memory| {
                for session in &expired {
                    memory.drop_session(session);
                }
                seen.iter().for_each(|(session, at)| session.note_written(*at));
                used.iter().for_each(|(key, at)| key.note_written(*at));
                memory.accounts.values_mut().for_each(|tenant| tenant.answered.retain(|_, known| !known.is_old(now)));
                if old_token {
                    memory.setup = None;
                }
            },
        )?;
        Ok(swept)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{NOW, Scene, act};
    use super::super::{Answer, NewApiKey, Once, User};
    use super::*;
    use crate::auth::ApiScope;
    use readyroom_core::ids::KeyId;

    const HOUR: u64 = 3_600_000;

    fn rows(scene: &Scene, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        scene.directory.writing().db.query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_expired_leaves_memory_and_the_file() {
        let scene = Scene::new();
        scene.directory.open_setup(NOW).unwrap();
        let answer = |_: &User| Answer { status: 201, body: vec![] };
        let once = Once { key: [1; 16], request: [1; 16], answer: &answer };
        let made = scene.directory.create_user(scene.acme, scene.new_user("anna"), Some(once), &act("user.created"));
        let anna = made.unwrap().now().unwrap().id;
        let (old, used) = (scene.session(anna), scene.session(anna));
        assert!(scene.directory.find_session(&used, NOW.plus_ms(6 * HOUR)).is_some());
        assert_eq!(scene.directory.sweep(NOW.plus_ms(6 * HOUR)).unwrap(), Swept { sessions: 0, answers: 0, uses: 1 });
        assert_eq!(scene.directory.sweep(NOW.plus_ms(13 * HOUR)).unwrap(), Swept { sessions: 1, answers: 0, uses: 0 });
        assert_eq!(rows(&scene, "session"), 1);
        assert!(
            scene.directory.find_session(&old, NOW).is_none() && scene.directory.find_session(&used, NOW).is_some()
        );
        assert_eq!(scene.directory.sweep(NOW.plus_ms(24 * HOUR)).unwrap(), Swept { sessions: 1, answers: 1, uses: 0 });
        assert_eq!(["session", "answered", "setup"].map(|table| rows(&scene, table)), [0, 0, 0]);
    }

    #[test]
    fn a_sweep_writes_down_when_things_were_used() {
        let mut scene = Scene::new();
        let anna = scene.user("anna");
        let token = scene.session(anna);
        let new =
            NewApiKey { id: KeyId::from_u128(1), name: "x".into(), scopes: [ApiScope::All].into(), expires_at: None };
        let made = scene.directory.create_key(scene.acme, new, None, &act("key.created")).unwrap();
        let (secret, key) = made.now().unwrap();
        assert_eq!(key.last_used_at(), None);
        let later = NOW.plus_ms(6 * HOUR);
        scene.directory.find_session(&token, later).unwrap();
        scene.directory.find_key(secret.reveal(), later).unwrap();
        assert_eq!(scene.directory.sweep(later).unwrap().uses, 2);
        scene.reopen();
        assert_eq!(scene.directory.key(scene.acme, key.id).unwrap().last_used_at(), Some(later));
        assert_eq!(scene.directory.sessions_of(scene.acme, anna, later).unwrap()[0].last_seen_at(), later);
    }
}
