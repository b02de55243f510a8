//! A state for each queue (P-01, P-04 … P-11, P-27, P-28).

use super::super::House;
use super::super::agent::Agent;
use serde_json::json;

/// The states of an agent in two queues.
async fn states(agent: &Agent<'_>, queues: [&str; 2]) -> [String; 2] {
    [agent.state(queues[0]).await, agent.state(queues[1]).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_has_a_state_in_each_of_its_queues() {
    let house = House::new().await;
    let sales = house.queue(json!({"name": "Sales", "auto_ready": true, "ring_timeout_s": 3600})).await;
    let service = house.queue(json!({"name": "Service", "ring_timeout_s": 3600, "wrap_up_s": 3600})).await;
    let queues = [&*sales, &*service];
    let anna = house.agent("anna", json!({})).await;
    for queue in queues {
        anna.joins(queue, json!({})).await;
    }
    anna.phone(true).await;
    assert_eq!(states(&anna, queues).await, ["LOGGED_OUT", "LOGGED_OUT"]);
    anna.does(&format!("/queues/{sales}/login")).await.ok();
    assert_eq!(states(&anna, queues).await, ["READY", "LOGGED_OUT"], "this queue makes ready by itself");
    anna.does(&format!("/queues/{service}/login")).await.ok();
    assert_eq!(states(&anna, queues).await, ["READY", "NOT_READY"], "this one does not");
    let call = house.call(&service, "one").await;
    assert_eq!(house.stage(&call).await, "waiting");

    anna.does(&format!("/queues/{service}/ready")).await.ok();
    assert_eq!((anna.bucket().await, states(&anna, queues).await), ("ring".into(), ["READY".into(), "READY".into()]));
    anna.accepts().await;
    assert_eq!(states(&anna, queues).await, ["OTHER_CALL", "QUEUE_CALL"]);
    house.hangs_up(&call).await;
    assert_eq!(states(&anna, queues).await, ["WRAP_UP", "WRAP_UP"], "after the work, for every queue");
    let next = house.call(&sales, "two").await;
    assert_eq!(house.stage(&next).await, "waiting");
    house.admin.post(&format!("/v1/conversations/{call}/wrap-up/finish"), json!({})).await.ok();
    assert_eq!(house.stage(&next).await, "offered");
    house.hangs_up(&next).await;

    anna.does(&format!("/queues/{sales}/not_ready")).await.ok();
    assert_eq!(states(&anna, queues).await, ["NOT_READY", "READY"]);
    anna.dials_out().await;
    assert_eq!(states(&anna, queues).await, ["OTHER_CALL", "OTHER_CALL"]);
    anna.hangs_up_own().await;
    anna.wishes(json!({"status": "on_break", "reason": "training"})).await;
    assert_eq!(states(&anna, queues).await, ["NOT_READY", "NOT_READY"]);
    assert_eq!(anna.seat(&service).await["reason"], "training");
    anna.phone(false).await;
    assert_eq!(states(&anna, queues).await, ["OFFLINE", "OFFLINE"]);
    anna.does("/queues/all/logout").await.ok();
    assert_eq!(
        (anna.word("status").await, states(&anna, queues).await[0].clone()),
        ("offline".into(), "LOGGED_OUT".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_ready_gets_no_queue_call_and_still_takes_others() {
    let house = House::new().await;
    let sales = house.queue(json!({"name": "Sales", "auto_ready": true})).await;
    let anna = house.agent("anna", json!({})).await;
    anna.joins(&sales, json!({})).await;
    anna.phone(true).await;
    anna.does("/queues/all/login").await.ok();
    anna.does("/queues/all/not_ready").await.ok();
    assert_eq!((anna.word("status").await, anna.state(&sales).await), ("not_ready".into(), "NOT_READY".into()));
    let call = house.call(&sales, "one").await;
    assert_eq!(house.stage(&call).await, "waiting");
    anna.dials_out().await;
    assert_eq!((anna.bucket().await, anna.state(&sales).await), ("extcall".into(), "OTHER_CALL".into()));
    anna.hangs_up_own().await;
    assert_eq!((anna.bucket().await, anna.state(&sales).await), ("idle".into(), "NOT_READY".into()));
}

/// An agent in a state of the diagram, alone in a queue.
async fn in_state<'a>(house: &'a House, name: &str, state: &str) -> (Agent<'a>, String, Option<String>) {
    let queue = house.queue(json!({"name": name, "wrap_up_s": 3600, "ring_timeout_s": 3600})).await;
    let agent = house.ready_agent(name, &queue).await;
    let mut call = None;
    match state {
        "READY" => {}
        "NOT_READY" => drop(agent.does("/queues/all/not_ready").await.ok()),
        "LOGGED_OUT" => drop(agent.does("/queues/all/logout").await.ok()),
        _ => {
            call = Some(house.call(&queue, "somebody").await);
            agent.accepts().await;
            if state == "WRAP_UP" {
                house.hangs_up(call.as_ref().unwrap()).await;
            }
        }
    }
    assert_eq!(agent.state(&queue).await, state);
    (agent, queue, call)
}

/// Asks for the arrow; finishes what the diagram's arrow ends: a call, a wrap-up.
async fn go(house: &House, agent: &Agent<'_>, queue: &str, call: Option<&String>, to: &str) {
    let call = call.map_or("none", |call| call);
    let finish = async || {
        house.admin.post(&format!("/v1/conversations/{call}/wrap-up/finish"), json!({})).await;
    };
    match to {
        "QUEUE_CALL" => {
            house.call(queue, "somebody").await;
            agent.accepts().await;
        }
        "WRAP_UP" => house.hangs_up(call).await,
        "LOGGED_OUT" => drop(agent.does(&format!("/queues/{queue}/logout")).await.ok()),
        "READY" | "NOT_READY" => {
            if agent.state(queue).await == "QUEUE_CALL" {
                house.hangs_up(call).await;
            }
            agent.does(&format!("/queues/{queue}/{}", to.to_lowercase())).await.ok();
            finish().await;
        }
        other => panic!("no state: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_drawn_arrow_of_the_diagram_can_be_gone() {
    let house = House::new().await;
    let arrows = [
        ("READY", "QUEUE_CALL"),
        ("READY", "NOT_READY"),
        ("READY", "LOGGED_OUT"),
        ("QUEUE_CALL", "WRAP_UP"),
        ("QUEUE_CALL", "READY"),
        ("WRAP_UP", "READY"),
        ("WRAP_UP", "NOT_READY"),
        ("WRAP_UP", "LOGGED_OUT"),
        ("NOT_READY", "READY"),
        ("NOT_READY", "LOGGED_OUT"),
        ("LOGGED_OUT", "READY"),
        ("LOGGED_OUT", "NOT_READY"),
    ];
    for (number, (from, to)) in arrows.into_iter().enumerate() {
        let (agent, queue, call) = in_state(&house, &format!("arrow{number}"), from).await;
        go(&house, &agent, &queue, call.as_ref(), to).await;
        assert_eq!(agent.state(&queue).await, to, "{from} to {to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn not_ready_and_logout_asked_during_a_call_wait_for_its_end() {
    let house = House::new().await;
    for (act, after) in [("not_ready", "WRAP_UP"), ("logout", "LOGGED_OUT")] {
        let (agent, queue, call) = in_state(&house, act, "QUEUE_CALL").await;
        agent.does(&format!("/queues/{queue}/{act}")).await.ok();
        assert_eq!((agent.state(&queue).await, agent.bucket().await), ("QUEUE_CALL".into(), "incall".into()));
        house.hangs_up(call.as_ref().unwrap()).await;
        assert_eq!(agent.state(&queue).await, after);
    }
}
