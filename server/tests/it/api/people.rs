//! People over HTTP: setting up, signing in, users and keys.

use super::{Client, House, PASSWORD};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_store_is_set_up_once_and_its_administrator_signs_in() {
    let house = House::new().await;
    let unknown = Client::unknown(&house.server.url);
    let token = house.server.setup_token.clone().unwrap();
    let body = json!({"token": token, "account": "other", "name": "Eve", "login": "eve", "password": PASSWORD});
    assert_eq!(unknown.post("/v1/setup", body).await.no(403), "setup_closed");
    let ada = Client::sign_in(&house.server.url, "ada").await;
    let me = ada.get("/v1/sessions/current").await.ok();
    assert_eq!((&me["user"]["login"], &me["user"]["role"]), (&json!("ada"), &json!("administrator")));
    assert_eq!((&me["account"]["name"], &me["account"]["id"]), (&json!("acme"), &json!(house.account)));
    let row = house.admin.get(&format!("/v1/agents/{}", me["user"]["id"].as_str().unwrap())).await.ok();
    assert_eq!(row["name"], "Ada Admin");
    let queues = house.admin.get("/v1/queues").await.ok();
    assert_eq!(queues["data"][0]["general"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_comes_with_skills_queues_and_settings_or_not_at_all() {
    let house = House::new().await;
    let sales = house.queue(json!({"name": "sales", "number": "8000"})).await;
    let skill = house.admin.post("/v1/skills", json!({"name": "english"})).await.ok()["id"].clone();
    let anna = json!({
        "name": "Anna A", "login": "Anna", "email": "anna@example.org", "password": PASSWORD, "capacity": 3,
        "voice_weight": "whole", "chat_weight": 2, "channels": ["chat"], "auto_ready_on_login": true,
        "skills": [{"skill": skill, "level": 4}],
        "queues": [{"queue": "8000", "tier_level": 1, "mode": "mandatory"}],
    });
    let wrong = [
        ("capacity", json!(21), 422),
        ("capacity", json!(0), 422),
        ("chat_weight", json!(21), 422),
        ("channels", json!([]), 422),
        ("login", json!("an na"), 422),
        ("password", json!("short"), 422),
        ("email", json!("nowhere"), 422),
        ("role", json!("boss"), 422),
        ("queues", json!([{"queue": "9999"}]), 404),
        ("queues", json!([{"queue": "8000"}, {"queue": sales}]), 422),
        ("queues", json!([{"queue": "8000", "delay_sec": 86401}]), 422),
        ("skills", json!([{"skill": "sk_00000000000000000000000000", "level": 1}]), 404),
        ("skills", json!([{"skill": skill, "level": 6}]), 422),
        ("teams", json!(["tm_00000000000000000000000000"]), 404),
    ];
    for (field, value, status) in wrong {
        let mut body = anna.clone();
        body[field] = value.clone();
        let answer = house.admin.post("/v1/users", body).await;
        assert_eq!(answer.status, status, "{field} = {value}: {answer:?}");
    }
    assert_eq!(house.admin.get("/v1/users").await.ok()["data"].as_array().unwrap().len(), 1, "nobody was left behind");
    let keyed = house.admin.with("idempotency-key", "anna");
    let made = keyed.post("/v1/users", anna.clone()).await;
    assert_eq!(made.status, 201);
    assert_eq!(keyed.post("/v1/users", anna.clone()).await.ok()["id"], made.body["id"]);
    assert_eq!(keyed.post("/v1/users", json!({"name": "B", "login": "b"})).await.no(422), "idempotency_key_reused");
    assert_eq!(house.admin.post("/v1/users", anna).await.no(409), "taken");
    let id = made.body["id"].as_str().unwrap();
    let user = house.admin.get(&format!("/v1/users/{id}")).await;
    assert!(user.header("etag").is_some());
    let user = user.ok();
    assert_eq!((&user["login"], &user["capacity"], &user["channels"]), (&json!("anna"), &json!(3), &json!(["chat"])));
    assert_eq!((&user["voice_weight"], &user["chat_weight"]), (&json!("whole"), &json!(2)));
    let seats = house.admin.get("/v1/queues/8000/memberships").await.ok();
    assert_eq!((&seats["data"][0]["user_id"], &seats["data"][0]["mode"]), (&json!(id), &json!("mandatory")));
    let skills = house.admin.get(&format!("/v1/agents/{id}/skills")).await.ok();
    assert_eq!(skills["skills"], json!([{"skill": skill, "level": 4}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whom_a_crash_left_half_made_is_finished_by_the_repeat_and_by_the_first_one_only() {
    let house = House::new().await;
    house.queue(json!({"name": "sales", "number": "8000"})).await;
    let skill = house.admin.post("/v1/skills", json!({"name": "english"})).await.ok()["id"].clone();
    let body = json!({"name": "Anna", "login": "anna", "capacity": 3, "skills": [{"skill": skill, "level": 4}],
        "queues": [{"queue": "8000", "mode": "mandatory"}]});
    let (dir, before) = (house.store(), tempfile::tempdir().unwrap());
    let files = ["log.db", "log.db-wal"];
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        for file in files {
            let _ = std::fs::remove_file(to.join(file));
            // A log that was closed has no second file.
            let _ = std::fs::copy(from.join(file), to.join(file));
        }
    };
    let house = house.again(|server| {
        assert!(server.stop().success());
        copy(&dir, before.path());
    });
    let house = house.opened().await;
    let made = house.admin.with("idempotency-key", "anna").post("/v1/users", body.clone()).await;
    assert_eq!(made.status, 201);
    // The directory has her, and the log went no further than before.
    let house = house.again(|server| {
        server.kill();
        copy(before.path(), &dir);
        let _ = std::fs::remove_file(dir.join("log.db-shm"));
    });
    let house = house.opened().await;
    let user = format!("/v1/users/{}", made.body["id"].as_str().unwrap());
    assert_eq!(house.admin.get(&user).await.ok()["capacity"], 5, "an account that opens adds its people bare");
    let repeat = async |house: &House| {
        let again = house.admin.with("idempotency-key", "anna").post("/v1/users", body.clone()).await;
        assert_eq!((again.status, &again.body["id"]), (201, &made.body["id"]), "{again:?}");
    };
    repeat(&house).await;
    assert_eq!(house.admin.get(&user).await.ok()["capacity"], 3);
    let agent = format!("/v1/agents/{}", made.body["id"].as_str().unwrap());
    let skills = house.admin.get(&format!("{agent}/skills")).await.ok();
    assert_eq!(skills["skills"], json!([{"skill": skill, "level": 4}]));
    assert_eq!(house.admin.get("/v1/queues/8000/memberships").await.ok()["data"][0]["mode"], "mandatory");
    house.admin.ask("PATCH", &user, Some(&json!({"capacity": 9}))).await.ok();
    repeat(&house).await;
    let house = house.again(|server| server.kill()).opened().await;
    repeat(&house).await;
    assert_eq!(house.admin.get(&user).await.ok()["capacity"], 9, "what others changed since stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_changes_of_a_user_the_other_has_to_have_seen() {
    let house = House::new().await;
    let anna = house.user("anna", "agent").await;
    let path = format!("/v1/users/{anna}");
    let tag = house.admin.get(&path).await.header("etag").unwrap().to_owned();
    let seen = house.admin.with("if-match", &tag);
    let patch = |client: &Client, body| {
        let (client, path) = (client.clone(), path.clone());
        async move { client.ask("PATCH", &path, Some(&body)).await }
    };
    patch(&seen, json!({"name": "Anna B", "email": "a@example.org", "capacity": 7, "channels": ["voice"]})).await.ok();
    assert_eq!(patch(&seen, json!({"capacity": 8})).await.no(412), "changed");
    patch(&house.admin, json!({"email": null, "channels": null})).await.ok();
    let user = house.admin.get(&path).await.ok();
    assert_eq!((&user["name"], &user["capacity"]), (&json!("Anna B"), &json!(7)));
    assert_eq!((&user["email"], &user["channels"]), (&json!(null), &json!(null)));
    house.until(&format!("/v1/agents/{anna}"), |row| row["name"] == "Anna B").await;
    assert_eq!(patch(&house.admin, json!({"capacity": 0})).await.no(422), "invalid");
    assert_eq!(patch(&house.admin, json!({"login": "ada"})).await.no(409), "taken");
    let ada = house.admin.get("/v1/users?text=ada").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let step_down = house.admin.ask("PATCH", &format!("/v1/users/{ada}"), Some(&json!({"role": "manager"}))).await;
    assert_eq!(step_down.no(409), "last_administrator");
    for (query, count) in [("role=agent", 1), ("role=manager", 0), ("active=true", 2), ("text=ann", 1), ("limit=1", 1)]
    {
        let page = house.admin.get(&format!("/v1/users?{query}")).await.ok();
        assert_eq!(page["data"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_who_knows_it_or_by_an_administrator() {
    let house = House::new().await;
    let id = house.user("anna", "agent").await;
    let (path, other) = (format!("/v1/users/{id}/password"), "another good password");
    let anna = Client::sign_in(&house.server.url, "anna").await;
    assert_eq!(anna.put(&path, json!({"password": other})).await.no(422), "invalid");
    let wrong = anna.put(&path, json!({"password": other, "current": "a wrong password"})).await;
    assert_eq!(wrong.no(403), "wrong_password");
    assert_eq!(anna.put(&path, json!({"password": other, "current": PASSWORD})).await.status, 204);
    assert_eq!(anna.get("/v1/sessions/current").await.no(401), "session_ended");
    let sign_in = json!({"login": "anna", "password": PASSWORD});
    let unknown = Client::unknown(&house.server.url);
    assert_eq!(unknown.post("/v1/sessions", sign_in.clone()).await.no(401), "wrong_password");
    assert_eq!(house.admin.put(&path, json!({"password": "ANNA"})).await.no(422), "invalid");
    assert_eq!(house.admin.put(&path, json!({"password": PASSWORD})).await.status, 204);
    let signed_in = unknown.post("/v1/sessions", sign_in).await;
    let cookie = signed_in.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_that_speaks_https_the_cookie_is_for_https_only() {
    let house = House::with(&[("READYROOM_TRUSTED_PROXIES", "[127.0.0.1]")]).await;
    let proxy = Client::unknown(&house.server.url).with("x-forwarded-proto", "https");
    let answer = proxy.post("/v1/sessions", json!({"login": "ada", "password": PASSWORD})).await;
    assert!(answer.header("set-cookie").unwrap().ends_with("; Secure"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deactivated_is_out_at_once_and_can_come_back() {
    let house = House::new().await;
    let sales = house.queue(json!({"name": "sales", "number": "8000"})).await;
    let agent = house.ready_agent("anna", &sales).await;
    let anna = Client::sign_in(&house.server.url, "anna").await;
    let path = format!("/v1/users/{}", agent.id);
    for _ in 0..2 {
        house.admin.post(&format!("{path}/deactivate"), json!({})).await.ok();
        assert_eq!(anna.get("/v1/sessions/current").await.no(401), "session_ended");
        assert_eq!(agent.word("status").await, "offline");
    }
    let sign_in = json!({"login": "anna", "password": PASSWORD});
    let unknown = Client::unknown(&house.server.url);
    assert_eq!(unknown.post("/v1/sessions", sign_in.clone()).await.no(403), "user_inactive");
    assert_eq!(house.admin.get("/v1/users?active=false").await.ok()["data"][0]["login"], "anna");
    let house = house.again(|server| assert!(server.stop().success()));
    house.until("/v1/queues", |body| body["data"].is_array()).await;
    house.admin.post(&format!("{path}/reactivate"), json!({})).await.ok();
    assert_eq!(Client::unknown(&house.server.url).post("/v1/sessions", sign_in).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_whom_the_teams_say_and_only_as_long() {
    let house = House::new().await;
    let (anna, rita) = (house.user("anna", "agent").await, house.user("rita", "supervisor").await);
    let supervisor = Client::sign_in(&house.server.url, "rita").await;
    let anna_row = format!("/v1/agents/{anna}");
    assert_eq!(supervisor.get(&anna_row).await.status, 403);
    let body = json!({"name": "Red", "members": [anna], "supervisors": [rita]});
    let keyed = house.admin.with("idempotency-key", "red");
    let team = keyed.post("/v1/teams", body.clone()).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(keyed.post("/v1/teams", body.clone()).await.ok()["id"], json!(team));
    assert_eq!(house.admin.post("/v1/teams", body).await.no(409), "taken");
    assert_eq!(supervisor.get(&anna_row).await.status, 200);
    house.until(&anna_row, |row| row["teams"] == json!([team])).await;
    let path = format!("/v1/teams/{team}");
    let tag = house.admin.get(&path).await.header("etag").unwrap().to_owned();
    house.admin.delete(&format!("{path}/members/{anna}")).await.ok();
    assert_eq!(supervisor.get(&anna_row).await.status, 403);
    house.admin.put(&format!("{path}/members/{anna}"), json!({})).await.ok();
    assert_eq!(supervisor.get(&anna_row).await.status, 200);
    let stale = house.admin.with("if-match", &tag);
    assert_eq!(stale.put(&path, json!({"name": "Blue"})).await.no(412), "changed");
    let agent_as_supervisor = house.admin.put(&format!("{path}/supervisors/{anna}"), json!({})).await;
    assert_eq!(agent_as_supervisor.no(422), "invalid");
    house.admin.delete(&path).await.ok();
    assert_eq!(supervisor.get(&anna_row).await.status, 403);
    assert_eq!(house.admin.get(&path).await.no(404), "unknown_team");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_is_changed_and_the_audit_says_by_whom() {
    let house = House::new().await;
    let change = |body: serde_json::Value| {
        let admin = house.admin.clone();
        async move { admin.ask("PATCH", "/v1/account", Some(&body)).await }
    };
    change(json!({"zone": "europe/stockholm", "text_retention_days": 30})).await.ok();
    let account = house.admin.get("/v1/account").await.ok();
    assert_eq!((&account["zone"], &account["text_retention_days"]), (&json!("Europe/Stockholm"), &json!(30)));
    change(json!({"text_retention_days": null})).await.ok();
    assert_eq!(house.admin.get("/v1/account").await.ok()["text_retention_days"], json!(null));
    assert_eq!(change(json!({"zone": "Mars/Base"})).await.no(422), "invalid");
    assert_eq!(change(json!({"name": ""})).await.no(422), "invalid");
    let newest = house.admin.get("/v1/audit?limit=2").await.ok();
    assert_eq!(newest["data"][0]["act"], "account.changed");
    assert!(newest["data"][0]["by"].as_str().unwrap().starts_with("key_"), "{newest}");
    let mut acts = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = house.admin.get(&format!("/v1/audit?limit=2{cursor}")).await.ok();
        acts.extend(page["data"].as_array().unwrap().iter().map(|line| line["act"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let expected = ["account.created", "setup.done", "session.created", "key.created", "account.changed"];
    let oldest: Vec<&str> = acts.iter().rev().map(String::as_str).take(5).collect();
    assert_eq!(oldest, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_and_is_revoked_for_ever() {
    let house = House::new().await;
    let body = json!({"name": "wallboard", "scopes": ["agents:read"]});
    let keyed = house.admin.with("idempotency-key", "wallboard");
    let made = keyed.post("/v1/api-keys", body.clone()).await.ok();
    let again = keyed.post("/v1/api-keys", body).await.ok();
    assert_eq!((&again["id"], &again["secret"]), (&made["id"], &json!(null)), "a repeat has no secret to show");
    let board = Client::with_key(&house.server.url, made["secret"].as_str().unwrap());
    assert_eq!(board.get("/v1/agents").await.status, 200);
    assert_eq!(board.get("/v1/users").await.status, 403);
    let path = format!("/v1/api-keys/{}", made["id"].as_str().unwrap());
    assert!(house.admin.get(&path).await.ok()["last_used_at"].is_string());
    for _ in 0..2 {
        assert_eq!(house.admin.delete(&path).await.status, 204);
        assert_eq!(board.get("/v1/agents").await.no(401), "bad_key");
    }
    assert!(house.admin.get(&path).await.ok()["revoked_at"].is_string());
    for (body, field) in [
        (json!({"name": "", "scopes": ["*"]}), "name"),
        (json!({"name": "x", "scopes": []}), "scopes"),
        (json!({"name": "x", "scopes": ["*"], "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
    ] {
        let answer = house.admin.post("/v1/api-keys", body).await;
        assert_eq!(answer.body["errors"][0]["field"], field, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_floor_follows_what_was_done_while_the_server_was_stopped() {
    let house = House::new().await;
    let refused = crate::run(&house.store(), "user list --store DIR").with(3);
    assert!(refused.contains("in use by another process"), "{refused}");
    let sales = house.queue(json!({"name": "sales", "number": "8000"})).await;
    let anna = house.ready_agent("anna", &sales).await.id;
    let dir = house.store();
    let house = house.again(|server| {
        assert!(server.stop().success());
        crate::run(&dir, "user add --store DIR --login bo --name Bo").with(0);
        crate::run(&dir, "user deactivate anna --store DIR").with(0);
    });
    house.until(&format!("/v1/agents/{anna}"), |row| row["status"] == "offline").await;
    let found = house.admin.get("/v1/users?text=bo").await.ok();
    let bo = found["data"][0]["id"].as_str().unwrap();
    house.until(&format!("/v1/agents/{bo}"), |row| row["name"] == "Bo").await;
    house.admin.post(&format!("/v1/agents/{bo}/login"), json!({})).await.ok();
}
