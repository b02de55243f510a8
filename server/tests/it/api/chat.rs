//! A visitor's chat, from a page that carries a widget: the whole way, and what others try.

use super::agent::Agent;
use super::tap::Tap;
use super::{Answer, Client, House, Running, SOON};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

const PAGE: &str = "https://shop.example";

/// A shop with a chat on its page.
struct Shop {
    house: House,
    queue: String,
    widget: String,
}

impl Shop {
    async fn new() -> Shop {
        Shop::with(&[]).await
    }

    async fn with(more: &[(&str, &str)]) -> Shop {
        let house = House::with(more).await;
        let queue = house.queue(json!({"name": "Shop", "number": "8000", "channels": ["chat"]})).await;
        let body = json!({"name": "Shop", "queue": queue, "origins": [PAGE], "greeting": "Ask us", "color": "#102030"});
        let widget = house.admin.post("/v1/widgets", body).await.ok()["id"].as_str().unwrap().to_owned();
        Shop { house, queue, widget }
    }

    /// The same after its server was killed and started anew.
    async fn killed(self) -> Shop {
        let Shop { house, queue, widget } = self;
        Shop { house: house.again(Running::kill).opened().await, queue, widget }
    }

    fn path(&self, tail: &str) -> String {
        format!("/v1/chat/{}{tail}", self.widget)
    }

    /// The page, with nobody before it.
    fn page(&self) -> Client {
        Client::unknown(&self.house.server.url).with("origin", PAGE)
    }

    async fn token(&self, who: Value) -> String {
        let answer = self.page().post(&self.path("/visits"), who).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["token"].as_str().unwrap().to_owned()
    }

    async fn visitor(&self, who: Value) -> Visitor {
        let token = self.token(who).await;
        self.with_token(&token)
    }

    fn with_token(&self, token: &str) -> Visitor {
        let page = self.page().with("authorization", &format!("Bearer {token}"));
        Visitor { page, widget: self.widget.clone(), token: token.to_owned() }
    }

    /// The conversations on the floor, as an administrator sees them.
    async fn conversations(&self) -> Vec<Value> {
        let position = self.house.position().await;
        let page = self.house.admin.get(&format!("/v1/conversations?min_position={position}")).await.ok();
        page["data"].as_array().unwrap().clone()
    }

    /// The only conversation there is.
    async fn only(&self) -> Value {
        let all = self.conversations().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].clone()
    }

    async fn agent(&self, login: &str, more: Value) -> Agent<'_> {
        self.house.chatting_agent(login, &self.queue, more).await
    }

    async fn says(&self, agent: &Agent<'_>, conversation: &Value, text: &str) {
        let path = format!("/v1/conversations/{}/messages", conversation["id"].as_str().unwrap());
        self.house.admin.post(&path, json!({"author": "agent", "agent": agent.id, "text": text})).await.ok();
    }
}

/// A visitor with a token.
#[derive(Clone)]
struct Visitor {
    page: Client,
    widget: String,
    token: String,
}

impl Visitor {
    fn path(&self, tail: &str) -> String {
        format!("/v1/chat/{}{tail}", self.widget)
    }

    fn at(&self, url: &str) -> Visitor {
        Visitor { page: self.page.at(url), ..self.clone() }
    }

    async fn write(&self, text: &str) -> Answer {
        self.page.post(&self.path("/messages"), json!({ "text": text })).await
    }

    async fn write_once(&self, key: &'static str, text: &str) -> Answer {
        self.page.with("idempotency-key", key).post(&self.path("/messages"), json!({ "text": text })).await
    }

    async fn end(&self) -> Answer {
        self.page.post(&self.path("/end"), json!({})).await
    }

    async fn visit(&self) -> Value {
        self.page.get(&self.path("/visit")).await.ok()
    }

    async fn stage(&self) -> Value {
        self.visit().await["stage"].clone()
    }

    async fn line(&self) -> Line {
        Line::open(&self.page.url, &self.widget, Some(PAGE), &["readyroom.chat", &self.token]).await.unwrap()
    }
}

/// The visitor's stream.
struct Line {
    socket: WebSocketStream<TcpStream>,
}

