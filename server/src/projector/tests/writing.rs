//! Rows go in once, whatever happens to the program or the file.

use super::*;
use crate::projector::{ViewsError, file};
use readyroom_core::event::codec::{Kept, Promise};
use std::fs;

#[test]
fn the_file_holds_what_the_folds_gave() {
    let mut scene = Scene::begin();
    scene.two_days();
    scene.filled();
    let rows = scene.rows();
    for (table, stored) in scene.dump().iter().take(Tables::SHAPES.len()) {
        let given = rows.iter().filter(|row| row.table == table).count();
        assert_eq!(stored.len(), given, "{table}");
        assert!(given > 4, "{table}: {given}");
    }
}

#[test]
fn a_deleted_file_is_filled_anew_with_the_same_rows() {
    let mut scene = Scene::begin();
    scene.two_days();
    drop(scene.filled());
    let before = scene.dump();
    fs::remove_file(scene.path()).unwrap();
    drop(scene.filled());
    assert_eq!(scene.dump(), before);
}

#[test]
fn after_a_crash_the_rows_behind_the_checkpoint_come_again_and_none_is_there_twice() {
    let mut scene = Scene::begin();
    scene.two_days();
    drop(scene.filled());
    let whole = scene.dump();
    fs::remove_file(scene.path()).unwrap();

    let (third, half) = (EventNo(scene.last().0 / 3), EventNo(scene.last().0 / 2));
    let (mut views, filling) = scene.open();
    let tables = scene.feed(&mut views, filling, third, 5);
    views.write(&checkpoint(third, tables)).unwrap();
    drop(views);
    let (mut views, filling) = scene.open();
    assert_eq!(filling.from(), third);
    scene.feed(&mut views, filling, half, 5);
    drop(views); // As if the program had died here.

    let (mut views, filling) = scene.open();
    assert_eq!((filling.from(), views.reached().unwrap()), (third, half));
    scene.feed(&mut views, filling, scene.last(), 3);
    assert_eq!(scene.dump(), whole);
}

#[test]
fn a_table_of_another_version_is_filled_beside_the_old_one_and_others_are_not_touched() {
    let mut scene = Scene::begin();
    scene.two_days();
    drop(scene.filled());
    let whole = scene.dump();
    scene
        .sql()
        .execute_batch(
            "UPDATE filled SET version = 77 WHERE name IN ('agent_event', 'message');
             UPDATE agent_event SET reason = 'of old';
             CREATE TABLE agent_event_v76 (left_by TEXT);
             UPDATE agent_activity SET cause = 'seen before' WHERE seq = 1;",
        )
        .unwrap();

    let (mut views, filling) = scene.open();
    assert_eq!(filling.from(), EventNo(0));
    let tables = scene.feed(&mut views, filling, scene.last(), 11);
    let all = |sql: &str| scene.sql().query_row(sql, [], |row| row.get::<_, bool>(0)).unwrap();
    assert!(all("SELECT min(reason = 'of old') FROM agent_event"), "readers see the old rows until then");
    views.write(&checkpoint(scene.last(), tables)).unwrap();

    assert!(all("SELECT cause = 'seen before' FROM agent_activity WHERE seq = 1"), "it was not filled anew");
    assert!(all("SELECT count(*) = 0 FROM sqlite_schema WHERE type = 'table' AND name GLOB '*_v[0-9]*'"));
    assert_eq!(scene.reader().search("parcel 1-3", 10, None).unwrap().len(), 1);
    drop(views);
    let cause = "UPDATE agent_activity SET cause = ?1 WHERE seq = 1";
    let (_, rows) = whole.iter().find(|(table, _)| table == "agent_activity").unwrap();
    scene.sql().execute(cause, [rows[0].last().unwrap()]).unwrap();
    assert_eq!(scene.dump(), whole);
    assert_eq!(scene.open().1.from(), scene.last());
}

#[test]
fn a_table_that_is_new_is_filled_and_others_go_on_from_their_checkpoint() {
    let mut scene = Scene::begin();
    scene.two_days();
    drop(scene.filled());
    let whole = scene.dump();
    scene.sql().execute_batch("DELETE FROM filled WHERE name = 'client'; DROP TABLE client").unwrap();
    scene.sql().execute_batch("UPDATE conversation_segment SET outcome = 'kept' WHERE seq = 1").unwrap();
    let (mut views, filling) = scene.open();
    // A row of another table given again would contradict the one that is there.
    scene.feed(&mut views, filling, scene.last(), 11);
    let of_clients = |dump: Vec<(String, Vec<Vec<Value>>)>| dump.into_iter().find(|(table, _)| table == "client");
    assert_eq!(of_clients(scene.dump()), of_clients(whole));
}

