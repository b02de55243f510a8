//! The interface in its own words: one OpenAPI document, made from the routes themselves.

use super::App;
use super::problem::Problem;
use std::collections::BTreeSet;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, Required};
use utoipa::openapi::{RefOr, Response};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What stands before the routes.
pub fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Readyroom")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("openapi.md")))
        .build();
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("an API key, `rk_…`")).build();
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        super::gate::COOKIE,
        "a session; requests that change something also send its csrf_token in `X-CSRF-Token`",
    ));
    let visitor = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("a visitor's token, `vt_…`, of `POST /v1/chat/{widget}/visits`"))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme("key", SecurityScheme::Http(key))
        .security_scheme("session", SecurityScheme::ApiKey(cookie))
        .security_scheme("visitor", SecurityScheme::Http(visitor))
        .schema(Problem::name(), Problem::schema())
        .schema(super::problem::Fault::name(), super::problem::Fault::schema())
        .build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// The whole document.
pub fn document() -> OpenApi {
    let (_, mut document) = super::routes().split_for_parts();
    let schemas = document.components.as_ref().map(|known| known.schemas.clone()).unwrap_or_default();
    let empty = |name: &str| matches!(schemas.get(name), Some(RefOr::T(schema)) if takes_nothing(schema));
    let places: BTreeSet<String> =
        document.paths.paths.iter().filter_map(|(path, item)| item.get.as_ref().and_then(|_| holder(path))).collect();
    for (path, item) in &mut document.paths.paths {
        if let Some(operation) = item.post.as_mut().filter(|_| places.contains(path)) {
            add_location(operation);
        }
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(operation_id(method, path));
            add_problems(operation);
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                let named = body.content.values().any(|content| {
                    matches!(content, RefOr::T(content) if matches!(&content.schema,
                        Some(RefOr::Ref(to)) if to.ref_location.rsplit('/').next().is_some_and(empty)))
                });
                // No body reads as `{}`.
                body.required = Some(if named { Required::False } else { Required::True });
            }
        }
    }
    document
}

/// The name under which generated clients know an operation: `post_agents_by_id_login`. Each is another.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/v1").split('/').filter(|word| !word.is_empty());
    let words = words.map(|word| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        Some(parameter) => format!("by_{parameter}"),
        None => word.replace(['-', '.'], "_"),
    });
    std::iter::once(method.to_owned()).chain(words).collect::<Vec<_>>().join("_")
}

/// The path of the list in which this path is one of many.
fn holder(path: &str) -> Option<String> {
    path.ends_with('}').then(|| path.rsplit_once('/').map(|(list, _)| list.to_owned())).flatten()
}

/// What is made where it can be read has an address.
fn add_location(operation: &mut Operation) {
    if let Some(RefOr::T(made)) = operation.responses.responses.get_mut("201") {
        let place = RefOr::T(HeaderBuilder::new().description(Some("where a GET finds it")).build());
        made.headers.insert("Location".to_owned(), place);
    }
}

/// Whether `{}` is of this schema.
fn takes_nothing(schema: &Schema) -> bool {
    matches!(schema, Schema::Object(object) if object.required.is_empty() && object.min_properties.is_none())
}

/// The schema of something as it is read: as it is written, with what the server adds. What is written
/// is closed, so neither is the other with more.
pub fn read_back<const N: usize>(
    written: RefOr<Schema>,
    about: &str,
    added: [(&str, RefOr<Schema>); N],
) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = written else { panic!("a body is an object") };
    object.description = Some(about.to_owned());
    object.additional_properties = None;
    for (name, schema) in added {
        object.properties.insert(name.to_owned(), schema);
        object.required.push(name.to_owned());
    }
    Schema::Object(object).into()
}

/// Every operation may be answered with a problem; which ones, follows from what it takes.
fn add_problems(operation: &mut Operation) {
    let mut may = vec![(429, "asked too often; see Retry-After"), (503, "the log cannot confirm, or it is too busy")];
    if operation.security.is_some() {
        may.extend([
            (401, "nobody we know"),
            (403, "the role, the scope or the team does not allow it"),
            (404, "not there, or not for the caller"),
            (409, "the floor says no; `code` says why"),
        ]);
    }
    if operation.request_body.is_some() {
        may.extend([
            (400, "the body is no JSON"),
            (413, "the body is too large"),
            (415, "the body is not JSON by its type"),
        ]);
    }
    may.push((422, "something in it cannot be so; `errors` says what and where"));
    may.push((412, "it was changed since it was read"));
    for (status, about) in may {
        operation.responses.responses.entry(status.to_string()).or_insert_with(|| problem(about));
    }
}

fn problem(about: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    RefOr::T(ResponseBuilder::new().description(about).content("application/problem+json", content).build())
}

/// The route of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read))
}

/// This document
#[utoipa::path(get, path = "/v1/openapi.json", tag = "operate",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn read() -> axum::Json<OpenApi> {
    axum::Json(document())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_stands_once_and_every_body_says_whether_it_must_come() {
        // A route listed twice would end the server as it starts.
        let document = document();
        assert!(document.paths.paths.len() > 40);
        let login = &document.paths.paths["/v1/agents/{id}/login"].post.as_ref().expect("it is a POST").request_body;
        assert!(matches!(login, Some(RefOr::T(body)) if body.required == Some(Required::False)));
        let users = &document.paths.paths["/v1/users"].post.as_ref().expect("it is a POST").request_body;
        assert!(matches!(users, Some(RefOr::T(body)) if body.required == Some(Required::True)));
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let document = document();
        let items = document.paths.paths.values();
        let operations = items.flat_map(|item| [&item.get, &item.put, &item.post, &item.delete, &item.patch]).flatten();
        let names: Vec<&String> = operations.filter_map(|operation| operation.operation_id.as_ref()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(names.iter().any(|name| *name == "post_agents_by_id_login"));
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase())));
    }
}