impl Line {
    async fn open(url: &str, widget: &str, origin: Option<&str>, protocols: &[&str]) -> Result<Line, (u16, String)> {
        let host = url.strip_prefix("http://").unwrap();
        let mut request = format!("ws://{host}/v1/chat/{widget}/stream").into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        request.headers_mut().insert("sec-websocket-protocol", protocols.join(", ").parse().unwrap());
        let tcp = TcpStream::connect(host).await.unwrap();
        match timeout(SOON, tokio_tungstenite::client_async(request, tcp)).await.unwrap() {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "readyroom.chat");
                Ok(Line { socket })
            }
            Err(tungstenite::Error::Http(response)) => {
                let body: Value = serde_json::from_slice(response.body().as_deref().unwrap_or(b"{}")).unwrap();
                Err((response.status().as_u16(), body["code"].as_str().unwrap_or_default().to_owned()))
            }
            Err(error) => Err((0, error.to_string())),
        }
    }

    /// What comes next, heartbeats apart; or the code with which it was closed.
    async fn next(&mut self) -> Result<Value, u16> {
        loop {
            match timeout(SOON, self.socket.next()).await.expect("something comes, be it a heartbeat") {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] != "heartbeat" {
                        return Ok(message);
                    }
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(0),
            }
        }
    }

    /// The next message, which is this state.
    #[track_caller]
    fn is_state(message: &Value, stage: &str) {
        assert_eq!((&message["type"], &message["stage"]), (&json!("state"), &json!(stage)), "{message}");
    }

    /// Reads until a state of this stage comes, and returns it.
    async fn until(&mut self, stage: &str) -> Value {
        loop {
            let message = self.next().await.unwrap();
            if message["type"] == "state" && message["stage"] == stage {
                return message;
            }
        }
    }

    /// The texts of the next messages, so many.
    async fn texts(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count {
            let message = self.next().await.unwrap();
            if message["type"] == "message" {
                texts.push(message["text"].as_str().unwrap().to_owned());
            }
        }
        texts
    }
}

