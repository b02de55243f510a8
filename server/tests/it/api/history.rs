//! History over HTTP: the rows of the tables, page by page, for those who may see them; the same rows
//! after the tables were filled anew.

use super::{Client, House, Running};
use serde_json::{Value, json};

const TABLES: [&str; 3] = ["/v1/agent-events", "/v1/agent-activity", "/v1/segments"];

/// A queue that takes threads and hands them over at once, and an agent at work in it.
pub async fn desk(house: &House, login: &str) -> String {
    if house.admin.get("/v1/queues/8000/memberships").await.status == 404 {
        house.queue(json!({"name": "help", "number": "8000", "channels": ["chat"], "auto_accept": true})).await;
    }
    let body = json!({
        "name": format!("{login} of Acme"), "login": login, "role": "agent", "password": super::PASSWORD,
        "auto_ready_on_login": true, "auto_queue_login": true, "queues": [{"queue": "8000"}],
    });
    let agent = house.admin.post("/v1/users", body).await.ok()["id"].as_str().unwrap().to_owned();
    let device = json!({"kind": "console", "reachable": true});
    house.admin.put(&format!("/v1/agents/{agent}/devices/desk"), device).await.ok();
    house.admin.post(&format!("/v1/agents/{agent}/login"), json!({})).await.ok();
    agent
}

/// A thread of this client, in the hands of whoever is free.
pub async fn thread(house: &House, client: &str) -> (String, String) {
    let body = json!({"queue": "8000", "channel": "chat", "client": client});
    let answer = house.admin.post("/v1/conversations", body).await.ok();
    (answer["id"].as_str().unwrap().to_owned(), answer["client"].as_str().unwrap().to_owned())
}

async fn end(house: &House, conversation: &str) {
    house.admin.post(&format!("/v1/conversations/{conversation}/end"), json!({})).await.ok();
}

