//! Offers: one conversation reserved for one agent until a deadline. The only way to work.

use super::App;
use super::agents::{Empty, Nothing};
use super::body::Json;
use super::context::{Accepted, Context};
use super::gate::need;
use super::problem::Problem;
use super::query::Path;
use crate::auth::role::{ApiScope, Role};
use crate::wire::of;
use axum::http::StatusCode;
use axum::response::Response;
use readyroom_core::commands::{AcceptOffer, DeclineOffer};
use readyroom_core::event::Actor;
use readyroom_core::ids::*;
use readyroom_core::refusal::Refusal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(need(Role::Agent, ApiScope::WorkWrite, routes!(accept))).routes(need(
        Role::Agent,
        ApiScope::WorkWrite,
        routes!(decline),
    ))
}

/// Take what is offered. Of a race between answer, expiry and hang-up, the log knows the winner
#[utoipa::path(post, path = "/v1/offers/{id}/accept", tag = "work", params(("id" = of::Offer, Path)),
    request_body = Empty, responses((status = 200, description = "The agent has it", body = Accepted)))]
async fn accept(at: Context, Path(id): Path<of::Offer>, body: Json<Empty>) -> Result<Response, Problem> {
    let by = holder(&at, id.0).await?;
    at.post(by, AcceptOffer { offer: id.0 }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// Say no to what is offered. It comes back to this agent by hand only, while it stays in its queue
#[utoipa::path(post, path = "/v1/offers/{id}/decline", tag = "work", params(("id" = of::Offer, Path)),
    request_body = Empty, responses((status = 200, description = "It waits again", body = Accepted)))]
async fn decline(at: Context, Path(id): Path<of::Offer>, body: Json<Empty>) -> Result<Response, Problem> {
    let by = holder(&at, id.0).await?;
    at.post(by, DeclineOffer { offer: id.0 }, body.key.as_ref(), StatusCode::OK, &Nothing {}).await
}

/// The caller as one who acts for the agent that has the offer. Of an offer that is gone, the
/// command itself says so, and a repeat gets its first answer.
async fn holder(at: &Context, offer: OfferId) -> Result<Actor, Problem> {
    let (found, _) = at
        .look(None, move |floor, _| {
            let (_, offer) = floor.find_offer(offer)?;
            Ok::<_, Refusal>(floor.agent(offer.agent).id)
        })
        .await?;
    match found {
        Ok(agent) => {
            let agent = at.agent(agent)?;
            Ok(at.actor_for(agent))
        }
        Err(_) => Ok(at.actor()),
    }
}
