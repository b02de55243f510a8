//! The clippy fences of the pure rooms catch everything they forbid.
//!
//! A workspace is built beside this one's artefacts: the real root clippy.toml, and a member with the real
//! clippy.toml of a pure room, whose source crosses the fence at every post. So this proves two things that
//! would fail silently: that clippy reads a member's own file, and that each path in it still means something.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Crosses the fence once per post. In `clean`, what a pure room may do with a hash map.
const CROSSING: &str = r#"//! Everything a pure room must not do.
use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, RwLock};

pub fn clock() -> bool {
    std::time::Instant::now().elapsed().is_zero() && std::time::SystemTime::now().elapsed().is_ok()
}
pub fn instants(_: std::time::Instant, _: std::time::SystemTime) {}
pub fn threads() {
    drop(std::thread::spawn(|| ()));
    std::thread::sleep(std::time::Duration::ZERO);
}
pub fn configuration() -> bool {
    std::env::var("A").is_ok() || std::env::var_os("A").is_some() || std::env::args().count() > 1
}
pub fn order(map: &mut HashMap<u32, u32>, one: HashMap<u32, u32>, two: HashMap<u32, u32>) -> usize {
    map.iter_mut().for_each(|(_, value)| *value += 1);
    map.values_mut().for_each(|value| *value += 1);
    map.retain(|_, value| *value > 1);
    let taken = map.extract_if(|_, value| *value > 1).count() + map.drain().count();
    taken + map.iter().count() + map.keys().count() + map.values().count() + one.into_keys().count() + two.into_values().count()
}
pub fn locks(_: &Mutex<u32>, _: &RwLock<u32>, _: &Condvar) {}
pub fn world(_: std::fs::File, _: std::net::TcpStream, _: std::net::TcpListener, _: std::net::UdpSocket, _: std::process::Command) {}
pub fn dice(_: std::hash::RandomState) {}
pub fn sets(_: &HashSet<u32>, _: &rustc_hash::FxHashSet<u32>) {}
"#;

const ALLOWED: &str = r#"//! What a pure room may do with a hash map: look up.
use rustc_hash::FxHashMap;

pub fn slot(map: &mut FxHashMap<u32, u32>, id: u32) -> Option<u32> {
    map.insert(id, 1);
    map.entry(id).or_insert(2);
    let known = map.contains_key(&id) && !map.is_empty();
    map.remove(&id).or(map.get(&id).copied()).filter(|_| known)
}
"#;

#[test]
fn each_post_of_cores_fence_is_caught() {
    crossed("core");
}

#[test]
fn each_post_of_views_fence_is_caught() {
    crossed("views");
}

#[test]
fn looking_up_in_a_hash_map_is_no_crossing() {
    let said = clippy("core", "allowed", ALLOWED);
    assert!(!said.contains("disallowed"), "{said}");
    assert!(said.contains("Finished"), "{said}");
}

fn crossed(room: &str) {
    let posts =
        posts(&std::fs::read_to_string(house().join(room).join("clippy.toml")).expect("every pure room has a fence"));
    assert!(posts.len() > 20, "only {} posts were read", posts.len());
    let said = clippy(room, &format!("crossed-{room}"), CROSSING);
    for post in posts {
        assert!(said.contains(&format!("`{post}`")), "{post} may be used in {room}:\n{said}");
    }
    assert!(!said.contains("clippy.toml"), "a path in the fence means nothing:\n{said}");
}

/// The paths a fence forbids.
fn posts(fence: &str) -> Vec<String> {
    let paths = fence.lines().filter_map(|line| line.trim().strip_prefix("{ path = \""));
    paths.filter_map(|rest| Some(rest.split_once('"')?.0.to_string())).collect()
}

/// What clippy says of a workspace with this one member, run as `cargo xtask test` runs it.
fn clippy(room: &str, name: &str, source: &str) -> String {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&root); // It may not be there yet.
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("inside the root")).expect("a directory can be made");
        std::fs::write(path, text).expect("a file can be written");
    };
    let read = |path: &str| std::fs::read_to_string(house().join(path)).expect("it is part of the project");
    write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"member\", \"rustc-hash\"]\n");
    write("clippy.toml", &read("clippy.toml"));
    write(
        "member/Cargo.toml",
        "[package]\nname = \"member\"\nedition = \"2024\"\n[dependencies]\nrustc-hash = { path = \"../rustc-hash\" }\n",
    );
    write("member/clippy.toml", &read(&format!("{room}/clippy.toml")));
    write("member/src/lib.rs", source);
    // Stands for the crate of this name, so that nothing is downloaded.
    write("rustc-hash/Cargo.toml", "[package]\nname = \"rustc-hash\"\nedition = \"2024\"\n");
    write(
        "rustc-hash/src/lib.rs",
        "//! Aliases.\npub type FxHashMap<K, V> = std::collections::HashMap<K, V>;\npub type FxHashSet<K> = std::collections::HashSet<K>;\n",
    );
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--offline", "--workspace", "--all-targets", "--color", "never"])
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env_remove("CLIPPY_CONF_DIR") // It would hide the files under test.
        .current_dir(&root)
        .output()
        .expect("cargo can be run");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the house").to_path_buf()
}
