//! What a request carries: its body, read once, with a place for every fault, and its idempotency key.

use super::App;
use super::context::promised;
use super::problem::Problem;
use super::turns::Turn;
use crate::auth::caller::Caller;
use crate::clock;
use crate::vault::VaultError;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use readyroom_core::ids::AccountId;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The largest body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// The longest idempotency key, in characters.
const KEY_CHARS_MAX: usize = 255;

/// A JSON body, and the key under which its request is done once. An empty body reads as `{}`. A
/// repeat of what was done is answered here and goes no further.
pub struct Json<T> {
    /// The body.
    pub value: T,
    /// Of a POST with an `Idempotency-Key`.
    pub key: Option<Key>,
    /// Held until the handler is done.
    pub turn: Option<Turn>,
}

/// An idempotency key of one caller, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    id: [u8; 16],
    request: [u8; 16],
}

impl Key {
    /// The key, of this caller alone.
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    /// What was asked: method, path, query and body.
    pub fn request(&self) -> [u8; 16] {
        self.request
    }
}

/// The first half of the SHA-256 of these, each told apart from the next.
pub fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].try_into().expect("a SHA-256 has 32 bytes")
}

/// Why a handler is not asked.
pub enum Instead {
    /// The request makes no sense.
    Problem(Problem),
    /// It was done before; this was answered.
    First(Box<Response>),
}

impl From<Problem> for Instead {
    fn from(problem: Problem) -> Instead {
        Instead::Problem(problem)
    }
}

impl From<VaultError> for Instead {
    fn from(error: VaultError) -> Instead {
        Instead::Problem(error.into())
    }
}

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        match self {
            Instead::Problem(problem) => problem.into_response(),
            Instead::First(response) => *response,
        }
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Instead;

    async fn from_request(request: Request, app: &App) -> Result<Self, Instead> {
        let caller = request.extensions().get::<Caller>().cloned();
        let came = Came::of(request, app).await?;
        let (mut key, mut turn) = (None, None);
        if let Some(caller) = caller
            && let Some(known) = came.key(app, caller.account, &caller.tag())?
        {
            turn = Some(app.under_way.turn(known.id).await);
            // What the directory alone keeps answers to, teams and keys, the log does not know.
            let Key { id, request } = known;
            app.directory.key_fits(caller.account, id, request, clock::now()).map_err(Problem::from)?;
            if let Some(first) = first_answer(app, &caller, known).await? {
                return Err(Instead::First(Box::new(first)));
            }
            key = Some(known);
        }
        Ok(Json { value: came.value()?, key, turn })
    }
}

/// A request with its body as it came.
pub struct Came {
    method: Method,
    target: String,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Came {
    /// Reads the body to its end.
    ///
    /// # Errors
    /// It is too large, breaks off, or says that it is no JSON.
    pub async fn of(request: Request, app: &App) -> Result<Came, Problem> {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let target = request.uri().path_and_query().map_or_else(String::new, |target| target.as_str().to_owned());
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => Problem::new(StatusCode::BAD_REQUEST, "unreadable", "the body could not be read to its end"),
        })?;
        if !bytes.is_empty() {
            is_json(&headers)?;
        }
        Ok(Came { method, target, headers, bytes })
    }

    /// The idempotency key of a POST by whoever has this tag.
    ///
    /// # Errors
    /// It cannot be one; the vault's.
    pub fn key(&self, app: &App, account: AccountId, tag: &[u8]) -> Result<Option<Key>, Problem> {
        let Some(text) = idempotency_key(&self.headers)?.filter(|_| self.method == Method::POST) else {
            return Ok(None);
        };
        // The log keeps these for ever: what was asked must not be found by trying.
        let id = app.vault.mark(account, &[tag, text.as_bytes()])?;
        let asked = [self.method.as_str().as_bytes(), self.target.as_bytes(), &self.bytes];
        Ok(Some(Key { id, request: app.vault.mark(account, &asked)? }))
    }

    /// The body; an empty one reads as `{}`.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn value<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        parse(if self.bytes.is_empty() { b"{}" } else { &self.bytes })
    }
}

