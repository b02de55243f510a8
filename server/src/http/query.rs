//! Queries, paths and pages: what stands in the address of a request.

use super::problem::Problem;
use crate::publisher;
use axum::extract::{FromRequestParts, Path as AxumPath};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Rows of a page unless asked otherwise.
pub const LIMIT_DEFAULT: usize = 100;
/// Rows of a page at most.
pub const LIMIT_MAX: usize = 1_000;

/// The query of a request. Unknown names are refused.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        read.map(|query| Query(query.0)).map_err(|rejection| {
            let text = rejection.body_text();
            let wrong = text.rsplit("query string: ").next().unwrap_or(&text);
            // The path to the field stands before the first colon, where there is one.
            match wrong.split_once(": ") {
                Some((field, wrong)) if !field.contains(' ') => Problem::invalid(field, wrong),
                _ => Problem::invalid("query", wrong),
            }
        })
    }
}

/// The variable parts of a path. What cannot be a name names nothing.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = AxumPath::<T>::from_request_parts(parts, state).await;
        read.map(|path| Path(path.0))
            .map_err(|_| Problem::not_found(format!("there is nothing at {}: an id in it is no id", parts.uri.path())))
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// Rows of the page, 1 to 1000; 100 unless given.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Wait until the answer rests on this position at least.
    pub min_position: Option<u64>,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// The cursor of the next page; none: this is the last.
    pub next: Option<String>,
    /// The position that the rows rest on.
    pub position: u64,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object.
    #[default]
    Json,
    /// Comma-separated values with a header (RFC 4180).
    Csv,
}

/// Comma-separated values, as the answer.
pub fn csv(lines: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], lines).into_response()
}

/// The limit, in its range.
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MAX).contains(&limit) {
        Ok(limit)
    } else {
        Err(Problem::invalid("limit", format!("must be 1 to {LIMIT_MAX}")))
    }
}

/// Where a page ends, as a cursor.
pub fn cursor<K: Serialize>(last: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(last).expect("memory takes whatever is written"))
}

/// Where a page begins.
pub fn after<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let read = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.map(Some).ok_or_else(|| Problem::invalid("cursor", "is not the `next` of an earlier page of this list"))
}

/// Cuts rows that were read one further than asked to a page.
pub fn page<T, K: Serialize>(mut rows: Vec<T>, limit: usize, position: u64, key: impl Fn(&T) -> K) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| cursor(&key(last)));
    Page { data: rows, next, position }
}

/// A row that is JSON already, as the answer.
pub fn raw(row: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], row).into_response()
}

/// A page of rows that are JSON already.
pub fn raw_page<K: Copy + Serialize>(page: &publisher::Page<K>) -> Response {
    let next = page.next.map(|last| cursor(&last));
    let next = serde_json::to_vec(&next).expect("memory takes whatever is written");
    let mut body = Vec::with_capacity(page.rows.iter().map(|row| row.len() + 1).sum::<usize>() + 100);
    body.extend_from_slice(b"{\"data\":[");
    for (at, row) in page.rows.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(row);
    }
    body.extend_from_slice(b"],\"next\":");
    body.extend_from_slice(&next);
    body.extend_from_slice(format!(",\"position\":{}}}", page.position).as_bytes());
    raw(body.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_whether_there_is_another() {
        let first = page(vec![1, 2, 3], 2, 7, |row| *row);
        assert_eq!(first.data, [1, 2]);
        assert_eq!(after::<i32>(first.next.as_deref()).unwrap(), Some(2));
        assert_eq!(page(vec![1, 2], 2, 7, |row| *row).next, None);
    }

    #[test]
    fn a_cursor_of_another_make_is_refused() {
        for cursor in ["", "x", "bnVsbCB4"] {
            assert!(after::<u64>(Some(cursor)).is_err(), "{cursor}");
        }
    }
}
