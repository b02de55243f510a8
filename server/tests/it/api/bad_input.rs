//! Whatever comes in: a clear answer, and nothing changes.

use super::{Answer, Client, House, answer};
use serde_json::{Value, json};

/// Sends just these bytes as a body of this type.
async fn send(client: &Client, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", client.url));
    for (name, value) in &client.headers {
        request = request.header(*name, value);
    }
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    let (http, request) = (client.http.clone(), request.body(body).unwrap());
    tokio::task::spawn_blocking(move || answer(&http, request)).await.unwrap().unwrap()
}

/// A floor with one of everything.
struct Floor {
    house: House,
    agent: String,
    queue: String,
    call: String,
    skill: String,
}

impl Floor {
    async fn new() -> Floor {
        let house = House::new().await;
        let queue = house.queue(json!({"name": "Sales", "number": "8000"})).await;
        let agent = house.agent("anna", json!({})).await.id.clone();
        let skill = house.admin.post("/v1/skills", json!({"name": "Billing"})).await.ok()["id"].clone();
        let call = house.call(&queue, "one").await;
        Floor { agent, queue, call, skill: skill.as_str().unwrap().to_owned(), house }
    }

    /// A path or a body with the ids of this floor in it.
    fn fill(&self, text: &str) -> String {
        let known =
            [("{agent}", &self.agent), ("{queue}", &self.queue), ("{call}", &self.call), ("{skill}", &self.skill)];
        known.into_iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    }

    /// Asks, and checks the refusal and that nothing changed.
    async fn refuses(&self, method: &str, path: &str, body: Option<Value>, status: u16) -> String {
        let before = self.house.position().await;
        let (path, body) = (self.fill(path), body.map(|body| self.fill(&body.to_string()).parse::<Value>().unwrap()));
        let answer = self.house.admin.ask(method, &path, body.as_ref()).await;
        assert_eq!(answer.status, status, "{method} {path} {body:?}: {answer:?}");
        assert_eq!(self.house.position().await, before, "{method} {path} {body:?}");
        answer.no(status)
    }
}

