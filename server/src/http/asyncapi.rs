//! The live stream and the visitors' stream in their own words: one AsyncAPI document, made from the schemas
//! of their messages.

use super::App;
use super::gate;
use crate::wire::chat::{ChatHeartbeat, ChatSaid, ChatState};
use crate::wire::stream::{Asked, End, Frame, Heartbeat, Mistake, Resync, Snapshot};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The route of this subject.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read))
}

/// The document that describes `/v1/stream` and `/v1/chat/{widget}/stream`
#[utoipa::path(get, path = "/v1/asyncapi.json", tag = "operate",
    responses((status = 200, description = "AsyncAPI 3.0", body = Object)))]
async fn read() -> axum::Json<Value> {
    axum::Json(document())
}

/// Messages and schemas by name, as they are gathered.
#[derive(Default)]
struct Gathered {
    messages: Map<String, Value>,
    schemas: Map<String, Value>,
}

/// The whole document.
pub fn document() -> Value {
    let mut gathered = Gathered::default();
    gathered.message::<Asked>("What a client says");
    gathered.message::<Snapshot>("All rows of what was subscribed to");
    gathered.message::<Frame>("What changed, at most every 50 ms");
    gathered.message::<Heartbeat>("Nothing is missing; every 10 s");
    gathered.message::<Resync>("Everything follows anew");
    gathered.message::<End>("Nothing follows");
    gathered.message::<Mistake>("What the client said was not done");
    let live: Vec<String> = gathered.messages.keys().cloned().collect();
    gathered.message::<ChatState>("How the chat stands, first and whenever it changed");
    gathered.message::<ChatSaid>("Somebody wrote; after the first state, what was written before");
    gathered.message::<ChatHeartbeat>("Nothing is missing in the chat; every 10 s");
    let Gathered { messages, schemas } = gathered;
    let of_channel = |names: &[String]| -> Map<String, Value> {
        names.iter().map(|name| (name.clone(), reference("/components/messages", name))).collect()
    };
    let (said, told): (Vec<String>, Vec<String>) = live.iter().cloned().partition(|name| *name == Asked::name());
    let chat: Vec<String> = messages.keys().filter(|name| !live.contains(name)).cloned().collect();
    let among = |channel: &str, names: &[String]| -> Vec<Value> {
        names.iter().map(|name| reference(&format!("/channels/{channel}/messages"), name)).collect()
    };
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Readyroom, the live stream",
            "version": env!("CARGO_PKG_VERSION"),
            "description": include_str!("asyncapi.md"),
        },
        "defaultContentType": "application/json",
        "channels": {
            "stream": {
                "address": "/v1/stream",
                "title": "The live stream",
                "messages": of_channel(&live),
                "bindings": { "ws": { "method": "GET", "query": query(), "bindingVersion": "0.1.0" } },
            },
            "chat": {
                "address": "/v1/chat/{widget}/stream",
                "title": "A visitor's chat",
                "parameters": { "widget": { "description": "the widget that the page carries, `wg_…`" } },
                "messages": of_channel(&chat),
                "bindings": { "ws": { "method": "GET", "bindingVersion": "0.1.0" } },
            },
        },
        "operations": {
            "ask": {
                "action": "receive",
                "channel": { "$ref": "#/channels/stream" },
                "messages": among("stream", &said),
                "security": security(),
            },
            "tell": {
                "action": "send",
                "channel": { "$ref": "#/channels/stream" },
                "messages": among("stream", &told),
                "security": security(),
            },
            "tellVisitor": {
                "action": "send",
                "channel": { "$ref": "#/channels/chat" },
                "messages": among("chat", &chat),
                "security": [{ "$ref": "#/components/securitySchemes/visitor" }],
            },
        },
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "http", "scheme": "bearer",
                    "description": "an API key with the scope `stream`; or as the subprotocol `bearer.rk_…` beside `readyroom.v1`",
                },
                "visitor": {
                    "type": "http", "scheme": "bearer",
                    "description": "a visitor's token; or as a subprotocol beside `readyroom.chat`. The page's Origin must be of the widget",
                },
                "session": {
                    "type": "httpApiKey", "in": "cookie", "name": gate::COOKIE,
                    "description": "a session; the page's Origin must be ours or an allowed one",
                },
            },
        },
    })
}

impl Gathered {
    /// One more message, with all schemas that it rests on.
    fn message<T: ToSchema>(&mut self, summary: &str) {
        let mut known = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut known);
        for (name, schema) in known {
            self.schemas.insert(name, plain(&schema));
        }
        let name = T::name();
        let payload = reference("/components/schemas", &name);
        self.messages.insert(name.to_string(), json!({ "name": name, "summary": summary, "payload": payload }));
    }
}

fn plain(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).expect("a schema is JSON")
}

fn reference(to: &str, name: &str) -> Value {
    json!({ "$ref": format!("#{to}/{name}") })
}

fn security() -> Value {
    json!([{ "$ref": "#/components/securitySchemes/key" }, { "$ref": "#/components/securitySchemes/session" }])
}

fn query() -> Value {
    json!({
        "type": "object",
        "properties": {
            "subscribe": { "type": "string", "description": "topics, separated by commas, instead of the first message" },
            "since": { "type": "integer", "minimum": 0, "description": "with `subscribe`: go on after this position" },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(to) if name == "$ref" => found.push(to),
                        _ => references(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for to in found {
            assert!(document.pointer(to.strip_prefix('#').unwrap()).is_some(), "{to}");
        }
    }
}
