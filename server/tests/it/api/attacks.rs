//! Those who should not come in, and those who should not come further: every operation that the server's
//! own OpenAPI names, asked by everybody who may not.

use super::{Answer, Client, House, PASSWORD, Running, SOON};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// An operation as the document has it.
#[derive(Debug)]
struct Operation {
    method: String,
    path: String,
    role: String,
    scope: String,
    /// The schema of its body.
    body: Option<Value>,
}

/// What anybody may ask who has nothing: to see whether the server lives, to read its documents, to come in.
const OPEN: [&str; 7] =
    ["/healthz", "/readyz", "/metrics", "/v1/openapi.json", "/v1/asyncapi.json", "/v1/sessions", "/v1/setup"];

const ROLES: [&str; 4] = ["agent", "supervisor", "manager", "administrator"];

impl Operation {
    /// All that need a caller. What is open to everybody says so: to whom, and it is asked elsewhere.
    async fn all(house: &House) -> (Vec<Operation>, Value) {
        let document = Client::unknown(&house.server.url).get("/v1/openapi.json").await.ok();
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let Some(role) = operation["x-role"].as_str() else {
                    let visitors = path.starts_with("/v1/chat/") && operation["x-public"].is_string();
                    assert!(visitors || OPEN.contains(&&**path), "{method} {path} is open to everybody: should it be?");
                    continue;
                };
                all.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    role: role.to_owned(),
                    scope: operation["x-scope"].as_str().unwrap().to_owned(),
                    body: operation["requestBody"]["content"]["application/json"].get("schema").cloned(),
                });
            }
        }
        assert!(all.len() > 50, "the document names what there is");
        (all, document)
    }

    fn needs_more_than(&self, role: &str) -> bool {
        let rank = |role: &str| ROLES.iter().position(|&known| known == role).unwrap();
        rank(&self.role) > rank(role)
    }

    fn is_safe(&self) -> bool {
        self.method == "GET"
    }

    /// Its path with these things in it; none when a part of it names nothing that belongs to an account.
    fn path_with(&self, things: &Things) -> Option<String> {
        let mut words = Vec::new();
        let mut before = "";
        let mut owned = false;
        for word in self.path.split('/') {
            let part = match (word, before) {
                ("{id}", kind) => things.get(kind),
                ("{queue}", _) => things.get("queues"),
                ("{agent}" | "{user}", _) => things.get("users"),
                ("{device}" | "{call}", _) => "outside",
                ("{code}", _) => "lunch_break",
                (word, _) => {
                    assert!(!word.starts_with('{'), "{}: teach this test what {word} is", self.path);
                    word
                }
            };
            owned |= word.starts_with('{') && word != "{code}";
            words.push(part);
            before = word;
        }
        owned.then(|| words.join("/"))
    }

    /// Asks for it, with whatever body would do.
    async fn ask(&self, client: &Client, things: &Things, document: &Value) -> Answer {
        let path = self.path_with(things).unwrap_or_else(|| self.path.replace("{code}", "lunch_break"));
        let body = match &*self.path {
            // One of two, which no schema says.
            "/v1/conversations/{id}/transfer" => Some(json!({"queue": things.get("queues")})),
            _ => self.body.as_ref().map(|schema| example(schema, document, things)),
        };
        client.ask(&self.method, &path, body.as_ref()).await
    }
}

/// The ids of what an account has, by the word of their collection.
struct Things(BTreeMap<&'static str, String>);

impl Things {
    fn get(&self, kind: &str) -> &str {
        self.0.get(kind).unwrap_or_else(|| panic!("teach this test an id of {kind}"))
    }
}

/// The least that a schema takes; ids are those of these things.
fn example(schema: &Value, document: &Value, things: &Things) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        let kind = match name {
            "UserId" => "users",
            "QueueId" => "queues",
            "ConversationId" => "conversations",
            "SkillId" => "skills",
            "TeamId" => "teams",
            "ClientId" => "clients",
            "WidgetId" => "widgets",
            _ => return example(&document["components"]["schemas"][name], document, things),
        };
        return json!(things.get(kind));
    }
    if let Some(first) = schema["enum"].get(0).or(schema.get("default")).or(schema.get("example")) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let not_null = choices.iter().find(|choice| choice["type"] != "null").unwrap();
            return example(not_null, document, things);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let field = |name: &str| (name.to_owned(), example(&schema["properties"][name], document, things));
            Value::Object(required.map(field).collect())
        }
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            (0..least).map(|_| example(&schema["items"], document, things)).collect()
        }
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => json!(true),
        _ => match (schema["pattern"].as_str(), schema["minLength"].as_u64()) {
            (Some("^[a-z]{2}$"), _) => json!("en"),
            (Some(pattern), _) if pattern.starts_with("^#") => json!("#FFFFFF"),
            (Some(pattern), _) if pattern.starts_with("^[0-9]") => json!("8000"),
            (None, Some(10)) => json!(PASSWORD),
            _ => json!("abc"),
        },
    }
}

