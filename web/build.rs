//! Builds the console with npm and writes down its files as a table for `assets.rs`.
//!
//! `CONSOLE_DIST=dir` takes pages that are built already, `CONSOLE_SKIP=1` a page that says there are none: neither needs
//! Node.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, io};

/// What the pages are made of. What npm makes of it must not stand here, or each build would ask for the next.
const SOURCES: &[&str] = &[
    "build",
    "build.rs",
    "index.html",
    "messages",
    "package-lock.json",
    "package.json",
    "project.inlang/settings.json",
    "public",
    "shop",
    "src",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
    "widget",
    "../contract/openapi.json",
];

/// The oldest Node that Vite runs on.
const NODE_MIN: (u32, u32) = (20, 19);

const STUB: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Readyroom</title>\
    <p>This server was built without its console (CONSOLE_SKIP). The interface is at <a href=\"/v1/openapi.json\">/v1</a>.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Cargo shows what a build script says only when it fails.
            eprintln!("\nThe console was not built: {why}\n");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=CONSOLE_SKIP");
    println!("cargo::rerun-if-env-changed=CONSOLE_DIST");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let dist = if env::var("CONSOLE_SKIP").is_ok_and(|skip| skip != "0" && !skip.is_empty()) {
        stub(&out.join("stub"))?
    } else if let Some(dist) = env::var_os("CONSOLE_DIST").filter(|dist| !dist.is_empty()) {
        prebuilt(PathBuf::from(dist))?
    } else {
        for source in SOURCES.iter().filter(|source| here.join(source).exists()) {
            println!("cargo::rerun-if-changed={source}");
        }
        npm_build(&here, &out.join("dist"))?
    };
    let table = table(&dist)?;
    fs::write(out.join("assets.rs"), table).map_err(|error| said(&out, &error))
}

fn stub(dir: &Path) -> Result<PathBuf, String> {
    println!("cargo::rerun-if-changed=build.rs");
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(dir.join("index.html"), STUB))
        .map_err(|error| said(dir, &error))?;
    Ok(dir.to_owned())
}

fn prebuilt(dist: PathBuf) -> Result<PathBuf, String> {
    let dist = fs::canonicalize(&dist).map_err(|error| format!("CONSOLE_DIST: {}", said(&dist, &error)))?;
    println!("cargo::rerun-if-changed={}", dist.display());
    if dist.join("index.html").is_file() {
        Ok(dist)
    } else {
        Err(format!("CONSOLE_DIST: there is no index.html in {}", dist.display()))
    }
}

fn npm_build(here: &Path, dist: &Path) -> Result<PathBuf, String> {
    enough_node(here)?;
    // Two builds at once, of an editor and of a person, share node_modules and generated.
    let lock = here.join(".build-lock");
    let held = File::create(&lock).and_then(|file| file.lock().map(|()| file)).map_err(|error| said(&lock, &error))?;
    install(here)?;
    npm(here, &["run", "build"], &[("CONSOLE_OUT_DIR", dist)])?;
    drop(held);
    Ok(dist.to_owned())
}

/// Said before anything that takes long.
fn enough_node(here: &Path) -> Result<(), String> {
    let needed = "building the console needs Node.js 20.19 or newer with npm; \
        or set CONSOLE_DIST to a directory with pages that are built, or CONSOLE_SKIP=1 to do without them";
    let answer = Command::new("node").arg("--version").current_dir(here).output();
    let Ok(answer) = answer else { return Err(format!("there is no `node`: {needed}.")) };
    let version = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < NODE_MIN {
        return Err(format!("`node` is {version}: {needed}."));
    }
    let npm = npm_command(here).arg("--version").output().is_ok_and(|answer| answer.status.success());
    if npm { Ok(()) } else { Err(format!("there is no `npm`: {needed}.")) }
}

/// `npm ci`, if the lock is another than the one that node_modules was made of.
fn install(here: &Path) -> Result<(), String> {
    let stamp = here.join("node_modules/.made-of");
    let wanted = fs::read(here.join("package-lock.json")).map_err(|error| said(here, &error))?;
    if fs::read(&stamp).is_ok_and(|made_of| made_of == wanted) {
        return Ok(());
    }
    npm(here, &["ci", "--no-audit", "--no-fund"], &[])?;
    fs::write(&stamp, wanted).map_err(|error| said(&stamp, &error))
}

fn npm(here: &Path, arguments: &[&str], variables: &[(&str, &Path)]) -> Result<(), String> {
    let answer = npm_command(here)
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .map_err(|error| format!("npm could not be started: {error}"))?;
    if answer.status.success() {
        return Ok(());
    }
    let words = arguments.join(" ");
    let (told, complained) = (String::from_utf8_lossy(&answer.stdout), String::from_utf8_lossy(&answer.stderr));
    Err(format!("`npm {words}` failed.\n\n{told}\n{complained}"))
}

fn npm_command(here: &Path) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(here);
    npm
}

/// The table as Rust. A file's compressed copies lie beside it, as `x.br` and `x.gz`.
fn table(dist: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    walk(dist, &mut files).map_err(|error| said(dist, &error))?;
    files.sort_by_key(|file| path_of(dist, file));
    let mut table = String::from("/// Every file, by path.\npub static ASSETS: &[Asset] = &[\n");
    for file in files.iter().filter(|file| !is_copy(file)) {
        let content = fs::read(file).map_err(|error| said(file, &error))?;
        let path = path_of(dist, file);
        let immutable = path.starts_with("assets/");
        let etag = format!("\"{:016x}\"", fnv1a(&content));
        let (media_type, brotli, gzip) = (media_type(&path), copy(file, "br"), copy(file, "gz"));
        writeln!(
            table,
            "    Asset {{ path: {path:?}, media_type: {media_type:?}, etag: {etag:?}, immutable: {immutable}, \
             plain: include_bytes!({file:?}), brotli: {brotli}, gzip: {gzip} }},",
        )
        .expect("memory takes whatever is written");
    }
    table.push_str("];\n");
    Ok(table)
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn path_of(dist: &Path, file: &Path) -> String {
    let relative = file.strip_prefix(dist).expect("it was found there");
    relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn is_copy(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("br" | "gz")) && file.with_extension("").is_file()
}

/// The copy of a file, as an expression.
fn copy(file: &Path, ending: &str) -> String {
    let copy = PathBuf::from(format!("{}.{ending}", file.display()));
    if copy.is_file() { format!("Some(include_bytes!({copy:?}))") } else { "None".to_owned() }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// FNV-1a: for telling one build's file from the next one's. Nobody gains by making two alike.
fn fnv1a(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn said(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