fn texts(visit: &Value) -> Vec<String> {
    let messages = visit["messages"].as_array().unwrap();
    messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

fn ids(visit: &Value) -> Vec<Value> {
    visit["messages"].as_array().unwrap().iter().map(|message| message["id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_comes_waits_is_answered_leaves_and_comes_again() {
    let shop = Shop::new().await;
    let looks = shop.page().get(&shop.path("")).await;
    assert_eq!(looks.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(looks.ok(), json!({"name": "Shop", "greeting": "Ask us", "color": "#102030"}));
    let before = shop.house.position().await;
    let olga = shop.visitor(json!({"name": "Olga Ivanova", "email": "olga@example.com"})).await;
    assert_eq!(olga.visit().await, json!({"stage": "none", "messages": []}));
    let mut line = olga.line().await;
    Line::is_state(&line.next().await.unwrap(), "none");
    assert_eq!(shop.house.position().await, before, "nothing is kept of somebody who looks");

    let said = olga.write(" My parcel\r\nis late ").await.ok();
    assert_eq!((&said["author"], &said["text"]), (&json!("client"), &json!("My parcel\nis late")));
    let state = line.next().await.unwrap();
    Line::is_state(&state, "waiting");
    assert_eq!(state["place"], 1);
    let told = line.next().await.unwrap();
    assert_eq!((&told["type"], &told["id"], &told["at"]), (&json!("message"), &said["id"], &said["at"]));
    let waiting = shop.only().await;
    assert_eq!((&waiting["queue"], &waiting["channel"]), (&json!(shop.queue), &json!("chat")));
    let known = shop.house.admin.get(&format!("/v1/clients/{}", waiting["client"].as_str().unwrap())).await.ok();
    assert_eq!(known["about"]["name"], "Olga Ivanova");
    assert_eq!(known["about"]["email"], "olga@example.com");
    let address = known["about"]["address"].as_str().unwrap();
    assert!(address.starts_with("vi_") && !olga.token.contains(&address[3..]), "{address}");

    let anna = shop.agent("anna", json!({"name": "Anna Andersson"})).await;
    let conversation = shop.only().await;
    assert_eq!((&conversation["stage"], &olga.stage().await), (&json!("offered"), &json!("waiting")));
    anna.accepts().await;
    let state = line.until("active").await;
    assert_eq!((&state["agent"], state.get("place")), (&json!("Anna"), None));
    let start = Instant::now();
    shop.says(&anna, &conversation, "Let me look").await;
    let told = line.next().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(
        (&told["author"], &told["name"], &told["text"]),
        (&json!("agent"), &json!("Anna"), &json!("Let me look"))
    );
    let visit = olga.visit().await;
    assert_eq!((&visit["stage"], &visit["agent"]), (&json!("active"), &json!("Anna")));
    assert_eq!(texts(&visit), ["My parcel\nis late", "Let me look"]);
    assert_eq!(visit["messages"][1]["id"], told["id"], "a message has one id wherever it is told");
    for leak in ["Andersson", &anna.id, conversation["id"].as_str().unwrap(), &shop.queue, "position"] {
        assert!(!visit.to_string().contains(leak) && !told.to_string().contains(leak), "{leak}: {visit} {told}");
    }

    assert_eq!(olga.end().await.ok(), json!({"stage": "ended"}));
    Line::is_state(&line.next().await.unwrap(), "ended");
    assert_eq!(olga.end().await.ok(), json!({"stage": "ended"}), "twice is no error");
    let visit = olga.visit().await;
    assert_eq!((&visit["stage"], texts(&visit).len()), (&json!("ended"), 2), "the thread can be read");
    assert!(shop.conversations().await.is_empty());
    let segments = shop.house.admin.get("/v1/segments").await.ok();
    assert_eq!(segments["data"].as_array().unwrap().last().unwrap()["outcome"], "ended");

    olga.write("One more thing").await.ok();
    assert_eq!(line.until("waiting").await["place"], 1);
    let again = shop.only().await;
    assert_ne!(again["id"], conversation["id"]);
    assert_eq!(again["client"], conversation["client"], "the visitor is the same");
    assert_eq!(texts(&olga.visit().await), ["My parcel\nis late", "Let me look", "One more thing"]);
    let mut second = olga.line().await;
    Line::is_state(&second.next().await.unwrap(), "waiting");
    assert_eq!(second.texts(3).await[2], "One more thing", "who comes later is told what was said");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_place_in_the_line_is_told_as_it_changes() {
    let shop = Shop::new().await;
    let mut lines = Vec::new();
    let mut visitors = Vec::new();
    for number in 1..=4 {
        let visitor = shop.visitor(json!({})).await;
        visitor.write("hello").await.ok();
        let mut line = visitor.line().await;
        let state = line.next().await.unwrap();
        assert_eq!(state["place"], number, "{state}");
        lines.push(line);
        visitors.push(visitor);
    }
    visitors[0].end().await.ok();
    let left = Instant::now();
    for (line, place) in lines[1..].iter_mut().zip(1..) {
        assert_eq!(line.until("waiting").await["place"], place);
    }
    assert!(left.elapsed() < Duration::from_secs(10), "{:?}", left.elapsed());
    assert_eq!(visitors[3].visit().await["place"], 3);
    // Two go at once, and whoever is left hears of it once.
    visitors[1].end().await.ok();
    visitors[2].end().await.ok();
    let last = lines.last_mut().unwrap();
    let mut place = last.until("waiting").await["place"].as_u64().unwrap();
    if place == 2 {
        place = last.until("waiting").await["place"].as_u64().unwrap();
    }
    assert_eq!(place, 1);
    // Who is more urgent goes before.
    let first = shop.only().await;
    let urgent = json!({"queue": shop.queue, "channel": "chat", "client": "vip", "priority": 10});
    let vip = shop.house.arrives(urgent).await;
    assert_eq!(last.until("waiting").await["place"], 2);
    let path = format!("/v1/clients/{}/blocked", shop.house.conversation(&vip).await["client"].as_str().unwrap());
    shop.house.admin.put(&path, json!({"blocked": true})).await.ok();
    assert_eq!(last.until("waiting").await["place"], 1, "nobody waits for one who is blocked: {first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_pages_of_a_widget_chat() {
    let shop = Shop::new().await;
    let olga = shop.visitor(json!({})).await;
    olga.write("hello").await.ok();
    let before = shop.house.position().await;
    let own = shop.house.server.url.clone();
    for (origin, let_in) in [
        (Some(PAGE), true),
        (Some("https://SHOP.example"), true),
        (Some(own.as_str()), true),
        (None, true),
        (Some("https://evil.example"), false),
        (Some("http://shop.example"), false),
        (Some("https://shop.example.evil.example"), false),
        (Some("null"), false),
    ] {
        let bare = Client::unknown(&shop.house.server.url);
        let page = origin.map_or(bare.clone(), |origin| bare.with("origin", origin));
        let with_token = page.with("authorization", &format!("Bearer {}", olga.token));
        for (client, method, tail) in [
            (&page, "GET", ""),
            (&page, "POST", "/visits"),
            (&with_token, "GET", "/visit"),
            (&with_token, "POST", "/messages"),
            (&with_token, "POST", "/end"),
        ] {
            if let_in && method == "POST" && tail != "/visits" {
                continue;
            }
            let body = (method == "POST").then(|| json!({}));
            let answer = client.ask(method, &shop.path(tail), body.as_ref()).await;
            let allowed = answer.header("access-control-allow-origin").map(str::to_owned);
            assert_eq!(answer.header("vary"), Some("Origin"), "{answer:?}");
            assert_eq!(allowed.as_deref(), origin.filter(|_| let_in), "{method} {tail} {origin:?}");
            if let_in {
                assert!(answer.status < 300, "{method} {tail} {origin:?}: {answer:?}");
            } else {
                assert_eq!(answer.no(403), "origin", "{method} {tail} {origin:?}");
            }
        }
        let opened = Line::open(&own, &shop.widget, origin, &["readyroom.chat", &olga.token]).await;
        assert_eq!(opened.err(), (!let_in).then(|| (403, "origin".to_owned())), "{origin:?}");
    }
    assert_eq!(shop.house.position().await, before, "nothing was done from elsewhere");

    let asks = shop.page().with("access-control-request-method", "POST");
    let answer = asks.ask("OPTIONS", &shop.path("/messages"), None).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    let headers = answer.header("access-control-allow-headers").unwrap();
    assert!(
        ["Authorization", "Content-Type", "Idempotency-Key"].iter().all(|name| headers.contains(name)),
        "{headers}"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), None, "no cookie is ever asked for");
    let evil = Client::unknown(&own).with("origin", "https://evil.example");
    let answer = evil.ask("OPTIONS", &shop.path("/messages"), None).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, None));
    // A no is read by the page, too.
    let answer = shop.page().post(&shop.path("/messages"), json!({"text": "x"})).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(answer.no(401), "bad_token");

    // A page that may no longer carry the widget hears no more.
    let mut line = olga.line().await;
    let body = json!({"name": "Shop", "queue": shop.queue, "origins": ["https://other.example"]});
    shop.house.admin.put(&format!("/v1/widgets/{}", shop.widget), body).await.ok();
    assert_eq!(olga.page.get(&olga.path("/visit")).await.no(403), "origin");
    let code = loop {
        if let Err(code) = line.next().await {
            break code;
        }
    };
    assert_eq!(code, 4409);
    shop.house.admin.delete(&format!("/v1/widgets/{}", shop.widget)).await.ok();
    let gone = olga.page.get(&olga.path("/visit")).await;
    assert_eq!(gone.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(gone.no(404), "unknown_widget");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_its_own_chat_and_nothing_else() {
    let shop = Shop::new().await;
    let (olga, eve) = (shop.visitor(json!({"name": "Olga"})).await, shop.visitor(json!({"name": "Eve"})).await);
    olga.write("my card is 1234").await.ok();
    let mut line = olga.line().await;
    line.texts(1).await;
    let mut eves = eve.line().await;
    Line::is_state(&eves.next().await.unwrap(), "none");
    assert_eq!(eve.visit().await, json!({"stage": "none", "messages": []}));
    assert_eq!(eve.end().await.ok(), json!({"stage": "none"}), "there is nothing of hers to end");
    assert_eq!(olga.stage().await, "waiting");
    eve.write("hello").await.ok();
    assert_eq!(eves.texts(1).await, ["hello"]);
    assert_eq!(texts(&eve.visit().await), ["hello"]);

    // On another widget the same token is somebody else.
    let other = shop.house.admin.post("/v1/widgets", json!({"name": "Other", "queue": shop.queue, "origins": [PAGE]}));
    let other = other.await.ok()["id"].as_str().unwrap().to_owned();
    let there = Visitor { widget: other, ..olga.clone() };
    assert_eq!(there.visit().await, json!({"stage": "none", "messages": []}));

    let random = olga.token.split('.').next().unwrap();
    assert_eq!(shop.with_token(random).stage().await, "waiting", "the name is no part of who it is");
    let mut wrong = random.to_owned();
    let last = wrong.pop().unwrap();
    wrong.push(if last == 'A' { 'E' } else { 'A' });
    for token in [
        "",
        "vt_",
        "x",
        "rk_0000000000000000000000000000000000000000000",
        &format!("{random}A"),
        &format!("{random}.*"),
    ] {
        let visitor = shop.with_token(token);
        assert_eq!(visitor.page.get(&visitor.path("/visit")).await.no(401), "bad_token", "{token}");
        assert_eq!(visitor.write("x").await.no(401), "bad_token", "{token}");
    }
    let key = shop.house.admin.get(&shop.path("/visit")).await;
    assert_eq!(key.no(401), "bad_token", "the key of a program is no visitor's token");
    let as_key = Client::with_key(&shop.house.server.url, &olga.token);
    assert_eq!(as_key.get("/v1/conversations").await.no(401), "bad_key", "nor is a token a key");
    let url = &shop.house.server.url;
    let nobody = Line::open(url, &shop.widget, Some(PAGE), &["readyroom.chat"]).await;
    assert_eq!(nobody.err(), Some((401, "bad_token".into())));
    let elsewhere = shop.page().get("/v1/chat/wg_00000000000000000000000007").await;
    assert_eq!(elsewhere.no(404), "unknown_widget");
    // Whoever is signed in on the same host is a visitor in the shop, without the session's token.
    let ada = Client::sign_in(url, "ada").await;
    let cookie = ada.headers().iter().find(|(name, _)| *name == "cookie").unwrap().1.clone();
    let page = Client::unknown(url).with("origin", url).with("cookie", &cookie);
    assert_eq!(page.post(&shop.path("/visits"), json!({})).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_survives_a_killed_server_with_nothing_lost_or_doubled() {
    let shop = Shop::new().await;
    let olga = shop.visitor(json!({"name": "Olga"})).await;
    let first = olga.write_once("word 1", "one").await.ok();
    let mut line = olga.line().await;
    assert_eq!(line.texts(1).await, ["one"]);
    let shop = shop.killed().await;
    while line.next().await.is_ok() {}
    let olga = olga.at(&shop.house.server.url);
    assert_eq!(olga.write_once("word 1", "one").await.ok(), first, "a repeat gets the first answer");
    let other = olga.write_once("word 1", "another").await;
    assert_eq!(other.no(422), "idempotency_key_reused");
    olga.write_once("word 2", "two").await.ok();
    let mut line = olga.line().await;
    Line::is_state(&line.next().await.unwrap(), "waiting");
    assert_eq!(line.texts(2).await, ["one", "two"]);
    assert_eq!(texts(&olga.visit().await), ["one", "two"]);
    assert_eq!(ids(&olga.visit().await)[0], first["id"], "ids outlast a start");
    shop.agent("anna", json!({})).await.accepts().await;
    line.until("active").await;
    let shop = shop.killed().await;
    let olga = olga.at(&shop.house.server.url);
    assert_eq!(olga.visit().await["agent"], "anna", "who has it still has it");
    // The end was asked for once; its repeat does not end what was begun since.
    let once = olga.page.with("idempotency-key", "the end");
    once.post(&olga.path("/end"), json!({})).await.ok();
    olga.write("three").await.ok();
    once.post(&olga.path("/end"), json!({})).await.ok();
    assert_eq!(olga.stage().await, "waiting");
    assert_eq!(texts(&olga.visit().await), ["one", "two", "three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_sent_at_once_begin_one_conversation() {
    let shop = Shop::new().await;
    let olga = shop.visitor(json!({})).await;
    let writes: Vec<_> = (0..10)
        .map(|number| {
            let olga = olga.clone();
            tokio::spawn(async move { olga.write(&format!("word {number}")).await.status })
        })
        .collect();
    for write in writes {
        assert_eq!(write.await.unwrap(), 201);
    }
    assert_eq!(shop.only().await["messages"], 10);
    let visit = olga.visit().await;
    let mut said = texts(&visit);
    said.sort();
    assert_eq!(said, (0..10).map(|number| format!("word {number}")).collect::<Vec<_>>());
    let mut ids: Vec<String> = ids(&visit).iter().map(Value::to_string).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_held_up_by_visitor_by_chat_and_by_address() {
    let shop = Shop::with(&[("READYROOM_RATES__CHATS_PER_MINUTE", "3")]).await;
    let olga = shop.visitor(json!({})).await;
    let mut held_up = None;
    for number in 0..40 {
        let answer = olga.write(&format!("{number}")).await;
        if answer.status != 201 {
            held_up = Some((number, answer));
            break;
        }
    }
    let (number, answer) = held_up.expect("forty words in a breath are too many");
    assert!(number >= 30, "{number}");
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After"));
    assert_eq!(answer.no(429), "too_many_messages");
    let mut begun = 1;
    loop {
        let answer = shop.visitor(json!({})).await.write("hello").await;
        if answer.status == 429 {
            assert_eq!(answer.no(429), "too_many_requests");
            break;
        }
        begun += 1;
        assert!(begun < 10, "chats from one address are counted");
    }
    assert!(begun >= 3, "{begun}");
    let mut lines = Vec::new();
    let refused = loop {
        match Line::open(&shop.house.server.url, &shop.widget, Some(PAGE), &["readyroom.chat", &olga.token]).await {
            Ok(line) => lines.push(line),
            Err(no) => break no,
        }
        assert!(lines.len() < 50);
    };
    assert_eq!((lines.len(), refused), (10, (429, "too_many_streams".into())));

    let shop = Shop::with(&[("READYROOM_RATES__UNKNOWN_PER_MINUTE", "30")]).await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let answer = shop.page().get(&shop.path("")).await;
        if answer.status == 429 {
            assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE), "the page can read why");
        }
        statuses.push(answer.status);
    }
    assert!(statuses.starts_with(&[200]) && statuses.ends_with(&[429]), "{statuses:?}");
    assert_eq!(shop.page().ask("OPTIONS", &shop.path("/visits"), None).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_is_blocked_is_told_so_politely() {
    let shop = Shop::new().await;
    let anna = shop.agent("anna", json!({})).await;
    let troll = shop.visitor(json!({})).await;
    troll.write("rude words").await.ok();
    anna.accepts().await;
    let mut line = troll.line().await;
    line.until("active").await;
    let client = shop.only().await["client"].as_str().unwrap().to_owned();
    let block = |blocked: bool| {
        let (admin, path) = (shop.house.admin.clone(), format!("/v1/clients/{client}/blocked"));
        async move { admin.put(&path, json!({ "blocked": blocked })).await.ok() }
    };
    block(true).await;
    line.until("ended").await;
    let answer = troll.write("more").await;
    let detail = answer.body["detail"].as_str().unwrap().to_owned();
    assert_eq!(answer.no(403), "blocked");
    assert!(detail.contains("please"), "{detail}");
    assert_eq!(troll.stage().await, "ended");
    assert!(shop.conversations().await.is_empty());
    assert_eq!(texts(&troll.visit().await), ["rude words"]);
    block(false).await;
    troll.write("sorry").await.ok();
    line.until("waiting").await;

    // While it waits, too: it goes nowhere, and may leave.
    block(true).await;
    line.until("ended").await;
    assert_eq!(troll.end().await.ok(), json!({"stage": "ended"}));
    assert!(shop.conversations().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_noted_is_for_those_at_work_and_never_for_the_client() {
    let shop = Shop::new().await;
    let olga = shop.visitor(json!({"name": "Olga"})).await;
    let mut line = olga.line().await;
    olga.write("Where is it?").await.ok();
    let anna = shop.agent("anna", json!({})).await;
    let id = shop.only().await["id"].as_str().unwrap().to_owned();
    let messages = async || {
        let position = shop.house.position().await;
        let page = shop.house.admin.get(&format!("/v1/conversations/{id}/messages?min_position={position}")).await.ok();
        page["data"].as_array().unwrap().clone()
    };
    anna.accepts().await;
    shop.says(&anna, &shop.only().await, "Let me look").await;
    let note = async |who: &Client, text: &str| {
        who.post(&format!("/v1/conversations/{id}/notes"), json!({ "text": text })).await
    };
    let desk = Client::sign_in(&shop.house.server.url, "anna").await;
    note(&desk, "she is angry").await.ok();
    let before = messages().await.len();
    let hand_on = async |body: Value| desk.post(&format!("/v1/conversations/{id}/transfer"), body).await;
    assert_eq!(hand_on(json!({"note": "x", "agent": anna.id})).await.no(409), "already_with_agent");
    assert_eq!(hand_on(json!({"note": "", "queue": shop.queue})).await.no(422), "invalid");
    assert_eq!(messages().await.len(), before, "a transfer that is refused notes nothing");
    let ben = shop.agent("ben", json!({})).await;
    hand_on(json!({"agent": ben.id, "note": "parcel 7 is lost"})).await.ok();
    ben.accepts().await;
    assert_eq!(note(&desk, "too late").await.no(403), "forbidden");
    let told: Vec<(Value, Value, Value)> = messages()
        .await
        .into_iter()
        .map(|row| (row["author"].clone(), row["agent"].clone(), row["text"].clone()))
        .collect();
    let expected = [
        ("client", Value::Null, "Where is it?"),
        ("agent", json!(anna.id), "Let me look"),
        ("note", json!(anna.id), "she is angry"),
        ("note", json!(anna.id), "parcel 7 is lost"),
    ];
    assert_eq!(told, expected.map(|(author, agent, text)| (json!(author), agent, json!(text))));
    shop.says(&ben, &shop.only().await, "I have it").await;
    assert_eq!(line.texts(3).await, ["Where is it?", "Let me look", "I have it"]);
    assert_eq!(texts(&olga.visit().await), ["Where is it?", "Let me look", "I have it"]);
    assert_eq!(shop.only().await["messages"], 3, "a note is nothing that was said");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_is_forgotten_leaves_no_words_behind() {
    let shop = Shop::new().await;
    let olga = shop.visitor(json!({"name": "Olga"})).await;
    olga.write("secret").await.ok();
    olga.end().await.ok();
    let before = olga.visit().await;
    let position = shop.house.position().await;
    let segments = shop.house.admin.get(&format!("/v1/segments?min_position={position}")).await.ok();
    let client = segments["data"][0]["client_id"].as_str().unwrap().to_owned();
    assert_eq!(texts(&before), ["secret"]);
    shop.house.admin.delete(&format!("/v1/clients/{client}")).await.ok();
    assert_eq!(olga.visit().await, json!({"stage": "none", "messages": []}));
    olga.write("again").await.ok();
    assert_eq!(texts(&olga.visit().await), ["again"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn huge_and_odd_texts_are_taken_as_they_are_or_refused() {
    let shop = Shop::new().await;
    let olga = shop.visitor(json!({})).await;
    let odd = [
        "👩‍👩‍👧 привет\u{202e}abc",
        "<script>alert(1)</script>",
        "'; DROP TABLE message;--",
        "a\tb\n\n\nc",
        "%s%n{}\\u0000",
        &"ж".repeat(4_000),
    ];
    for text in odd {
        assert_eq!(olga.write(text).await.ok()["text"], text);
    }
    assert_eq!(texts(&olga.visit().await), odd);
    let mut line = olga.line().await;
    assert_eq!(line.texts(odd.len()).await, odd);
    assert_eq!(olga.write("a\u{0}\u{1b}b").await.ok()["text"], "ab", "what nobody sees goes");
    for (body, status, code) in [
        (json!({"text": ""}), 422, "invalid"),
        (json!({"text": " \n\u{0} "}), 422, "invalid"),
        (json!({"text": "x".repeat(4_001)}), 422, "invalid"),
        (json!({"text": 5}), 422, "invalid"),
        (json!({"text": null}), 422, "invalid"),
        (json!({}), 422, "invalid"),
        (json!({"text": "x", "author": "agent"}), 422, "invalid"),
        (json!({"text": "x".repeat(300_000)}), 413, "too_large"),
        (json!(["x"]), 422, "invalid"),
    ] {
        assert_eq!(olga.page.post(&olga.path("/messages"), body.clone()).await.no(status), code, "{body:.80}");
    }
    for body in [
        json!({"name": ""}),
        json!({"name": "a\nb"}),
        json!({"name": "x".repeat(101)}),
        json!({"email": "nobody"}),
        json!({"email": format!("{}@example.com", "x".repeat(250))}),
        json!({"more": 1}),
    ] {
        assert_eq!(shop.page().post(&shop.path("/visits"), body.clone()).await.no(422), "invalid", "{body}");
    }
    let query = olga.page.get(&olga.path("/visit?token=x")).await;
    assert_eq!(query.no(422), "invalid");
    // What a page says on its stream is nobody's business, and too much of it ends it.
    line.socket.send(Message::text("{\"type\": \"message\", \"text\": \"x\"}")).await.unwrap();
    olga.write("still here").await.ok();
    assert_eq!(line.texts(2).await[1], "still here");
    for _ in 0..30 {
        let _ = line.socket.send(Message::text("x")).await;
    }
    let code = loop {
        if let Err(code) = line.next().await {
            break code;
        }
    };
    assert!([1008, 0].contains(&code), "{code}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_gone_or_full_closes_the_chat_without_a_word_of_the_inside() {
    let shop = Shop::new().await;
    let olga = shop.visitor(json!({})).await;
    shop.house.admin.delete("/v1/queues/8000").await.ok();
    let answer = olga.write("hello").await;
    assert!(!answer.body.to_string().contains("qu_") && !answer.body.to_string().contains("q_"), "{answer:?}");
    assert_eq!(answer.no(409), "closed");
    assert_eq!(olga.stage().await, "none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_on_a_wall_brings_its_key_as_a_protocol() {
    let house = House::new().await;
    let url = house.server.url.clone();
    let host = url.strip_prefix("http://").unwrap().to_owned();
    let key =
        house.admin.post("/v1/api-keys", json!({"name": "wall", "scopes": ["agents:read", "config:read", "stream"]}));
    let secret = key.await.ok()["secret"].as_str().unwrap().to_owned();
    let open = async |protocols: String, query: &str| {
        let mut request = format!("ws://{host}/v1/stream{query}").into_client_request().unwrap();
        request.headers_mut().insert("origin", "https://anywhere.example".parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
        let tcp = TcpStream::connect(&host).await.unwrap();
        timeout(SOON, tokio_tungstenite::client_async(request, tcp)).await.unwrap()
    };
    let both = format!("readyroom.v1, bearer.{secret}");
    let (mut socket, response) = open(both.clone(), "?subscribe=agents,queues").await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "readyroom.v1");
    let first = timeout(SOON, socket.next()).await.unwrap().unwrap().unwrap();
    let first: Value = serde_json::from_str(first.to_text().unwrap()).unwrap();
    assert_eq!((&first["type"], &first["viewer"]), (&json!("snapshot"), &json!("supervisor")));
    // It has the rights of its key, and no more.
    let (mut socket, _) = open(both, "").await.unwrap();
    socket.send(Message::text(r#"{"subscribe": ["conversations"]}"#)).await.unwrap();
    let told = timeout(SOON, socket.next()).await.unwrap().unwrap().unwrap();
    let told: Value = serde_json::from_str(told.to_text().unwrap()).unwrap();
    assert_eq!((&told["type"], &told["code"]), (&json!("error"), &json!("forbidden")));
    let refused = |opened: Result<_, tungstenite::Error>| match opened {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
        Ok(_) => 101,
    };
    let guess = "readyroom.v1, bearer.rk_0000000000000000000000000000000000000000000".to_owned();
    assert_eq!(refused(open(guess, "").await.map(drop)), 401);
    assert_eq!(refused(open("readyroom.v1".into(), "").await.map(drop)), 401);
    // The key opens the stream so, and nothing else.
    let page = Client::unknown(&url).with("sec-websocket-protocol", &format!("readyroom.v1, bearer.{secret}"));
    assert_eq!(page.get("/v1/agents").await.no(401), "unauthenticated");
    // Who sends a header goes by that, whatever protocol is asked for.
    let tap = Tap::try_open(&house.admin.with("sec-websocket-protocol", "readyroom.v1"), "?subscribe=agents").await;
    assert!(tap.is_ok());
}
