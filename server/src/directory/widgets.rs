//! Widgets: what a website carries so that its visitors can chat, and which pages may carry it.

use super::Directory;
use super::audit::Act;
use super::error::{DirectoryError, fresh};
use super::idempotency::{Made, Once};
use super::limits::{PAGE_MAX, WIDGET_GREETING_CHARS_MAX, WIDGET_NAME_CHARS, WIDGET_ORIGINS_MAX, WIDGETS_MAX};
use super::load;
use super::memory::Memory;
use super::origin::Origin;
use super::personal::plain_text;
use readyroom_core::ids::WidgetId;
use readyroom_core::ids::{AccountId, QueueId, Timestamp};
use rusqlite::{Connection, Row, params};
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

/// A widget of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widget {
    /// Its id, which stands in public pages. No two accounts have the same.
    pub id: WidgetId,
    /// Its account.
    pub account: AccountId,
    /// How it is set up.
    pub looks: WidgetLooks,
    /// When it was created.
    pub created_at: Timestamp,
    /// When something of the above changed last.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub version: u64,
}

/// How a widget is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WidgetLooks {
    /// What visitors see above it: 1 to 64 characters.
    pub name: String,
    /// Where its conversations wait.
    pub queue: QueueId,
    /// Whose pages may carry it, besides the server's own; at most 20.
    pub origins: BTreeSet<Origin>,
    /// What stands in it before anything was said: at most 500 characters.
    pub greeting: String,
    /// Of its button, `#RRGGBB`.
    pub color: String,
}

impl Directory {
    /// Creates a widget.
    ///
    /// # Errors
    /// `unknown_account`, `taken`, `invalid`, `limit_reached`, `idempotency_key_reused`.
    pub fn create_widget(
        &self,
        account: AccountId,
        (id, looks): (WidgetId, WidgetLooks),
        once: Option<Once<'_, Widget>>,
        act: &Act,
    ) -> Result<Made<Arc<Widget>>, DirectoryError> {
        let mut writing = self.writing();
        if let Some(answer) = writing.answered(account, once.as_ref(), act.at)? {
            return Ok(Made::Before(answer));
        }
        let looks = looks.fitting()?;
        let widget = Arc::new(Widget { id, account, looks, created_at: act.at, updated_at: act.at, version: 1 });
        {
            let memory = writing.memory();
            if memory.tenant(account)?.widgets.len() >= WIDGETS_MAX {
                return Err(DirectoryError::LimitReached { what: "widgets", max: WIDGETS_MAX });
            }
            // Strangers name a widget and no account.
            if memory.widgets.contains_key(&id) {
                return Err(DirectoryError::Taken { field: "id" });
            }
        }
        let kept = once.map(|once| once.kept(&widget)).transpose()?;
        let stored = |tx: &rusqlite::Transaction<'_>| {
            store(tx, &widget)?;
            kept.map_or(Ok(()), |kept| kept.store(tx, account, act.at))
        };
        writing.commit(account, act, stored, |memory| memory.put_widget(widget.clone()))?;
        Ok(Made::Now(widget))
    }

    /// Sets a widget up anew.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_widget`, `stale`, `invalid`.
    pub fn change_widget(
        &self,
        account: AccountId,
        id: WidgetId,
        expected: Option<u64>,
        looks: WidgetLooks,
        act: &Act,
    ) -> Result<Arc<Widget>, DirectoryError> {
        let mut writing = self.writing();
        let before = writing.memory().widget(account, id)?.clone();
        fresh(expected, before.version)?;
        let looks = looks.fitting()?;
        if looks == before.looks {
            return Ok(before);
        }
        let after = Arc::new(Widget { looks, updated_at: act.at, version: before.version + 1, ..*before });
        let stored = |tx: &rusqlite::Transaction<'_>| store(tx, &after);
        writing.commit(account, act, stored, |memory| memory.put_widget(after.clone()))?;
        Ok(after)
    }

    /// Deletes a widget. The chats it brought go on; their visitors do not come in any more.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_widget`, `stale`.
    pub fn delete_widget(
        &self,
        account: AccountId,
        id: WidgetId,
        expected: Option<u64>,
        act: &Act,
    ) -> Result<(), DirectoryError> {
        let mut writing = self.writing();
        let widget = writing.memory().widget(account, id)?.clone();
        fresh(expected, widget.version)?;
        let stored = |tx: &rusqlite::Transaction<'_>| {
            tx.execute("DELETE FROM widget WHERE account = ?1 AND id = ?2", params![account.0, id.0]).map(drop)
        };
        writing.commit(account, act, stored, |memory| memory.drop_widget(&widget))
    }

    /// The widget with this id.
    ///
    /// # Errors
    /// `unknown_account`, `unknown_widget`.
    pub fn widget(&self, account: AccountId, id: WidgetId) -> Result<Arc<Widget>, DirectoryError> {
        Ok(self.memory().widget(account, id)?.clone())
    }

    /// The widgets after `after`, the oldest first; at most `limit` of them (1 to 500).
    ///
    /// # Errors
    /// `unknown_account`.
    pub fn widgets(
        &self,
        account: AccountId,
        after: Option<WidgetId>,
        limit: usize,
    ) -> Result<Vec<Arc<Widget>>, DirectoryError> {
        let memory = self.memory();
        let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let widgets = memory.tenant(account)?.widgets.range(from).take(limit.clamp(1, PAGE_MAX));
        Ok(widgets.map(|(_, widget)| widget.clone()).collect())
    }

    /// The widget that a stranger's page names, of whatever account. Does not wait for the disk.
    pub fn find_widget(&self, id: WidgetId) -> Option<Arc<Widget>> {
        self.memory().widgets.get(&id).cloned()
    }
}

