//! What is forgotten is nowhere any more.

use super::*;
use crate::projector::file;
use std::fs;

const IVAN: ClientId = ClientId::from_u128(0xc1);
const OLGA: ClientId = ClientId::from_u128(0xc2);

fn scene() -> Scene {
    let mut scene = Scene::begin();
    for _ in 0..20 {
        scene.thread(OLGA, &["ordinary words of somebody else"]);
        scene.thread(IVAN, &["the zanzibar shipment", "is it a ZANZIBAR shipment?"]);
    }
    for (client, about) in [(IVAN, "ivan of zanzibar"), (OLGA, "olga")] {
        let about = scene.seal(client, about);
        scene.ask(BOSS, DescribeClient { client, about });
    }
    scene
}

/// Whether any file beside the keys holds these letters, in any case.
fn is_on_disk(scene: &Scene, text: &str) -> bool {
    let files = fs::read_dir(scene.dir.path()).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| bytes.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes())))
}

fn forget(scene: &Scene, views: &mut Views) {
    let forgotten = scene.vault.forget(ACCOUNT, IVAN).unwrap();
    assert_eq!(forgotten.len(), 1);
    views.write(&Batch { upto: scene.last(), forgotten, ..Batch::default() }).unwrap();
}

#[test]
fn forgotten_text_is_in_no_table_in_no_search_and_in_no_file() {
    let scene = scene();
    let mut views = scene.filled();
    let reader = scene.reader();
    assert_eq!(reader.search("zanzibar", 100, None).unwrap().len(), 40);
    assert_eq!(reader.client(IVAN).unwrap().as_deref(), Some("ivan of zanzibar"));
    assert!(is_on_disk(&scene, "zanzibar"));

    forget(&scene, &mut views);
    assert!(reader.search("zanzibar", 100, None).unwrap().is_empty());
    assert!(reader.search("shipment", 100, None).unwrap().is_empty());
    assert_eq!(reader.client(IVAN).unwrap(), None);
    assert!(!is_on_disk(&scene, "zanzibar"));
    // The search is cut into parts of three letters; those that only he used are gone as well.
    let parts = "SELECT count(*) FROM temp.parts WHERE term IN ('zan', 'nzi', 'zib', 'iba')";
    let conn = scene.sql();
    conn.execute_batch("CREATE VIRTUAL TABLE temp.parts USING fts5vocab (main, message_fts, row)").unwrap();
    assert_eq!(conn.query_row(parts, [], |row| row.get::<_, i64>(0)).unwrap(), 0);

    assert_eq!(reader.search("ordinary", 100, None).unwrap().len(), 20);
    assert_eq!(reader.client(OLGA).unwrap().as_deref(), Some("olga"));
    conn.execute_batch("INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1)").unwrap();
}

#[test]
fn a_file_filled_anew_has_the_rows_that_forgetting_left() {
    let scene = scene();
    let mut views = scene.filled();
    forget(&scene, &mut views);
    drop(views);
    let left = scene.dump();
    fs::remove_file(scene.path()).unwrap();
    drop(scene.filled());
    assert_eq!(scene.dump(), left);
}

#[test]
fn rows_behind_the_checkpoint_do_not_come_again_when_they_were_forgotten() {
    let scene = scene();
    let (mut views, filling) = scene.open();
    scene.feed(&mut views, filling, scene.last(), 7);
    forget(&scene, &mut views);
    drop(views);
    let left = scene.dump();
    let (mut views, filling) = scene.open();
    assert_eq!(filling.from(), EventNo(0));
    scene.feed(&mut views, filling, scene.last(), 7);
    assert_eq!(scene.dump(), left);
    assert!(scene.reader().search("zanzibar", 100, None).unwrap().is_empty());
}

#[test]
fn what_was_forgotten_while_the_file_was_closed_goes_when_it_is_opened() {
    let scene = scene();
    drop(scene.filled());
    scene.vault.forget(ACCOUNT, IVAN).unwrap();
    let _views = scene.open();
    assert!(scene.reader().search("zanzibar", 100, None).unwrap().is_empty());
    assert!(!is_on_disk(&scene, "zanzibar"));
}

#[test]
fn forgetting_while_a_table_is_filled_beside_takes_from_both() {
    let scene = scene();
    drop(scene.filled());
    scene.sql().execute_batch("UPDATE filled SET version = 77 WHERE name IN ('message', 'client')").unwrap();
    let (mut views, filling) = scene.open();
    let tables = scene.feed(&mut views, filling, scene.last(), 7);
    forget(&scene, &mut views);
    assert!(!is_on_disk(&scene, "zanzibar"));
    views.write(&checkpoint(scene.last(), tables)).unwrap();
    assert_eq!(scene.reader().search("ordinary", 100, None).unwrap().len(), 20);
}

#[test]
fn a_file_moved_aside_goes_with_the_first_who_is_forgotten() {
    let scene = scene();
    let views = scene.filled();
    drop(views.start_over("for a test").unwrap());
    assert!(file::aside(&scene.path()).exists());
    let mut views = scene.filled();
    forget(&scene, &mut views);
    assert!(!file::aside(&scene.path()).exists());
    assert!(!is_on_disk(&scene, "zanzibar"));
}

#[test]
fn a_text_that_was_tampered_with_is_left_out_and_the_rest_goes_on() {
    let scene = scene();
    let (mut views, _) = scene.open();
    let mut rows = scene.rows();
    let sealed = rows.iter_mut().find(|row| row.table == "message").unwrap().cells.last_mut().unwrap();
    let readyroom_views::tables::Cell::Sealed(sealed) = sealed else { panic!("texts are sealed") };
    sealed.bytes[30] ^= 1;
    views.write(&Batch { upto: scene.last(), rows, ..Batch::default() }).unwrap();
    assert_eq!(scene.reader().search("ordinary", 100, None).unwrap().len(), 19);
    assert_eq!(scene.reader().search("zanzibar", 100, None).unwrap().len(), 40);
}
