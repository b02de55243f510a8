//! An agent, driven and seen through the interface: its desk, its telephone, its queues, its work.

use super::{Answer, House, PASSWORD};
use serde_json::{Value, json};

/// An agent of a house.
pub struct Agent<'a> {
    house: &'a House,
    /// Its id.
    pub id: String,
}

impl House {
    /// Adds an agent; `more` are further settings of the user.
    pub async fn agent(&self, login: &str, more: Value) -> Agent<'_> {
        let mut body = json!({"name": format!("{login} of Acme"), "login": login, "password": PASSWORD});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = self.admin.post("/v1/users", body).await.ok()["id"].as_str().unwrap().to_owned();
        Agent { house: self, id }
    }

    /// An agent with a telephone who is available in this queue, and in no other.
    pub async fn ready_agent(&self, login: &str, queue: &str) -> Agent<'_> {
        let agent = self.agent(login, json!({})).await;
        agent.joins(queue, json!({})).await;
        agent.phone(true).await;
        agent.logs_in(&[queue]).await;
        agent.wishes(json!({"status": "available"})).await;
        agent
    }

    /// An agent with a console who is available for the chats of this queue.
    pub async fn chatting_agent(&self, login: &str, queue: &str, more: Value) -> Agent<'_> {
        let agent = self.agent(login, more).await;
        agent.joins(queue, json!({})).await;
        agent.console().await;
        agent.logs_in(&[queue]).await;
        agent.wishes(json!({"status": "available"})).await;
        agent
    }

    /// Lets a call arrive in a queue, and returns its id.
    pub async fn call(&self, queue: &str, client: &str) -> String {
        self.arrives(json!({"queue": queue, "channel": "voice", "client": client})).await
    }

    /// Lets a chat arrive in a queue, and returns its id.
    pub async fn chat(&self, queue: &str, client: &str) -> String {
        self.arrives(json!({"queue": queue, "channel": "chat", "client": client})).await
    }

    /// Lets work arrive, and returns its id.
    pub async fn arrives(&self, body: Value) -> String {
        self.admin.post("/v1/conversations", body).await.ok()["id"].as_str().unwrap().to_owned()
    }

    /// Ends a conversation, as its client does.
    pub async fn hangs_up(&self, conversation: &str) {
        self.admin.post(&format!("/v1/conversations/{conversation}/end"), json!({})).await.ok();
    }

    /// The row of a conversation on the floor.
    pub async fn conversation(&self, conversation: &str) -> Value {
        self.admin.get(&format!("/v1/conversations/{conversation}")).await.ok()
    }

    /// Where a conversation is.
    pub async fn stage(&self, conversation: &str) -> String {
        self.conversation(conversation).await["stage"].as_str().unwrap().to_owned()
    }

    /// Waits until the account is at work, after a start.
    pub async fn opened(self) -> House {
        self.until("/v1/skills?limit=1", |answer| answer["data"].is_array()).await;
        self
    }

    /// The position after which everything shows that was acknowledged so far.
    pub async fn position(&self) -> u64 {
        self.admin.get("/v1/skills?limit=1").await.position()
    }
}

impl Agent<'_> {
    /// The address of something of the agent.
    pub fn path(&self, tail: &str) -> String {
        format!("/v1/agents/{}{tail}", self.id)
    }

    /// Its row.
    pub async fn row(&self) -> Value {
        self.house.admin.get(&self.path("")).await.ok()
    }

    /// One text of its row.
    pub async fn word(&self, field: &str) -> String {
        self.row().await[field].as_str().unwrap_or("none").to_owned()
    }

    /// Its bucket.
    pub async fn bucket(&self) -> String {
        self.word("bucket").await
    }

    /// What it is in one of its queues.
    pub async fn seat(&self, queue: &str) -> Value {
        let row = self.row().await;
        let seats = row["queues"].as_array().unwrap();
        seats.iter().find(|seat| seat["queue"] == queue).expect("it belongs to the queue").clone()
    }

    /// The ACD's word for it in one of its queues.
    pub async fn state(&self, queue: &str) -> String {
        self.seat(queue).await["state"].as_str().unwrap().to_owned()
    }

    /// Makes it a member of a queue.
    pub async fn joins(&self, queue: &str, membership: Value) {
        self.house.admin.put(&format!("/v1/queues/{queue}/memberships/{}", self.id), membership).await.ok();
    }

    /// Does something with it.
    pub async fn does(&self, tail: &str) -> Answer {
        self.house.admin.post(&self.path(tail), json!({})).await
    }

    /// Logs it in, and into these queues.
    pub async fn logs_in(&self, queues: &[&str]) {
        self.house.admin.post(&self.path("/login"), json!({"queues": queues})).await.ok();
    }

    /// Sets what it wants to be.
    pub async fn wishes(&self, wish: Value) {
        self.house.admin.put(&self.path("/status"), wish).await.ok();
    }

    /// Its telephone can be reached, or not.
    pub async fn phone(&self, reachable: bool) {
        self.house.admin.put(&self.path("/devices/phone"), json!({"kind": "sip", "reachable": reachable})).await.ok();
    }

    /// Its console is open, for as long as any test takes.
    pub async fn console(&self) {
        let link = json!({"kind": "console", "reachable": true, "ttl_s": 3600});
        self.house.admin.put(&self.path("/devices/console"), link).await.ok();
    }

    /// It is on a call that no queue gave.
    pub async fn dials_out(&self) {
        self.house.admin.put(&self.path("/external-calls/own"), json!({})).await.ok();
    }

    /// That call is over.
    pub async fn hangs_up_own(&self) {
        self.house.admin.delete(&self.path("/external-calls/own")).await.ok();
    }

    /// The id of what it is offered.
    pub async fn offer(&self) -> String {
        self.row().await["offer"]["id"].as_str().expect("it is offered something").to_owned()
    }

    /// Accepts what it is offered.
    pub async fn accepts(&self) {
        let offer = self.offer().await;
        self.house.admin.post(&format!("/v1/offers/{offer}/accept"), json!({})).await.ok();
    }
}
