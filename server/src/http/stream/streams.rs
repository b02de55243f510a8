//! How many streams are open, and whose: nobody takes all the room.

use super::link::Links;
use crate::auth::Caller;
use crate::directory::WidgetId;
use crate::http::App;
use crate::http::problem::Problem;
use crate::publisher::SUBSCRIPTIONS_MAX;
use axum::http::StatusCode;
use readyroom_core::ids::{AccountId, ClientId};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;

/// Streams of one person: tabs, browsers, telephones.
pub const PER_USER_MAX: usize = 20;
/// Streams of one program's key: wallboards share one.
pub const PER_KEY_MAX: usize = 1_000;
/// Streams from one address. A whole office may stand behind it.
pub const PER_ADDRESS_MAX: usize = 10_000;
/// Streams of one visitor: tabs.
pub const PER_VISITOR_MAX: usize = 10;
/// Visitors' streams from one address. A school may stand behind it.
pub const VISITORS_PER_ADDRESS_MAX: usize = 500;
/// Visitors' streams of one widget.
pub const PER_WIDGET_MAX: usize = 20_000;
/// Streams of one account.
pub const PER_ACCOUNT_MAX: usize = SUBSCRIPTIONS_MAX;

/// Who listens.
#[derive(Default)]
pub struct Streams {
    open: Mutex<BTreeMap<Whose, usize>>,
    /// The console links among them.
    pub links: Links,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Caller([u8; 33]),
    Account(AccountId),
    Address(IpAddr),
    Visitor(AccountId, ClientId),
    Widget(WidgetId),
    VisitorsOf(IpAddr),
}

/// The room that one stream takes, until it is dropped.
pub struct Seat {
    app: App,
    whose: [Whose; 3],
}

impl Streams {
    /// Takes the room for one more stream.
    ///
    /// # Errors
    /// 429: there is none left, and for whom.
    pub fn take(&self, app: &App, caller: &Caller, from: IpAddr) -> Result<Seat, Problem> {
        let (name, max) = if caller.is_key() { ("key", PER_KEY_MAX) } else { ("user", PER_USER_MAX) };
        let rooms = [
            (Whose::Caller(caller.tag()), name, max),
            (Whose::Account(caller.account), "account", PER_ACCOUNT_MAX),
            (Whose::Address(from.to_canonical()), "address", PER_ADDRESS_MAX),
        ];
        self.take_all(app, rooms)
    }

    /// Takes the room for one more stream of a visitor.
    ///
    /// # Errors
    /// As `take`.
    pub fn take_for_visitor(
        &self,
        app: &App,
        (account, visitor): (AccountId, ClientId),
        widget: WidgetId,
        from: IpAddr,
    ) -> Result<Seat, Problem> {
        let rooms = [
            (Whose::Visitor(account, visitor), "visitor", PER_VISITOR_MAX),
            (Whose::Widget(widget), "widget", PER_WIDGET_MAX),
            (Whose::VisitorsOf(from.to_canonical()), "address", VISITORS_PER_ADDRESS_MAX),
        ];
        self.take_all(app, rooms)
    }

    fn take_all(&self, app: &App, rooms: [(Whose, &str, usize); 3]) -> Result<Seat, Problem> {
        let mut open = self.open.lock().expect("nothing panics while it counts");
        for (whose, name, max) in &rooms {
            if open.get(whose).is_some_and(|count| count >= max) {
                let detail = format!("this {name} has {max} streams open already; close some");
                return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", detail).retry_after_s(10));
            }
        }
        let whose = rooms.map(|(whose, _, _)| whose);
        for one in whose {
            *open.entry(one).or_default() += 1;
        }
        metrics::gauge!("readyroom_stream_subscribers").increment(1.0);
        Ok(Seat { app: app.clone(), whose })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.app.streams.open.lock().expect("nothing panics while it counts");
        for one in self.whose {
            let count = open.get_mut(&one).expect("whoever took a seat is counted");
            *count -= 1;
            if *count == 0 {
                open.remove(&one);
            }
        }
        metrics::gauge!("readyroom_stream_subscribers").decrement(1.0);
    }
}