impl WidgetLooks {
    /// As it can be stored.
    fn fitting(mut self) -> Result<WidgetLooks, DirectoryError> {
        let invalid = |field, why: &str| Err(DirectoryError::Invalid { field, why: why.into() });
        let Some(name) = plain_text(&self.name, &WIDGET_NAME_CHARS).map(str::to_owned) else {
            return invalid("name", "1 to 64 characters, none of them a control character");
        };
        self.name = name;
        self.greeting = self.greeting.trim().to_owned();
        let plain = |letter: char| !letter.is_control() || letter == '\n';
        if self.greeting.chars().count() > WIDGET_GREETING_CHARS_MAX || !self.greeting.chars().all(plain) {
            return invalid("greeting", "at most 500 characters, of control characters only new lines");
        }
        if self.origins.len() > WIDGET_ORIGINS_MAX {
            return invalid("origins", "at most 20 of them");
        }
        let hex = self.color.strip_prefix('#').unwrap_or_default();
        if hex.len() != 6 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return invalid("color", "of the form #RRGGBB");
        }
        Ok(self)
    }
}

impl Memory {
    fn widget(&self, account: AccountId, widget: WidgetId) -> Result<&Arc<Widget>, DirectoryError> {
        self.tenant(account)?.widgets.get(&widget).ok_or(DirectoryError::UnknownWidget { widget })
    }

    pub(super) fn put_widget(&mut self, widget: Arc<Widget>) {
        self.stored_in(widget.account).widgets.insert(widget.id, widget.clone());
        self.widgets.insert(widget.id, widget);
    }

    fn drop_widget(&mut self, widget: &Widget) {
        self.stored_in(widget.account).widgets.remove(&widget.id);
        self.widgets.remove(&widget.id);
    }
}

impl Widget {
    pub(super) fn load(row: &Row<'_>) -> rusqlite::Result<Widget> {
        Ok(Widget {
            id: WidgetId(row.get("id")?),
            account: AccountId(row.get("account")?),
            looks: WidgetLooks {
                name: row.get("name")?,
                queue: QueueId(row.get("queue")?),
                origins: load::words(row, "origins")?,
                greeting: row.get("greeting")?,
                color: row.get("color")?,
            },
            created_at: Timestamp(row.get("created_at")?),
            updated_at: Timestamp(row.get("updated_at")?),
            version: load::number(row, "version")?,
        })
    }
}