fn rows(answer: &Value) -> &[Value] {
    answer["data"].as_array().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_have_the_columns_of_the_tables_and_come_page_by_page() {
    let house = House::new().await;
    assert_eq!(rows(&house.admin.get("/v1/agent-events").await.ok()), [] as [Value; 0], "an empty table is no fault");
    let anna = desk(&house, "anna").await;
    let (thread, client) = thread(&house, "ivan").await;
    end(&house, &thread).await;
    let told = house.admin.get("/v1/agent-events").await.ok();
    let events = rows(&told);
    let names: Vec<&String> = events[0].as_object().unwrap().keys().collect();
    let mut columns = vec!["seq", "ts", "user_id", "from_status", "to_status", "reason", "call_id"];
    columns.sort_unstable();
    assert_eq!(names, columns);
    assert_eq!((&events[0]["seq"], &events[0]["user_id"]), (&json!(1), &json!(anna)));
    assert_eq!((&events[0]["from_status"], told["next"].is_null()), (&json!("offline"), true));
    assert!(events[0]["ts"].as_i64().unwrap() > 1_600_000_000_000, "epoch milliseconds");
    assert_eq!(told["position"], house.admin.get("/v1/segments").await.ok()["position"], "nothing happened meanwhile");

    let mut paged = Vec::new();
    let mut path = "/v1/agent-events?limit=1".to_owned();
    loop {
        let page = house.admin.get(&path).await.ok();
        paged.extend(rows(&page).iter().cloned());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/agent-events?limit=1&cursor={next}");
    }
    assert_eq!(paged, events);

    let segments = house.admin.get(&format!("/v1/segments?conversation={thread}&queue=8000")).await.ok();
    let phases: Vec<&str> = rows(&segments).iter().map(|row| row["phase"].as_str().unwrap()).collect();
    assert!(phases.ends_with(&["talking"]) && phases[0] == "waiting", "{phases:?}");
    assert!(rows(&segments).iter().all(|row| row["client_id"] == client.as_str()));
    let activity = house.admin.get("/v1/agent-activity?queue=8000").await.ok();
    assert_eq!(rows(&activity)[0]["queue_logged_in"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_chosen_by_time_and_written_as_values_for_a_sheet() {
    let house = House::new().await;
    desk(&house, "anna").await;
    let all = house.admin.get("/v1/agent-activity").await.ok();
    let last = rows(&all).last().unwrap()["ts"].as_i64().unwrap();
    let instant = |ms: i64| jiff::Timestamp::from_millisecond(ms).unwrap().to_string();
    let since = house.admin.get(&format!("/v1/agent-activity?since={}", instant(last + 1))).await.ok();
    let until = house.admin.get(&format!("/v1/agent-activity?until={}", instant(last + 1))).await.ok();
    assert_eq!((rows(&since).len(), rows(&until)), (0, rows(&all)));
    // A plus that nobody escaped.
    let east = house.admin.get("/v1/agent-activity?since=2020-01-01T00:00:00+02:00").await.ok();
    assert_eq!(rows(&east), rows(&all));

    let sheet = house.admin.get("/v1/agent-events?format=csv&limit=1").await;
    assert_eq!(sheet.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let next = sheet.header("x-next-cursor").unwrap().to_owned();
    let text = sheet.ok();
    let lines: Vec<&str> = text.as_str().unwrap().split("\r\n").collect();
    assert_eq!((lines[0], lines.len()), ("seq,ts,user_id,from_status,to_status,reason,call_id", 3));
    let rest = house.admin.get(&format!("/v1/agent-events?format=csv&cursor={next}")).await;
    assert!(rest.header("x-next-cursor").is_none() && rest.header("x-position").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_said() {
    let house = House::new().await;
    let no = async |query: &str, status| house.admin.get(&format!("/v1/agent-events?{query}")).await.no(status);
    for query in
        ["limit=0", "limit=1001", "cursor=x", "since=today", "format=xlsx", "what=1", "user=me", "conversation=1"]
    {
        assert_eq!(no(query, 422).await, "invalid", "{query}");
    }
    let general = house.admin.get("/v1/queues").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let answer = house.admin.get(&format!("/v1/agent-events?queue={general}")).await;
    assert!(answer.body["detail"].as_str().unwrap().contains("knows nothing of queue"), "{answer:?}");
    assert_eq!(answer.no(422), "invalid");
    assert_eq!(no("user=us_00000000000000000000000001", 404).await, "unknown_agent");
    assert_eq!(no("queue=9999", 404).await, "unknown_queue");
    assert_eq!(no("min_position=1000000000", 503).await, "unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_read_their_own_rows_supervisors_those_of_their_teams() {
    let house = House::new().await;
    let (anna, bert) = (desk(&house, "anna").await, desk(&house, "bert").await);
    house.user("sue", "supervisor").await;
    house.user("max", "manager").await;
    let whose = async |client: &Client, path: &str| {
        let told = client.get(path).await.ok();
        let mut users: Vec<String> =
            rows(&told).iter().map(|row| row["user_id"].as_str().unwrap().to_owned()).collect();
        users.sort_unstable();
        users.dedup();
        users
    };
    let sign_in = async |login: &str| Client::sign_in(&house.server.url, login).await;
    let (by_anna, by_sue, by_max) = (sign_in("anna").await, sign_in("sue").await, sign_in("max").await);
    for table in ["/v1/agent-events", "/v1/agent-activity"] {
        assert_eq!(whose(&by_anna, table).await, [anna.as_str()]);
        assert_eq!(whose(&by_sue, table).await, [] as [&str; 0], "her teams have nobody");
        assert_eq!(whose(&by_max, table).await, [anna.as_str(), bert.as_str()]);
        assert_eq!(whose(&by_max, &format!("{table}?user={bert}")).await, [bert.as_str()]);
        let others = format!("{table}?user={bert}");
        assert_eq!(by_anna.get(&others).await.no(403), "forbidden");
    }
    let (one, _) = thread(&house, "ivan").await;
    end(&house, &one).await;
    for client in [&by_anna, &by_sue] {
        let told = client.get("/v1/segments").await.ok();
        assert!(rows(&told).iter().all(|row| row["user_id"] == anna.as_str()), "{told}");
    }
    assert_eq!(Client::unknown(&house.server.url).get("/v1/segments").await.no(401), "unauthenticated");
}

/// All rows of all tables, as text.
async fn everything(house: &House) -> Vec<String> {
    let mut all = Vec::new();
    for table in TABLES {
        let told = house.admin.opened(&format!("{table}?limit=1000")).await;
        assert!(told["next"].is_null() && !rows(&told).is_empty(), "{told}");
        all.push(serde_json::to_string(&told["data"]).unwrap());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_filled_anew_have_the_same_rows() {
    let house = House::new().await;
    desk(&house, "anna").await;
    let (one, _) = thread(&house, "ivan").await;
    thread(&house, "olga").await;
    end(&house, &one).await;
    let before = everything(&house).await;
    let views = house.store().join("views");
    let file = views.join(format!("{}.db", house.account));

    // Stopped and deleted.
    let house = house.again(|running: Running| {
        assert!(running.stop().success());
        std::fs::remove_dir_all(&views).unwrap();
    });
    assert_eq!(everything(&house).await, before);

    // Killed, and the tables are of another version: filled anew beside the old rows.
    let house = house.again(|running| {
        running.kill();
        let db = rusqlite::Connection::open(&file).unwrap();
        db.execute("UPDATE filled SET version = version + 1000", []).unwrap();
        db.execute("UPDATE agent_event SET to_status = 'idle'", []).unwrap();
    });
    assert_eq!(everything(&house).await, before);
    let house = house.again(|running| assert!(running.stop().success()));
    assert_eq!(everything(&house).await, before);
}
