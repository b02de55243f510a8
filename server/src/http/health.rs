//! For operators: whether the server lives, whether it works, and its figures.

use super::App;
use super::problem::Problem;
use crate::telemetry;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject, open to all who reach the server.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(figures))
}

/// How the server is.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
    /// Of the program.
    version: &'static str,
}

const WELL: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// Whether the process lives
#[utoipa::path(get, path = "/healthz", tag = "operate",
    responses((status = 200, description = "It does", body = Health)))]
async fn healthz() -> axum::Json<Health> {
    axum::Json(WELL)
}

/// Whether every account is at work
#[utoipa::path(get, path = "/readyz", tag = "operate",
    responses((status = 200, description = "They are", body = Health)))]
async fn readyz(State(app): State<App>) -> Result<axum::Json<Health>, Problem> {
    if *app.stopping.borrow() {
        return Err(Problem::unavailable("the server is stopping"));
    }
    let accounts = app.accounts.all();
    let waiting = accounts.iter().filter(|account| !account.is_open()).count();
    if waiting > 0 {
        return Err(Problem::unavailable(format!("{waiting} of {} accounts are not open yet", accounts.len())));
    }
    Ok(axum::Json(WELL))
}

/// Figures for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operate",
    responses((status = 200, description = "The figures", body = String, content_type = "text/plain")))]
async fn figures(State(app): State<App>) -> Response {
    for account in app.accounts.all() {
        let label = account.id().to_string();
        metrics::gauge!("readyroom_position", "account" => label.clone()).set(account.position().0 as f64);
        metrics::gauge!("readyroom_projected_position", "account" => label).set(account.written().0 as f64);
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (StatusCode::OK, kind, telemetry::figures().render()).into_response()
}
