//! The table of signals and the scenes of `data/states.json`, against all vocabularies and the
//! history.

use crate::combination::*;
use crate::floor::Watch;
use readyroom_core::event::Event;
use readyroom_core::floor::facts::Facts;
use readyroom_core::ids::{ChannelSet, Timestamp};
use readyroom_core::settings::reasons;
use readyroom_views::tables::AgentEvents;
use readyroom_views::vocabulary::*;
use serde_json::Value;

fn data() -> Value {
    serde_json::from_str(include_str!("../data/states.json")).unwrap()
}

/// The agent of these signals; it has a telephone and one call at most.
fn combination(vector: &Value) -> Combination {
    let voice = ChannelSet::only(readyroom_core::ids::Channel::Voice);
    let reachable = vector["reachable"].as_bool().unwrap();
    Combination {
        wish: match vector["status"].as_str().unwrap() {
            "offline" => Wish::Offline,
            "not_ready" => Wish::NotReady,
            "available" => Wish::Available,
            "on_break" => Wish::Away,
            other => panic!("no status: {other}"),
        },
        voice: match vector["state"].as_str().unwrap() {
            "waiting" => Voice::Nothing,
            "offering" => Voice::Offered,
            "in_call" => Voice::ActiveHere,
            "wrap_up" => Voice::Wrapping,
            other => panic!("no state: {other}"),
        },
        channels: voice,
        devices: if reachable { voice } else { ChannelSet::NONE },
        external_call: vector["ext"].as_bool().unwrap(),
        ..READY
    }
}

#[test]
fn every_line_of_the_priority_matrix_holds() {
    let data = data();
    let lines = data["priority_matrix"].as_array().unwrap();
    assert_eq!(lines.len(), 4 * 4 * 2 * 2);
    for line in lines {
        let agent = combination(line).facts();
        assert_eq!(bucket(&agent).as_str(), line["bucket"], "{line}");
        assert_eq!(agent.is_ready(), line["dispatchable"].as_bool().unwrap(), "{line}");
    }
}

#[test]
fn the_nine_names_stand_in_their_order() {
    let data = data();
    let priority: Vec<&str> = data["priority"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(Bucket::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>(), priority);
}

#[test]
fn every_scene_gives_its_buckets_and_its_history() {
    let data = data();
    for scene in data["scenes"].as_array().unwrap() {
        let mut watch = Watch::<AgentEvents>::default();
        let first = combination(&scene["initial"]["vector"]).facts();
        assert_eq!(bucket(&first).as_str(), scene["initial"]["bucket"], "{scene}");
        watch.tracker.seed(&Facts::Agent(first));
        for step in scene["steps"].as_array().unwrap() {
            let agent = combination(&step["vector"]).facts();
            assert_eq!(bucket(&agent).as_str(), step["bucket"], "{} {step}", scene["id"]);
            let rows = watch.event(Timestamp(1), &Event::Reopened {}, &[Facts::Agent(agent)]);
            let told: Vec<_> = rows.iter().map(|row| (row.from_status.as_str(), row.to_status.as_str())).collect();
            let row = step["row"].as_array().map(|row| (row[0].as_str().unwrap(), row[1].as_str().unwrap()));
            assert_eq!(told, Vec::from_iter(row), "{} {step}", scene["id"]);
        }
    }
}

#[test]
fn every_scene_gives_its_words_in_the_other_vocabularies() {
    let data = data();
    let built_in = reasons::built_in();
    let seat = Seat { channels: ChannelSet::ALL, logged_in: true, ready: true }.facts();
    let mut held = 0;
    for scene in data["scenes"].as_array().unwrap() {
        for step in scene["steps"].as_array().unwrap() {
            let agent = combination(&step["vector"]).facts();
            let lunch = code("lunch_break");
            for (vocabulary, word) in step["words"].as_object().unwrap() {
                let said = match vocabulary.as_str() {
                    "desk" => desk(&agent).label(),
                    "supervisor" => match supervisor(&agent) {
                        Supervisor::Connected => "Connected", // Its label says what it means as well.
                        other => other.label(),
                    },
                    "widget" => widget(&agent).label(|_| reason_name(&built_in, &lunch, "en")),
                    "acd" => acd(&agent, &seat).state.label(),
                    other => panic!("no vocabulary: {other}"),
                };
                assert_eq!(said, word.as_str().unwrap(), "{vocabulary}: {} {step}", scene["id"]);
                held += 1;
            }
        }
    }
    assert!(held > 100, "only {held} words are held against the scenes");
}