/// What was answered the first time, whatever has become of it since: the handler's own looks at the
/// floor would find it changed.
async fn first_answer(app: &App, caller: &Caller, key: Key) -> Result<Option<Response>, Problem> {
    let Some(account) = app.accounts.get(caller.account) else { return Ok(None) };
    let done = account.promised(key.id, key.request).await?;
    Ok(done.and_then(|done| Some(promised(&done.first?, done.position))))
}

/// The answer to a body over the limit.
pub fn too_large() -> Problem {
    let detail = format!("the body is larger than {BODY_BYTES_MAX} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = "send the body as JSON, with Content-Type: application/json";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", detail))
}

/// Reads a body. To JSON, 5.0 is the integer 5; to serde it is not, so such a body is read once more.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // A list would be read as the fields of an object in their order.
    if bytes.trim_ascii_start().first() == Some(&b'[') && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        return Err(Problem::invalid("body", "is an object"));
    }
    let (path, wrong) = match read(bytes) {
        Ok(value) => return Ok(value),
        Err(wrong) => wrong,
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return Err(fault(&path, &wrong)) };
    if !wrong.is_data() {
        // A word was expected and a list or an object came, which serde_json calls a fault of syntax.
        return Err(Problem::invalid(path, "is of another type than it should be"));
    }
    if write_as_integers(&mut value) == 0 {
        return Err(fault(&path, &wrong));
    }
    let again = serde_json::to_vec(&value).expect("memory takes whatever is written");
    read(&again).map_err(|(path, wrong)| fault(&path, &wrong))
}

/// Writes floats that are integers as integers; says how many there were.
fn write_as_integers(value: &mut Value) -> usize {
    /// Up to here every integer has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT);
            float.map_or(0, |float| {
                *number = (float as i64).into();
                1
            })
        }
        Value::Array(items) => items.iter_mut().map(write_as_integers).sum(),
        Value::Object(fields) => fields.values_mut().map(write_as_integers).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// The value, or what is wrong and where.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, (String, serde_json::Error)> {
    let reader = &mut serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut *reader)
        .map_err(|error| (error.path().to_string(), error.into_inner()))?;
    reader.end().map_err(|error| (".".to_owned(), error))?;
    Ok(value)
}

fn fault(path: &str, error: &serde_json::Error) -> Problem {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => {
            let field = if path == "." { "body" } else { path };
            Problem::invalid(field, without_place(error))
        }
        Category::Syntax | Category::Eof | Category::Io => {
            let detail = format!("the body is not JSON: {error}");
            Problem::new(StatusCode::BAD_REQUEST, "not_json", detail)
        }
    }
}

/// serde_json adds the line and column, which say nothing to whoever sent one line.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// Tells null from what was not given: for fields of a PATCH, with `default`.
///
/// # Errors
/// Those of the value.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if (1..=KEY_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        Ok(Some(text.to_owned()))
    } else {
        Err(Problem::invalid("Idempotency-Key", format!("has 1 to {KEY_CHARS_MAX} visible ASCII characters")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        items: Vec<u8>,
    }

    fn wrong(body: &str) -> String {
        let problem = parse::<Order>(body.as_bytes()).expect_err("it is wrong");
        serde_json::to_string(&problem).unwrap()
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        assert!(wrong(r#"{"items": [1, "x"]}"#).contains(r#""field":"items[1]""#));
        assert!(wrong(r#"{"items": [], "more": 1}"#).contains("unknown field `more`"));
        assert!(wrong(r#"{}"#).contains("missing field `items`"));
        assert!(wrong("{").contains("not_json"));
        assert!(wrong(r#"{"items": []} x"#).contains("not_json"));
    }

    #[test]
    fn an_integer_may_be_written_as_a_float_and_no_other_float() {
        assert_eq!(parse::<Order>(br#"{"items": [1.0, 2e1, 3]}"#).unwrap().items, [1, 20, 3]);
        assert!(wrong(r#"{"items": [1.5]}"#).contains("items[0]"));
        assert!(wrong(r#"{"items": [1.0, 256.0]}"#).contains("items[1]"));
        assert!(wrong(r#"{"items": [1e300]}"#).contains("items[0]"));
    }

    #[test]
    fn equal_parts_in_other_places_are_another_request() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_eq!(digest(&[b"ab"]), digest(&[b"ab"]));
    }
}