#[test]
fn a_row_that_the_log_gives_otherwise_is_an_error_and_mends_at_the_next_start() {
    let mut scene = Scene::begin();
    scene.two_days();
    drop(scene.filled());
    let whole = scene.dump();
    scene.sql().execute_batch("UPDATE agent_event SET ts = ts + 1 WHERE seq = 3").unwrap();
    let (mut views, _) = scene.open();
    let batch = Batch { upto: scene.last(), rows: scene.rows(), ..Batch::default() };
    let error = views.write(&batch).unwrap_err();
    assert!(matches!(error, ViewsError::Contradicts { table: "agent_event", seq: 3, .. }), "{error}");
    assert!(!error.may_pass());
    views.distrust().unwrap();
    drop(views);
    drop(scene.filled());
    assert_eq!(scene.dump(), whole);
    assert!(file::aside(&scene.path()).exists());
}

#[test]
fn a_file_that_cannot_be_used_is_moved_aside_and_filled_anew() {
    let mut scene = Scene::begin();
    scene.two_days();
    drop(scene.filled());
    let (whole, bytes) = (scene.dump(), fs::read(scene.path()).unwrap());
    let damages: [(&str, &dyn Fn()); 5] = [
        ("no database", &|| fs::write(scene.path(), "a letter, and nothing that any program could open").unwrap()),
        ("another program's", &|| scene.sql().execute_batch("PRAGMA application_id = 7").unwrap()),
        ("another layout", &|| scene.sql().execute_batch("PRAGMA user_version = 70").unwrap()),
        ("another account's", &|| {
            scene.sql().execute("UPDATE owner SET account = ?1", [AccountId::from_u128(5).0]).unwrap();
        }),
        ("no checkpoint", &|| scene.sql().execute_batch("UPDATE checkpoint SET tables = '{oops'").unwrap()),
    ];
    for (what, damage) in damages {
        fs::write(scene.path(), &bytes).unwrap();
        damage();
        let (_, filling) = scene.open();
        assert_eq!(filling.from(), EventNo(0), "{what}");
        assert!(file::aside(&scene.path()).exists(), "{what}");
        drop(scene.filled());
        assert_eq!(scene.dump(), whole, "{what}");
        fs::remove_file(scene.path()).unwrap();
    }
}

#[test]
fn a_file_that_is_ahead_of_the_log_can_be_begun_anew() {
    let mut scene = Scene::begin();
    scene.two_days();
    let views = scene.filled();
    assert_eq!(views.reached().unwrap(), scene.last());
    let (views, filling) = views.start_over("the log ends before it").unwrap();
    assert_eq!((filling.from(), views.reached().unwrap()), (EventNo(0), EventNo(0)));
}

#[test]
fn promises_are_kept_for_a_day() {
    let scene = Scene::begin();
    let (mut views, _) = scene.open();
    let kept = |number: u8, at: i64| {
        let promise = Promise { key: [number; 16], request: [9; 16], status: 201, answer: vec![number, 0, 255] };
        Kept { no: EventNo(number.into()), at: Timestamp(at), promise }
    };
    let mut give = |promises: Vec<Kept>| {
        views.write(&Batch { promises, ..Batch::default() }).unwrap();
        scene.reader().promises(Timestamp(0)).unwrap()
    };
    let (first, second, third) = (kept(1, 1_000), kept(2, 2_000), kept(3, 1_500 + DAY_MS as i64));
    assert_eq!(give(vec![first.clone(), second.clone()]), [first.clone(), second.clone()]);
    assert_eq!(give(vec![first.clone()]), [first, second.clone()], "after a crash it is given again");
    assert_eq!(give(vec![third.clone()]), [second, third.clone()]);
    assert_eq!(scene.reader().promises(Timestamp(3_000)).unwrap(), [third]);
}

#[tokio::test]
async fn the_projector_tells_how_far_it_is_and_everything_up_to_there_can_be_read() {
    let mut scene = Scene::begin();
    for _ in 0..11_000 {
        for wish in [Wish::OnBreak { reason: None }, Wish::Available { out_only: false }] {
            scene.now = scene.now.plus_ms(10);
            scene.ask(BOSS, SetStatus { agent: ANNA, wish });
        }
    }
    let (views, mut filling) = scene.open();
    let projector = Projector::start(views);
    let (reader, mut written) = (projector.reader(), projector.written());
    let (mut large, mut small) = (Batch::default(), Batch::default());
    scene.each(|step| {
        let batch = if large.rows.len() < 20_000 { &mut large } else { &mut small };
        filling.fold(step, &mut batch.rows);
        batch.upto = step.no;
    });
    let (first, last) = (large.upto, small.upto);
    projector.keeper().send(large).await.unwrap();
    written.wait_for(|upto| *upto >= first).await.unwrap();
    assert!(!reader.agent_events(&Default::default(), 9_000, 10).unwrap().rows.is_empty());
    small.checkpoint = Some(filling.done());
    projector.keeper().send(small).await.unwrap();
    projector.stop().await;
    assert_eq!(*written.borrow(), last);
    assert_eq!(scene.open().1.from(), scene.last());
    let given = scene.rows().iter().filter(|row| row.table == "agent_event").count();
    assert!(given > 20_000);
    let stored: i64 = scene.sql().query_row("SELECT count(*) FROM agent_event", [], |row| row.get(0)).unwrap();
    assert_eq!(stored, given as i64);
}
