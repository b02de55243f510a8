//! Every "no" of the interface: RFC 9457, with a code for machines and a sentence for people.

use crate::accounts::Failure;
use crate::auth::Denied;
use crate::auth::password::Overloaded;
use crate::directory::DirectoryError;
use crate::projector::ReadError;
use crate::publisher::Closed;
use crate::run::No;
use crate::vault::VaultError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use readyroom_core::refusal::Refusal;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// Why a request was not done (`application/problem+json`, RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:readyroom:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: Box<str>,
    /// What the status means.
    title: &'static str,
    /// The status of the response.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What programs read. It never changes.
    #[schema(example = "offer_gone")]
    code: Cow<'static, str>,
    /// What was wrong, where, and what to do.
    #[schema(value_type = String)]
    detail: Box<str>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after_s: Option<u64>,
}

/// A field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// The path to it in the body, or its name in the query, the path or the header.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Problem {
    /// A problem with its code and its sentence.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Problem {
        let code = code.into();
        Problem {
            kind: format!("urn:readyroom:problem:{code}").into(),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            code,
            detail: Into::<String>::into(detail).into_boxed_str(),
            errors: Vec::new(),
            retry_after_s: None,
        }
    }

    /// A value that cannot be what it should be.
    pub fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Problem {
        let (field, problem) = (field.into(), problem.into());
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", format!("{field}: {problem}")).at(field, problem)
    }

    /// Nothing is there, or nothing that the caller may know of.
    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// The caller may not.
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// The log cannot confirm, or what was written cannot be read yet.
    pub fn unavailable(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after_s(1)
    }

    /// Too much is waiting already.
    pub fn overloaded() -> Problem {
        let detail = "too much is waiting already; nothing was done: try again in a moment";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail).retry_after_s(1)
    }

    /// A fault of ours, which stands in the server's own log.
    pub fn internal() -> Problem {
        let detail = "something went wrong on our side; it stands in the server's log";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// Names one more field at fault.
    pub fn at(mut self, field: impl Into<String>, problem: impl Into<String>) -> Problem {
        self.errors.push(Fault { field: field.into(), problem: problem.into() });
        self
    }

    /// Says when it is worth trying again, seconds.
    pub fn retry_after_s(self, seconds: u64) -> Problem {
        Problem { retry_after_s: Some(seconds), ..self }
    }

    /// Its code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What was wrong, where, and what to do.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("it was made from one");
        metrics::counter!("readyroom_refused_total", "code" => self.code.clone()).increment(1);
        let body = serde_json::to_vec(&self).expect("memory takes whatever is written");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"readyroom\""));
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let status = match &refusal {
            Refusal::UnknownAgent { .. }
            | Refusal::UnknownQueue { .. }
            | Refusal::UnknownConversation { .. }
            | Refusal::UnknownSkill { .. }
            | Refusal::UnknownReason { .. }
            | Refusal::UnknownDevice { .. }
            | Refusal::UnknownCall { .. } => StatusCode::NOT_FOUND,
            Refusal::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::SupervisorOnly | Refusal::NotYours => StatusCode::FORBIDDEN,
            _ => StatusCode::CONFLICT,
        };
        let problem = Problem::new(status, refusal.code(), refusal.to_string());
        match refusal {
            Refusal::Invalid { field, problem: wrong } => problem.at(field, wrong),
            _ => problem,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::No(no) => no.into(),
            Failure::Overloaded => Problem::overloaded(),
            Failure::NotYet { asked, reached } => Problem::unavailable(format!(
                "the answer was to rest on position {asked}, and so far there is {reached}; try again"
            )),
            Failure::Unavailable => Problem::unavailable(
                "the log cannot confirm at the moment; it may or may not be done: repeat it with the same Idempotency-Key",
            ),
        }
    }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Problem {
        let status = match &error {
            DirectoryError::Invalid { field, why } => return Problem::invalid(*field, why.clone()),
            DirectoryError::KeyReused => return No::KeyReused.into(),
            DirectoryError::Stale { .. } => return No::Changed.into(),
            DirectoryError::InUse { .. } | DirectoryError::NotOurs { .. } | DirectoryError::Unavailable { .. } => {
                // The sentence names files, which are the operator's.
                tracing::error!("the directory: {error}");
                return Problem::unavailable("people cannot be read or written at the moment; try again");
            }
            DirectoryError::UnknownAccount
            | DirectoryError::UnknownUser { .. }
            | DirectoryError::UnknownTeam { .. }
            | DirectoryError::UnknownKey { .. }
            | DirectoryError::UnknownWidget { .. }
            | DirectoryError::UnknownSession { .. } => StatusCode::NOT_FOUND,
            DirectoryError::Inactive => StatusCode::FORBIDDEN,
            DirectoryError::Taken { .. }
            | DirectoryError::LastAdministrator
            | DirectoryError::LimitReached { .. }
            | DirectoryError::SetupClosed => StatusCode::CONFLICT,
        };
        let problem = Problem::new(status, error.code(), error.to_string());
        match error.field() {
            Some(field) => problem.at(field, error.to_string()),
            None => problem,
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Problem {
        Problem::forbidden(denied.to_string())
    }
}

impl From<Overloaded> for Problem {
    fn from(overloaded: Overloaded) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, overloaded.code(), overloaded.to_string()).retry_after_s(3)
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Problem {
        match error {
            ReadError::NotInTable { asked, .. } => Problem::invalid(asked, error.to_string()),
            ReadError::SearchLength { .. } => Problem::invalid("text", error.to_string()),
            ReadError::Store { .. } => {
                tracing::error!("the history: {error}");
                Problem::unavailable("the history cannot be read at the moment")
            }
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Problem {
        tracing::error!("the vault: {error}");
        Problem::unavailable("the keys cannot be read or written at the moment; it stands in the server's log")
    }
}

impl From<Closed> for Problem {
    fn from(_: Closed) -> Problem {
        Problem::unavailable("the account is not open at the moment; try again")
    }
}

impl From<No> for Problem {
    fn from(no: No) -> Problem {
        match no {
            No::Refused(refusal) => refusal.into(),
            No::KeyReused => {
                let detail = "this Idempotency-Key was used for another request; use a new one";
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
                    .at("Idempotency-Key", "stands for another request")
            }
            No::Changed => {
                let detail = "it was changed since it was read; read it again";
                Problem::new(StatusCode::PRECONDITION_FAILED, "changed", detail).at("If-Match", "is not its ETag now")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use readyroom_core::ids::OfferId;

    #[test]
    fn a_refusal_keeps_its_code_and_sentence() {
        let problem = Problem::from(Refusal::OfferGone { offer: OfferId::from_u128(1) });
        assert_eq!((problem.status, problem.code()), (409, "offer_gone"));
        assert!(problem.detail.contains("taken, ran out or was withdrawn"));
    }

    #[test]
    fn an_invalid_field_is_named() {
        let problem = Problem::from(Refusal::Invalid { field: "capacity", problem: "must be 1 to 20".into() });
        assert_eq!(problem.status, 422);
        assert_eq!(problem.errors, [Fault { field: "capacity".into(), problem: "must be 1 to 20".into() }]);
    }

    #[test]
    fn a_no_of_the_directory_keeps_its_code_and_says_nothing_of_files() {
        let problem = Problem::from(DirectoryError::Taken { field: "login" });
        assert_eq!((problem.status, problem.code(), &*problem.errors[0].field), (409, "taken", "login"));
        let problem = Problem::from(DirectoryError::InUse { place: "/srv/store".into() });
        assert_eq!((problem.status, problem.detail.contains("/srv")), (503, false));
    }
}