/// Acme at work: anna of rita's team is on a call, olaf is of sid's, and mona manages.
struct Scene {
    house: House,
    operations: Vec<Operation>,
    document: Value,
    things: Things,
    olaf: String,
}

impl Scene {
    async fn new() -> Scene {
        let house = House::new().await;
        let sales = house.queue(json!({"name": "sales", "number": "8000"})).await;
        let (anna, call) = {
            let anna = house.ready_agent("anna", &sales).await;
            let call = house.call(&sales, "+46700000001").await;
            anna.accepts().await;
            (anna.id, call)
        };
        let olaf = house.user("olaf", "agent").await;
        let (rita, sid) = (house.user("rita", "supervisor").await, house.user("sid", "supervisor").await);
        house.user("mona", "manager").await;
        let team = |name: &str, member: &str, supervisor: &str| json!({"name": name, "members": [member], "supervisors": [supervisor]});
        house.admin.post("/v1/teams", team("blue", &olaf, &sid)).await.ok();
        let id = |body: Value| body["id"].as_str().unwrap().to_owned();
        let red = id(house.admin.post("/v1/teams", team("red", &anna, &rita)).await.ok());
        let skill = id(house.admin.post("/v1/skills", json!({"name": "english"})).await.ok());
        let key = id(house.admin.post("/v1/api-keys", json!({"name": "k", "scopes": ["stream"]})).await.ok());
        let client = house.conversation(&call).await["client"].as_str().unwrap().to_owned();
        let help = house.queue(json!({"name": "help", "channels": ["chat"]})).await;
        let widget = id(house.admin.post("/v1/widgets", json!({"name": "w", "queue": help})).await.ok());
        let things = Things(BTreeMap::from([
            ("agents", anna.clone()),
            ("users", anna),
            ("queues", sales),
            ("conversations", call),
            ("offers", "of_00000000000000000000000001".to_owned()),
            ("skills", skill),
            ("teams", red),
            ("api-keys", key),
            ("clients", client),
            ("widgets", widget),
        ]));
        let (operations, document) = Operation::all(&house).await;
        Scene { house, operations, document, things, olaf }
    }

    async fn signed_in(&self, login: &str) -> Client {
        Client::sign_in(&self.house.server.url, login).await
    }

    async fn key(&self, scopes: &[&str]) -> Client {
        let body = json!({"name": "test", "scopes": scopes});
        let made = self.house.admin.post("/v1/api-keys", body).await.ok();
        Client::with_key(&self.house.server.url, made["secret"].as_str().unwrap())
    }

    async fn ask(&self, operation: &Operation, client: &Client) -> Answer {
        operation.ask(client, &self.things, &self.document).await
    }

    /// Nothing of what was tried was done.
    async fn is_untouched_since(&self, before: (u64, u64)) {
        assert_eq!(standing(&self.house.admin).await, before, "position, and acts in the audit");
    }
}