fn store(db: &Connection, widget: &Widget) -> rusqlite::Result<()> {
    let Widget { id, account, looks, created_at, updated_at, version } = widget;
    let origins = looks.origins.iter().map(Origin::as_str).collect::<Vec<_>>().join(" ");
    db.prepare_cached(
        "INSERT INTO widget (account, id, name, queue, origins, greeting, color, created_at, updated_at, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (account, id) DO UPDATE SET name = excluded.name, queue = excluded.queue,
            origins = excluded.origins, greeting = excluded.greeting, color = excluded.color,
            updated_at = excluded.updated_at, version = excluded.version",
    )?
    .execute(params![
        account.0,
        id.0,
        looks.name,
        looks.queue.0,
        origins,
        looks.greeting,
        looks.color,
        created_at.0,
        updated_at.0,
        *version as i64
    ])
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::scene::{NOW, Scene, act, act_at};
    use super::*;

    fn looks(name: &str, origins: &[&str]) -> WidgetLooks {
        WidgetLooks {
            name: name.into(),
            queue: QueueId::from_u128(5),
            origins: origins.iter().map(|origin| Origin::new(origin).unwrap()).collect(),
            greeting: "Ask us\nanything".into(),
            color: "#1A2b3C".into(),
        }
    }

    fn create(
        scene: &Scene,
        account: AccountId,
        number: u128,
        looks: WidgetLooks,
    ) -> Result<Arc<Widget>, DirectoryError> {
        let new = (WidgetId::from_u128(number), looks);
        Ok(scene.directory.create_widget(account, new, None, &act("widget.created"))?.now().expect("it has no key"))
    }

    #[test]
    fn a_widget_is_found_again_after_a_restart_by_its_account_and_by_strangers() {
        let mut scene = Scene::new();
        let origins = ["https://shop.example", "http://localhost:5173"];
        let made = create(&scene, scene.acme, 7, looks(" Shop ", &origins)).unwrap();
        assert_eq!((made.looks.name.as_str(), made.version), ("Shop", 1));
        let later = act_at("widget.changed", NOW.plus_ms(5));
        let change = |expected, looks| scene.directory.change_widget(scene.acme, made.id, expected, looks, &later);
        assert_eq!(change(Some(9), looks("Store", &[])).unwrap_err().code(), "stale");
        let after = change(Some(1), looks("Store", &["https://store.example"])).unwrap();
        assert_eq!((after.version, after.updated_at, after.created_at), (2, NOW.plus_ms(5), NOW));
        assert_eq!(change(None, after.looks.clone()).unwrap().version, 2, "the same is no change");
        for _ in 0..2 {
            let d = &scene.directory;
            assert_eq!(d.widget(scene.acme, made.id).unwrap(), after);
            assert_eq!(d.widgets(scene.acme, None, 10).unwrap(), std::slice::from_ref(&after));
            assert_eq!(d.find_widget(made.id), Some(after.clone()));
            scene.reopen();
        }
        scene.directory.delete_widget(scene.acme, made.id, Some(2), &act("widget.deleted")).unwrap();
        for _ in 0..2 {
            assert_eq!(scene.directory.widget(scene.acme, made.id).unwrap_err().code(), "unknown_widget");
            assert_eq!(scene.directory.find_widget(made.id), None);
            scene.reopen();
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_field() {
        let scene = Scene::new();
        let wrong = |looks| create(&scene, scene.acme, 7, looks).unwrap_err().field();
        let good = || looks("Shop", &[]);
        assert_eq!(wrong(WidgetLooks { name: " ".into(), ..good() }), Some("name"));
        assert_eq!(wrong(WidgetLooks { name: "x".repeat(65), ..good() }), Some("name"));
        assert_eq!(wrong(WidgetLooks { greeting: "x".repeat(501), ..good() }), Some("greeting"));
        assert_eq!(wrong(WidgetLooks { greeting: "a\u{0}b".into(), ..good() }), Some("greeting"));
        for color in ["", "red", "#12345", "#1234567", "#12345g"] {
            assert_eq!(wrong(WidgetLooks { color: color.into(), ..good() }), Some("color"), "{color}");
        }
        let many: BTreeSet<Origin> =
            (0..21).map(|number| Origin::new(&format!("https://shop{number}.example")).unwrap()).collect();
        assert_eq!(wrong(WidgetLooks { origins: many, ..good() }), Some("origins"));
        assert!(scene.directory.widgets(scene.acme, None, 10).unwrap().is_empty());
    }

    #[test]
    fn another_account_neither_sees_nor_takes_a_widget() {
        let scene = Scene::new();
        let evil = scene.account("evil");
        let made = create(&scene, scene.acme, 7, looks("Shop", &[])).unwrap();
        let d = &scene.directory;
        assert_eq!(create(&scene, evil, 7, looks("Trap", &[])).unwrap_err().code(), "taken");
        assert_eq!(d.widget(evil, made.id).unwrap_err().code(), "unknown_widget");
        let change = d.change_widget(evil, made.id, None, looks("Trap", &[]), &act("evil.deed"));
        assert_eq!(change.unwrap_err().code(), "unknown_widget");
        assert_eq!(d.delete_widget(evil, made.id, None, &act("evil.deed")).unwrap_err().code(), "unknown_widget");
        assert!(d.widgets(evil, None, 10).unwrap().is_empty());
        assert_eq!(d.find_widget(made.id), Some(made));
    }
}
