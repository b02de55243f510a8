//! Reports: figures over a window of time, worked out from the history and from what is going on.

use super::App;
use super::context::{Context, blocking};
use super::gate::need;
use super::problem::Problem;
use super::query::{self, Format, Query};
use crate::auth::role::{ApiScope, Role};
use crate::clock;
use crate::projector::Reader;
use crate::report::{self, Asked, People, Reading};
use crate::wire::report::{Reports, StateTimeReport};
use crate::wire::{Instant, of};
use crate::zone::{Interval, Unfit, Zone};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use readyroom_core::ids::{Timestamp, UserId};
use readyroom_views::reports::cells::Span;
use readyroom_views::reports::state_time::StateTime;
use readyroom_views::reports::walk::{HandleFrom, Misfit, Walk};
use readyroom_views::tables::Segment;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The most rows of a report: agents times intervals. Larger ones are made with the command line.
const ROWS_MAX: usize = 100_000;
/// Agents that a report can be asked about by name.
const USERS_MAX: usize = 200;
/// Reports that are made at once; each keeps a processor and the disk busy.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long a report waits for its turn.
const TURN_WAIT_MAX: Duration = Duration::from_secs(10);

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(need(Role::Supervisor, ApiScope::ReportsRead, routes!(list))).routes(need(
        Role::Supervisor,
        ApiScope::ReportsRead,
        routes!(state_time),
    ))
}

/// The reports there are, what may be asked of them, and the formulas of their figures
#[utoipa::path(get, path = "/v1/reports", tag = "reports",
    responses((status = 200, description = "The reports", body = Reports)))]
async fn list(_: Context) -> axum::Json<Reports> {
    axum::Json(Reports::all())
}

/// What a report is asked with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The first instant of the window.
    from: Instant,
    /// The first instant behind it.
    to: Instant,
    /// The time zone whose clocks cut the window, of the IANA database; UTC unless given.
    #[param(example = "Europe/Berlin")]
    zone: Option<String>,
    /// Minutes that divide a day (15, 30, 60), or `day`; one interval unless given.
    #[param(example = "30")]
    interval: Option<String>,
    /// Count up to this instant; the server's clock unless given.
    now: Option<Instant>,
    /// Only these agents, separated by commas, 200 at most; all that the caller sees unless given.
    user: Option<String>,
    /// `csv` has the rows only. Other formats are not made.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// Wait until the figures rest on this position at least.
    min_position: Option<u64>,
}

/// Where the time of agents went: seconds in each bucket, entries, occupancy and utilization, by agent and
/// interval. The current interval counts up to now
#[utoipa::path(get, path = "/v1/reports/state-time", tag = "reports", params(Wanted),
    responses((status = 200, description = "The report; as CSV its rows", body = StateTimeReport)))]
async fn state_time(at: Context, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let users = users(&at, wanted.user.as_deref())?;
    let zone = match &wanted.zone {
        Some(zone) => zone.parse::<Zone>().map_err(|unfit| Problem::invalid("zone", unfit.to_string()))?,
        None => Zone::UTC,
    };
    let interval = wanted.interval.as_deref().map(str::parse::<Interval>).transpose();
    let asked = Asked {
        window: Span { from: wanted.from.0, to: wanted.to.0 },
        zone,
        interval: interval.map_err(|unfit| Problem::invalid("interval", unfit.to_string()))?,
        // Read before the work that is open: whatever of it ends meanwhile ends later than this.
        now: wanted.now.map_or_else(clock::now, |now| now.0),
    };
    let walk = asked.walk(HandleFrom::Segments).map_err(unfit)?;
    let turn = tokio::time::timeout(TURN_WAIT_MAX, AT_ONCE.acquire()).await.map_err(|_| Problem::overloaded())?;
    let publisher = at.account.publisher(wanted.min_position).await?;
    let (open, seen) = publisher.open_work(users.clone()).await?;
    let (reader, _) = at.account.history(Some(seen.0)).await?;
    let format = wanted.format;
    blocking(move || {
        // Kept to the end, also when whoever asked has gone.
        let _turn = turn;
        let report = work_out(&asked, walk, users.as_deref(), &reader, &open)?;
        Ok(answer(&report, format))
    })
    .await?
}

/// Whom it is about; none given is everybody.
fn users(at: &Context, asked: Option<&str>) -> Result<Option<Arc<BTreeSet<UserId>>>, Problem> {
    let Some(asked) = asked else { return Ok(at.people()) };
    let mut users = BTreeSet::new();
    for user in asked.split(',') {
        let user: of::Agent = user.trim().parse().map_err(|bad| Problem::invalid("user", format!("{bad}")))?;
        users.insert(at.agent(user.0)?);
    }
    if users.len() > USERS_MAX {
        return Err(Problem::invalid("user", format!("names at most {USERS_MAX} agents")));
    }
    Ok(Some(Arc::new(users)))
}

fn work_out(
    asked: &Asked,
    mut walk: Walk,
    users: Option<&BTreeSet<UserId>>,
    reader: &Reader,
    open: &[Segment],
) -> Result<StateTime, Problem> {
    let Span { from, to } = asked.window;
    let cells = walk.cells().count();
    let mut people = People::default();
    let mut reading = Reading::new(&mut people, &mut walk);
    // Rows are handed out to their end; behind the first that is too much nothing is taken.
    let mut wrong: Result<(), Problem> = Ok(());
    let within = |reading: &Reading<'_>| match reading.agents().saturating_mul(cells) {
        ..=ROWS_MAX => Ok(()),
        rows => Err(Problem::invalid(
            "interval",
            format!(
                "{rows} rows of agents and intervals are more than {ROWS_MAX}; take a shorter window, longer intervals, or name agents in `user`"
            ),
        )),
    };
    reader.agent_events_for_report(users, from, to, |row| {
        if wrong.is_ok() {
            wrong = reading.change(&row).map_err(misfit).and_then(|()| within(&reading));
        }
    })?;
    wrong?;
    let mut wrong: Result<(), Problem> = Ok(());
    reader.work_for_report(users, from, to, |row| {
        if wrong.is_ok() {
            wrong = reading.work(&row.segment, row.end).map_err(misfit);
        }
    })?;
    wrong?;
    for segment in open {
        reading.work(segment, Timestamp(i64::MAX)).map_err(misfit)?;
    }
    Ok(asked.state_time(walk, people))
}

fn answer(report: &StateTime, format: Format) -> Response {
    let mut out = Vec::new();
    match format {
        Format::Json => {
            serde_json::to_writer(&mut out, report).expect("memory takes whatever is written");
            query::raw(out.into())
        }
        Format::Csv => {
            report::csv(report, &mut out).expect("memory takes whatever is written");
            let mut response = query::csv(out);
            let name = HeaderValue::from_static("attachment; filename=\"state-time.csv\"");
            response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
            response
        }
    }
}

fn unfit(unfit: Unfit) -> Problem {
    let field = match unfit {
        Unfit::Empty | Unfit::OutsideCalendar => "to",
        Unfit::TooMany { .. } | Unfit::NoInterval => "interval",
        Unfit::NoZone { .. } => "zone",
    };
    Problem::invalid(field, unfit.to_string())
}

/// Rows of ours that do not fit each other are a fault of ours, unless it is only too much of them.
fn misfit(misfit: Misfit) -> Problem {
    if misfit.column().is_none() {
        return Problem::invalid("interval", misfit.to_string());
    }
    tracing::error!("a report: {misfit}");
    Problem::internal()
}
