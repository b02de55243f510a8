//! What two people do at the same time to the same thing: nothing of either is lost, and the directory
//! and the floor say the same afterwards.

use super::{Client, House};
use serde_json::{Value, json};

/// Asks all of these at once.
async fn at_once(client: &Client, asked: &[(&'static str, String, Value)]) {
    let asking = asked.iter().map(|(method, path, body)| {
        let (client, method, path, body) = (client.clone(), *method, path.clone(), body.clone());
        tokio::spawn(async move { client.ask(method, &path, Some(&body)).await.ok() })
    });
    for answer in asking.collect::<Vec<_>>() {
        answer.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_changes_of_different_fields_of_a_user_none_is_lost() {
    let house = House::new().await;
    let path = format!("/v1/users/{}", house.user("anna", "agent").await);
    for round in 0..12 {
        let on = round % 2 == 0;
        let changes = [
            json!({"capacity": 3 + round}),
            json!({"chat_weight": 1 + round}),
            json!({"auto_ready_on_login": on}),
            json!({"auto_queue_login": on}),
            json!({"name": format!("Anna {round}")}),
        ];
        let asked: Vec<_> = changes.iter().map(|change| ("PATCH", path.clone(), change.clone())).collect();
        at_once(&house.admin, &asked).await;
        let user = house.admin.get(&path).await.ok();
        for (field, value) in changes.iter().flat_map(|change| change.as_object().unwrap()) {
            assert_eq!(&user[field], value, "{field} in round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_floor_ends_as_the_directory_does_when_one_deactivates_and_another_reactivates() {
    let house = House::new().await;
    let queue = house.queue(json!({"name": "Sales"})).await;
    let anna = house.agent("anna", json!({})).await;
    anna.joins(&queue, json!({})).await;
    let path = format!("/v1/users/{}", anna.id);
    for round in 0..25 {
        let asked = ["deactivate", "reactivate", "deactivate", "reactivate"]
            .map(|act| ("POST", format!("{path}/{act}"), json!({})));
        at_once(&house.admin, &asked).await;
        let active = house.admin.get(&path).await.ok()["active"].as_bool().unwrap();
        let at_work = anna.does("/login").await;
        assert_eq!(at_work.status == 200, active, "round {round}: {at_work:?}");
        if active {
            anna.does("/logout").await.ok();
        }
    }
}