/// How far an account has come: its position, and the number of its last act.
async fn standing(admin: &Client) -> (u64, u64) {
    let audit = admin.get("/v1/audit?limit=1").await.ok();
    (audit["position"].as_u64().unwrap(), audit["data"][0]["seq"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_without_a_key_or_a_session_that_lives() {
    let scene = Scene::new().await;
    let url = &scene.house.server.url;
    let ended = scene.signed_in("mona").await;
    assert_eq!(ended.delete("/v1/sessions/current").await.status, 204);
    let revoked = scene.key(&["*"]).await;
    let keys = scene.house.admin.get("/v1/api-keys").await.ok();
    let last = keys["data"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(scene.house.admin.delete(&format!("/v1/api-keys/{last}")).await.status, 204);
    let nobody = [
        ("unknown", Client::unknown(url)),
        ("ended", ended),
        ("revoked", revoked),
        ("guessed key", Client::with_key(url, "rk_0000000000000000000000000000000000000000000")),
        ("guessed session", Client::unknown(url).with("cookie", "readyroom_session=0000")),
    ];
    let before = standing(&scene.house.admin).await;
    for operation in &scene.operations {
        for (who, client) in &nobody {
            let answer = scene.ask(operation, client).await;
            assert_eq!(answer.status, 401, "{who}: {operation:?}: {answer:?}");
        }
    }
    scene.is_untouched_since(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_nothing_once_it_has_expired() {
    let scene = Scene::new().await;
    let soon = jiff::Timestamp::now() + Duration::from_secs(2);
    let body = json!({"name": "short", "scopes": ["*"], "expires_at": soon.to_string()});
    let made = scene.house.admin.post("/v1/api-keys", body).await.ok();
    let short = Client::with_key(&scene.house.server.url, made["secret"].as_str().unwrap());
    let until = Instant::now() + SOON;
    while short.get("/v1/queues").await.status != 401 {
        assert!(Instant::now() < until, "it expires");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for operation in &scene.operations {
        assert_eq!(scene.ask(operation, &short).await.no(401), "bad_key", "{operation:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_comes_further_than_it_may() {
    let scene = Scene::new().await;
    let mut people = Vec::new();
    for (login, role) in [("anna", "agent"), ("rita", "supervisor"), ("mona", "manager")] {
        people.push((role, scene.signed_in(login).await));
    }
    let before = standing(&scene.house.admin).await;
    for operation in &scene.operations {
        for (role, client) in &people {
            if operation.needs_more_than(role) {
                let answer = scene.ask(operation, client).await;
                assert_eq!(answer.no(403), "forbidden", "{role}: {operation:?}");
            }
        }
    }
    scene.is_untouched_since(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_only_what_its_scopes_name() {
    let scene = Scene::new().await;
    let scopes = scene.document["components"]["schemas"]["ApiScope"]["enum"].as_array().unwrap();
    let scopes: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
    assert!(scopes.len() > 10, "{scopes:?}");
    let mut keys = BTreeMap::new();
    for &needed in &scopes {
        let others: Vec<&str> = scopes.iter().copied().filter(|&scope| scope != needed && scope != "*").collect();
        keys.insert(needed, scene.key(&others).await);
    }
    let before = standing(&scene.house.admin).await;
    for operation in &scene.operations {
        let answer = scene.ask(operation, &keys[&*operation.scope]).await;
        assert_eq!(answer.no(403), "forbidden", "{operation:?}");
    }
    scene.is_untouched_since(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_changes_nothing_without_its_token() {
    let scene = Scene::new().await;
    let signed_in = scene.signed_in("ada").await;
    let cookie = signed_in.headers().iter().find(|(name, _)| *name == "cookie").unwrap().1.clone();
    let bare = Client::unknown(&scene.house.server.url).with("cookie", &cookie);
    let guess = bare.with("x-csrf-token", "guess");
    assert_eq!(bare.get("/v1/users").await.status, 200, "what changes nothing needs none");
    let before = standing(&scene.house.admin).await;
    for operation in scene.operations.iter().filter(|operation| !operation.is_safe()) {
        for client in [&bare, &guess] {
            assert_eq!(scene.ask(operation, client).await.no(403), "csrf", "{operation:?}");
        }
    }
    scene.is_untouched_since(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_another_agent_nor_another_teams_supervisor_reaches_an_agent_or_its_work() {
    let scene = Scene::new().await;
    let (olaf, sid) = (scene.signed_in("olaf").await, scene.signed_in("sid").await);
    let before = standing(&scene.house.admin).await;
    let mut asked = 0;
    for operation in &scene.operations {
        let of_agent = ["/v1/agents/{id}", "/v1/users/{id}", "/v1/conversations/{id}"];
        if !of_agent.iter().any(|path| operation.path.starts_with(path)) {
            continue;
        }
        for (role, client) in [("agent", &olaf), ("supervisor", &sid)] {
            let answer = scene.ask(operation, client).await;
            // Work of others is not shown, and nobody is in the wrap-up of a call that goes on.
            let hidden = ["no_wrap_up", "unknown_conversation"].contains(&answer.body["code"].as_str().unwrap_or(""));
            assert!(answer.status == 403 || hidden, "{role}: {operation:?}: {answer:?}");
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked}");
    scene.is_untouched_since(before).await;
    let seen = |page: Value| page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    let users = seen(sid.get("/v1/users").await.ok());
    assert!(users.contains(&json!(scene.olaf)) && users.len() == 2, "olaf and sid: {users:?}");
    assert_eq!(seen(sid.get("/v1/agents").await.ok()).len(), 2);
    assert_eq!(seen(olaf.get("/v1/users").await.ok()), [json!(scene.olaf)]);
    assert_eq!(sid.get("/v1/teams").await.ok()["data"].as_array().unwrap().len(), 1);
    let red = format!("/v1/teams/{}", scene.things.get("teams"));
    assert_eq!(sid.get(&red).await.no(403), "forbidden");
}

/// Adds an account with its administrator to the stopped store, and signs the administrator in.
async fn with_evil(scene: Scene) -> (Scene, Client) {
    let Scene { house, operations, document, things, olaf } = scene;
    let dir = house.store();
    let house = house.again(move |server: Running| {
        assert!(server.stop().success());
        let mut init = Command::new(env!("CARGO_BIN_EXE_readyroom"))
            .args(["init", "--account", "evil", "--admin-login", "eva", "--admin-name", "Eva"])
            .args(["--password-stdin", "--store"])
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        writeln!(init.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        assert!(init.wait().unwrap().success());
    });
    let unknown = Client::unknown(&house.server.url);
    let unnamed = unknown.post("/v1/sessions", json!({"login": "eva", "password": PASSWORD})).await;
    assert_eq!(unnamed.no(422), "invalid", "with two accounts one says which");
    let eva = Client::sign_in_to(&house.server.url, Some("evil"), "eva").await;
    let key = eva.post("/v1/api-keys", json!({"name": "evil", "scopes": ["*"]})).await.ok();
    let evil = Client::with_key(&house.server.url, key["secret"].as_str().unwrap());
    for admin in [&house.admin, &evil] {
        admin.until("/v1/queues", |body| body["data"].is_array()).await;
    }
    (Scene { house, operations, document, things, olaf }, evil)
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_never_meet() {
    let (scene, evil) = with_evil(Scene::new().await).await;
    let own_queue = {
        let queues = evil.get("/v1/queues").await.ok();
        queues["data"][0]["id"].as_str().unwrap().to_owned()
    };
    let before = standing(&scene.house.admin).await;
    // Ids of acme in the path, and in whatever the body needs.
    for operation in &scene.operations {
        if operation.path_with(&scene.things).is_none() {
            continue;
        }
        let answer = scene.ask(operation, &evil).await;
        if operation.path.starts_with("/v1/clients") {
            // Whoever can be known of is described under the own account: the id opens nothing of another's.
            continue;
        }
        let gone =
            answer.status == 409 && ["offer_gone", "no_wrap_up"].contains(&answer.body["code"].as_str().unwrap());
        assert!([403, 404].contains(&answer.status) || gone, "{operation:?}: {answer:?}");
    }
    // Ids of acme in bodies of one's own.
    let things = |kind| scene.things.get(kind).to_owned();
    let own = evil.get("/v1/users").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let call = json!({"queue": own_queue, "channel": "voice", "client": "+46700000002"});
    let call = evil.post("/v1/conversations", call).await.ok()["id"].as_str().unwrap().to_owned();
    let user = |more: Value| {
        let mut body = json!({"name": "E", "login": "e"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let skill = json!([{"skill": things("skills"), "level": 1}]);
    let requests = [
        ("POST", "/v1/conversations".into(), json!({"queue": things("queues"), "channel": "voice", "client": "x"})),
        ("POST", format!("/v1/queues/{own_queue}/memberships"), json!({"user_id": things("users")})),
        ("POST", "/v1/teams".into(), json!({"name": "spies", "members": [things("users")]})),
        ("POST", "/v1/teams".into(), json!({"name": "spies", "supervisors": [things("users")]})),
        ("POST", "/v1/users".into(), user(json!({"queues": [{"queue": things("queues")}]}))),
        ("POST", "/v1/users".into(), user(json!({"teams": [things("teams")]}))),
        ("POST", "/v1/users".into(), user(json!({"skills": skill}))),
        ("PUT", format!("/v1/agents/{own}/skills"), json!({"skills": skill})),
        ("POST", format!("/v1/agents/{own}/login"), json!({"queues": [things("queues")]})),
        ("POST", format!("/v1/agents/{own}/queues/{}/login", things("queues")), json!({})),
        ("POST", format!("/v1/conversations/{call}/transfer"), json!({"queue": things("queues")})),
        ("POST", format!("/v1/conversations/{call}/transfer"), json!({"agent": things("users")})),
        ("POST", format!("/v1/conversations/{call}/assign"), json!({"agent": things("users")})),
        ("POST", "/v1/widgets".into(), json!({"name": "trap", "queue": things("queues")})),
        ("GET", format!("/v1/agents?queue={}", things("queues")), Value::Null),
        ("GET", format!("/v1/users?team={}", things("teams")), Value::Null),
    ];
    for (method, path, body) in requests {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = evil.ask(method, &path, body.as_ref()).await;
        assert_eq!(answer.status, 404, "{method} {path} {body:?}: {answer:?}");
    }
    assert_eq!(evil.get("/v1/users").await.ok()["data"].as_array().unwrap().len(), 1, "nobody was left behind");
    for (path, key) in [("/v1/users", "id"), ("/v1/queues", "id"), ("/v1/audit", "subject"), ("/v1/api-keys", "id")] {
        let page = evil.get(path).await.ok();
        let foreign = page["data"].as_array().unwrap().iter().find(|row| {
            let id = row[key].as_str().unwrap();
            // Clients are no rows: an account may block whatever id of one it is told.
            !id.starts_with("cl_") && scene.things.0.values().any(|thing| thing == id)
        });
        assert_eq!(foreign, None, "{path}");
    }
    let events = evil.get(&format!("/v1/agent-events?user={}", things("users"))).await;
    assert!(events.status == 404 || events.body["data"] == json!([]), "{events:?}");
    scene.is_untouched_since(before).await;
}

async fn try_to_sign_in(client: &Client, body: Value) -> Answer {
    client.post("/v1/sessions", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_logins_is_held_up_and_told_when_to_come_back() {
    let house = House::with(&[("READYROOM_RATES__SIGN_INS_PER_MINUTE", "5")]).await;
    let unknown = Client::unknown(&house.server.url);
    let mut statuses = Vec::new();
    for number in 0..10 {
        let answer = try_to_sign_in(&unknown, json!({"login": format!("u{number}"), "password": "x"})).await;
        if answer.status == 429 {
            let wait: u32 = answer.header("retry-after").expect("it says when").parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            assert_eq!(answer.clone().no(429), "too_many_requests");
        }
        statuses.push(answer.status);
    }
    assert!(statuses.starts_with(&[401]) && statuses.ends_with(&[429]), "{statuses:?}");
    assert_eq!(house.admin.get("/v1/queues").await.status, 200, "who is known goes on working");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_guessed_at_is_locked_and_one_that_nobody_has_as_well() {
    let house = House::new().await;
    house.user("anna", "agent").await;
    let unknown = Client::unknown(&house.server.url);
    let mut told = Vec::new();
    for body in [
        json!({"login": "anna", "password": "wrong password"}),
        json!({"login": "nobody", "password": "wrong password"}),
        json!({"login": "anna", "password": "wrong password", "account": "nowhere"}),
    ] {
        for attempt in 0..5 {
            let answer = try_to_sign_in(&unknown, body.clone()).await;
            assert_eq!(answer.status, 401, "{attempt}");
            told.push(answer.body);
        }
        let locked = try_to_sign_in(&unknown, body).await;
        assert!(locked.header("retry-after").is_some(), "{locked:?}");
        assert_eq!(locked.no(429), "locked_out");
    }
    assert!(told.iter().all(|body| body == &told[0]), "what is unknown is told as what is wrong");
    let right = try_to_sign_in(&unknown, json!({"login": "anna", "password": PASSWORD})).await;
    assert_eq!(right.no(429), "locked_out", "not even the right one, for a while");
    assert_eq!(try_to_sign_in(&unknown, json!({"login": "ada", "password": PASSWORD})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_where_nothing_is_for_anybody() {
    let house = House::new().await;
    for client in [&Client::unknown(&house.server.url), &house.admin] {
        assert_eq!(client.get("/v1/nothing").await.no(404), "not_found");
        assert_eq!(client.get("/v1/users/../../etc/passwd").await.no(404), "not_found");
        assert_eq!(client.post("/v1/openapi.json", json!({})).await.no(405), "method_not_allowed");
    }
}