/// A request with a body that is good, for every route that takes one.
fn good() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("POST", "/v1/agents/{agent}/login", json!({"queues": []})),
        ("POST", "/v1/agents/{agent}/logout", json!({})),
        ("PUT", "/v1/agents/{agent}/status", json!({"status": "available"})),
        ("POST", "/v1/agents/{agent}/queues/all/login", json!({})),
        ("POST", "/v1/agents/{agent}/queues/8000/logout", json!({})),
        ("POST", "/v1/agents/{agent}/queues/8000/ready", json!({})),
        ("POST", "/v1/agents/{agent}/queues/{queue}/not_ready", json!({})),
        ("POST", "/v1/agents/{agent}/wrap-up", json!({})),
        ("PUT", "/v1/agents/{agent}/devices/phone", json!({"kind": "sip", "reachable": true})),
        ("PUT", "/v1/agents/{agent}/external-calls/one", json!({})),
        ("PUT", "/v1/agents/{agent}/skills", json!({"skills": []})),
        ("POST", "/v1/queues", json!({"name": "More"})),
        ("PUT", "/v1/queues/8000", json!({"name": "Sales", "number": "8000"})),
        ("POST", "/v1/queues/8000/memberships", json!({"user_id": "{agent}"})),
        ("PUT", "/v1/queues/8000/memberships/{agent}", json!({"mode": "static"})),
        ("PUT", "/v1/queues/8000/memberships/{agent}/lock", json!({"locked": true})),
        ("POST", "/v1/skills", json!({"name": "More"})),
        ("PUT", "/v1/skills/{skill}", json!({"name": "More"})),
        ("POST", "/v1/conversations", json!({"queue": "8000", "channel": "voice", "client": "two"})),
        ("POST", "/v1/conversations/{call}/transfer", json!({"queue": "8000"})),
        ("POST", "/v1/conversations/{call}/assign", json!({"agent": "{agent}"})),
        ("POST", "/v1/conversations/{call}/requeue", json!({})),
        ("POST", "/v1/conversations/{call}/priority", json!({"priority": 5})),
        ("POST", "/v1/conversations/{call}/skills", json!({"skills": []})),
        ("POST", "/v1/conversations/{call}/owner", json!({"owner": null})),
        ("POST", "/v1/conversations/{call}/hold", json!({"held": true})),
        ("POST", "/v1/conversations/{call}/end", json!({})),
        ("POST", "/v1/conversations/{call}/wrap-up/extend", json!({"by_s": 1})),
        ("POST", "/v1/conversations/{call}/wrap-up/finish", json!({})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_field_is_refused_by_every_route_and_named() {
    let floor = Floor::new().await;
    for (method, path, mut body) in good() {
        body["colour_of_the_sky"] = "blue".into();
        floor.refuses(method, path, Some(body.clone()), 422).await;
        let text = floor.fill(&body.to_string()).into_bytes();
        let told = send(&floor.house.admin, method, &floor.fill(path), "application/json", text).await;
        assert!(told.body["errors"].to_string().contains("colour_of_the_sky"), "{path}: {told:?}");
        floor.refuses(method, &format!("{path}?colour=blue"), Some(json!([1])), 422).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_another_type_is_refused_by_every_route() {
    let floor = Floor::new().await;
    for (method, path, body) in good() {
        for field in body.as_object().unwrap().keys() {
            for wrong in [json!({"a": 1}), json!([[]]), json!(-1), json!(1e300), json!("\u{0}")] {
                let mut body = body.clone();
                body[field] = wrong.clone();
                if path.ends_with("/login") && wrong == json!([[]]) {
                    continue; // That is a list, and what is in it is wrong: the next round has it.
                }
                let status = if wrong == "\u{0}" { None } else { Some(422) };
                match status {
                    Some(status) => drop(floor.refuses(method, path, Some(body), status).await),
                    None => {
                        let before = floor.house.position().await;
                        let (path, body) = (floor.fill(path), floor.fill(&body.to_string()).parse::<Value>().unwrap());
                        let answer = floor.house.admin.ask(method, &path, Some(&body)).await;
                        assert!([404, 422].contains(&answer.status), "{method} {path} {body}: {answer:?}");
                        assert_eq!(floor.house.position().await, before);
                    }
                }
            }
        }
        floor.refuses(method, path, Some(json!("text")), 422).await;
        floor.refuses(method, path, Some(Value::Null), 422).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_out_of_its_range_is_refused_with_the_range() {
    let floor = Floor::new().await;
    let call = json!({"queue": "8000", "channel": "voice", "client": "two"});
    let arrival = |field: &str, value: Value| {
        let mut call = call.clone();
        call[field] = value;
        call
    };
    let queue = |field: &str, value: Value| json!({"name": "Edge", field: value});
    let skills: Vec<Value> = (0..11).map(|_| json!({"skill": "{skill}", "level": 1})).collect();
    for (method, path, body) in [
        ("POST", "/v1/conversations", arrival("priority", json!(0))),
        ("POST", "/v1/conversations", arrival("priority", json!(11))),
        ("POST", "/v1/conversations", arrival("priority", json!(256))),
        ("POST", "/v1/conversations", arrival("client", json!(""))),
        ("POST", "/v1/conversations", arrival("client", json!("x".repeat(257)))),
        ("POST", "/v1/conversations", arrival("client", json!("new\nline"))),
        ("POST", "/v1/conversations", arrival("channel", json!("fax"))),
        ("POST", "/v1/conversations", arrival("skills", json!(skills))),
        ("POST", "/v1/conversations", arrival("arrived_at", json!("2999-01-01T00:00:00Z"))),
        ("POST", "/v1/conversations", arrival("arrived_at", json!("2024-02-30T00:00:00Z"))),
        ("POST", "/v1/conversations", arrival("arrived_at", json!("2024-02-01T00:00:00"))),
        ("POST", "/v1/conversations/{call}/priority", json!({"priority": 0})),
        ("POST", "/v1/conversations/{call}/priority", json!({"priority": 11})),
        ("POST", "/v1/conversations/{call}/wrap-up/extend", json!({"by_s": 0})),
        ("POST", "/v1/conversations/{call}/wrap-up/extend", json!({"by_s": 86401})),
        ("PUT", "/v1/agents/{agent}/devices/phone", json!({"kind": "sip", "reachable": true, "ttl_s": 0})),
        ("PUT", "/v1/agents/{agent}/devices/phone", json!({"kind": "sip", "reachable": true, "ttl_s": 86401})),
        ("PUT", "/v1/agents/{agent}/status", json!({"status": "offline"})),
        ("PUT", "/v1/agents/{agent}/status", json!({"status": "available", "reason": "lunch_break"})),
        ("PUT", "/v1/agents/{agent}/status", json!({"status": "on_break", "out_only": true})),
        ("PUT", "/v1/agents/{agent}/status", json!({"status": "on_break", "reason": "Not A Code"})),
        ("POST", "/v1/queues", queue("priority", json!(0))),
        ("POST", "/v1/queues", queue("priority", json!(11))),
        ("POST", "/v1/queues", queue("ring_timeout_s", json!(0))),
        ("POST", "/v1/queues", queue("ring_timeout_s", json!(65536))),
        ("POST", "/v1/queues", queue("wrap_up_s", json!(86401))),
        ("POST", "/v1/queues", queue("max_no_answer", json!(101))),
        ("POST", "/v1/queues", queue("number", json!("12"))),
        ("POST", "/v1/queues", queue("number", json!("12a"))),
        ("POST", "/v1/queues", queue("number", json!("1".repeat(65)))),
        ("POST", "/v1/queues", queue("channels", json!([]))),
        ("POST", "/v1/queues", queue("channels", json!(["fax"]))),
        ("POST", "/v1/queues", queue("strategy", json!("by_name"))),
        ("POST", "/v1/queues", json!({"name": ""})),
        ("POST", "/v1/queues", json!({"name": "x".repeat(65)})),
        ("POST", "/v1/queues", json!({"name": "tab\t"})),
        ("POST", "/v1/skills", json!({"name": ""})),
        ("POST", "/v1/skills", json!({"name": "x".repeat(65)})),
    ] {
        floor.refuses(method, path, Some(body), 422).await;
    }
    for path in ["/v1/queues", "/v1/queues/8000"] {
        let method = if path == "/v1/queues" { "POST" } else { "PUT" };
        let taken = floor.house.queue(json!({"name": "Taken", "number": format!("77{}", method.len())})).await;
        let number = format!("77{}", method.len());
        assert_eq!(
            floor.refuses(method, path, Some(json!({"name": "Again", "number": number})), 409).await,
            "already_exists"
        );
        floor.house.admin.delete(&format!("/v1/queues/{taken}")).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_name_nothing_or_are_none_are_not_found() {
    let floor = Floor::new().await;
    let ghost = |id: &str| format!("{}0000000000000000000000zzzz", &id[..id.len() - 26]);
    let (agent, queue, call) = (ghost(&floor.agent), ghost(&floor.queue), ghost(&floor.call));
    let (skill, offer, client) =
        (ghost(&floor.skill), ghost("of_01jd7k2v3w4x5y6z7a8b9c0d1e"), ghost("cl_01jd7k2v3w4x5y6z7a8b9c0d1e"));
    assert!(client.starts_with("cl_"));
    for (method, path, body, code) in [
        ("GET", format!("/v1/agents/{agent}"), None, "unknown_agent"),
        ("GET", format!("/v1/agents/{agent}/explain"), None, "unknown_agent"),
        ("GET", format!("/v1/agents/{agent}/skills"), None, "unknown_agent"),
        ("POST", format!("/v1/agents/{agent}/login"), Some(json!({})), "unknown_agent"),
        ("POST", "/v1/agents/{agent}/login".into(), Some(json!({"queues": [queue]})), "unknown_queue"),
        ("POST", format!("/v1/agents/{{agent}}/queues/{queue}/ready"), Some(json!({})), "unknown_queue"),
        ("POST", "/v1/agents/{agent}/queues/999/ready".into(), Some(json!({})), "unknown_queue"),
        ("GET", format!("/v1/agents?queue={queue}"), None, "unknown_queue"),
        ("GET", format!("/v1/queues/{queue}"), None, "unknown_queue"),
        ("GET", format!("/v1/queues/{queue}/live"), None, "unknown_queue"),
        ("GET", format!("/v1/queues/{queue}/memberships"), None, "unknown_queue"),
        ("PUT", format!("/v1/queues/{queue}"), Some(json!({"name": "None"})), "unknown_queue"),
        ("DELETE", format!("/v1/queues/{queue}"), None, "unknown_queue"),
        ("POST", "/v1/queues/8000/memberships".into(), Some(json!({"user_id": agent})), "unknown_agent"),
        ("GET", format!("/v1/conversations/{call}"), None, "unknown_conversation"),
        ("GET", format!("/v1/conversations/{call}/explain"), None, "unknown_conversation"),
        ("POST", format!("/v1/conversations/{call}/end"), Some(json!({})), "unknown_conversation"),
        ("POST", format!("/v1/conversations/{call}/priority"), Some(json!({"priority": 1})), "unknown_conversation"),
        ("POST", "/v1/conversations/{call}/assign".into(), Some(json!({"agent": agent})), "unknown_agent"),
        ("POST", "/v1/conversations/{call}/transfer".into(), Some(json!({"queue": queue})), "unknown_queue"),
        ("PUT", format!("/v1/skills/{skill}"), Some(json!({"name": "None"})), "unknown_skill"),
        ("DELETE", "/v1/agents/{agent}/devices/none".into(), None, "unknown_device"),
        ("DELETE", "/v1/agents/{agent}/external-calls/none".into(), None, "unknown_call"),
        (
            "PUT",
            "/v1/agents/{agent}/status".into(),
            Some(json!({"status": "on_break", "reason": "none"})),
            "unknown_reason",
        ),
    ] {
        if path.ends_with("/status") {
            floor.house.admin.post(&floor.fill("/v1/agents/{agent}/login"), json!({})).await.ok();
        }
        assert_eq!(floor.refuses(method, &path, body, 404).await, code, "{method} {path}");
    }
    for (method, path, body) in [
        ("GET", "/v1/agents/anna", None),
        ("GET", "/v1/agents/{queue}", None),
        ("GET", "/v1/agents/us_", None),
        ("GET", "/v1/agents/US_01JD7K2V3W4X5Y6Z7A8B9C0D1E", None),
        ("GET", "/v1/agents/us_8zzzzzzzzzzzzzzzzzzzzzzzzz", None),
        ("GET", "/v1/conversations/{agent}", None),
        ("POST", "/v1/offers/{call}/accept", Some(json!({}))),
        ("GET", "/v1/agents/%00", None),
        ("GET", "/v1/agents/%ff%fe", None),
        ("GET", "/v1/queues/%ff", None),
        ("GET", "/v1/nothing", None),
        ("GET", "/", None),
        ("GET", "/v1/agents/{agent}/nothing", None),
    ] {
        floor.refuses(method, path, body, 404).await;
    }
    for act in ["accept", "decline"] {
        assert_eq!(
            floor.refuses("POST", &format!("/v1/offers/{offer}/{act}"), Some(json!({})), 409).await,
            "offer_gone"
        );
    }
    let malformed = json!({"queue": "8000", "channel": "voice", "client": "two", "owner": "nobody"});
    floor.refuses("POST", "/v1/conversations", Some(malformed), 422).await;
    floor.refuses("GET", "/v1/conversations?agent=nobody", None, 422).await;
    floor.refuses("GET", "/v1/agents?bucket=sleeping", None, 422).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_json_or_too_many_are_refused_by_every_route() {
    let floor = Floor::new().await;
    let admin = &floor.house.admin;
    let deep = format!("{{\"queues\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000)).into_bytes();
    let json_type = "application/json";
    for (method, path, body) in good() {
        let (path, good) = (floor.fill(path), floor.fill(&body.to_string()).into_bytes());
        let before = floor.house.position().await;
        for (kind, bytes, status, code) in [
            (json_type, b"{".to_vec(), 400, "not_json"),
            (json_type, b"{} {}".to_vec(), 400, "not_json"),
            (json_type, b"\xff\xfe{}".to_vec(), 400, "not_json"),
            (json_type, b"{\"\xff\": 1}".to_vec(), 400, "not_json"),
            (json_type, b"<a/>".to_vec(), 400, "not_json"),
            (json_type, vec![b' '; 300 * 1024], 413, "too_large"),
            ("text/plain", good.clone(), 415, "not_json"),
            ("application/x-www-form-urlencoded", good.clone(), 415, "not_json"),
            ("application/jsonx", good.clone(), 415, "not_json"),
            ("", good.clone(), 415, "not_json"),
        ] {
            let answer = send(admin, method, &path, kind, bytes).await;
            assert_eq!(answer.status, status, "{method} {path} {kind:?}: {answer:?}");
            assert_eq!(answer.no(status), code, "{method} {path}");
        }
        let answer = send(admin, method, &path, json_type, deep.clone()).await;
        assert!([400, 422].contains(&answer.status), "{method} {path}: {answer:?}");
        assert_eq!(floor.house.position().await, before, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_a_resource_does_not_have_is_405_with_those_it_has() {
    let floor = Floor::new().await;
    for (method, path, allowed) in [
        ("DELETE", "/v1/agents", "GET"),
        ("POST", "/v1/agents/{agent}", "GET"),
        ("GET", "/v1/agents/{agent}/login", "POST"),
        ("POST", "/v1/agents/{agent}/status", "PUT"),
        ("PATCH", "/v1/queues/8000", "GET"),
        ("GET", "/v1/offers/of_01jd7k2v3w4x5y6z7a8b9c0d1e/accept", "POST"),
        ("PUT", "/v1/conversations", "POST"),
        ("DELETE", "/healthz", "GET"),
        ("PATCH", "/v1/skills", "GET"),
    ] {
        assert_eq!(floor.refuses(method, path, None, 405).await, "method_not_allowed");
        let answer = floor.house.admin.ask(method, &floor.fill(path), None).await;
        assert!(answer.header("allow").is_some_and(|allow| allow.contains(allowed)), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_as_strict_as_a_body() {
    let floor = Floor::new().await;
    for path in [
        "/v1/agents",
        "/v1/agents/{agent}",
        "/v1/agents/{agent}/explain",
        "/v1/queues",
        "/v1/queues/8000",
        "/v1/queues/8000/live",
        "/v1/queues/8000/memberships",
        "/v1/queues-live",
        "/v1/conversations",
        "/v1/conversations/{call}",
        "/v1/conversations/{call}/explain",
        "/v1/skills",
        "/v1/reasons",
        "/v1/reasons/meeting",
        "/v1/agents/{agent}/skills",
    ] {
        for query in ["colour=blue", "min_position=soon", "limit=1&limit=2", "min_position=1&min_position=2"] {
            floor.refuses("GET", &format!("{path}?{query}"), None, 422).await;
        }
    }
    for (method, path, body) in good() {
        floor.refuses(method, &format!("{path}?force=true"), Some(body), 422).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_gets_no_further_than_the_door() {
    let floor = Floor::new().await;
    let url = &floor.house.server.url;
    let agent = Client::sign_in(url, "anna").await;
    let ended = Client::sign_in(url, "anna").await;
    ended.delete("/v1/sessions/current").await.ok();
    let before = floor.house.position().await;
    for (method, path, body) in good() {
        let path = floor.fill(path);
        let body: Value = floor.fill(&body.to_string()).parse().unwrap();
        let ask = async |client: &Client| client.ask(method, &path, Some(&body)).await;
        assert_eq!(ask(&Client::unknown(url)).await.no(401), "unauthenticated");
        assert_eq!(ask(&ended).await.no(401), "session_ended");
        assert_eq!(ask(&Client::with_key(url, "rk_nobody")).await.no(401), "bad_key");
        let config = path.contains("/v1/queues") || path.contains("/v1/skills") || path.ends_with("/skills");
        if config || path == "/v1/conversations" {
            assert_eq!(ask(&agent).await.no(403), "forbidden", "{method} {path}");
        }
    }
    assert_eq!(floor.house.position().await, before);
}
