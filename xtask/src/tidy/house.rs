//! The house as tidy sees it: its files, its rooms, and all packages they rest on.

use crate::shell;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything the rules look at. Rules read nothing else, so a test can build a house of strings.
#[derive(Debug, Default)]
pub struct House {
    /// Text files, ordered by path.
    pub files: Vec<File>,
    /// Paths of what is no text: pictures.
    pub pictures: Vec<String>,
    /// The members of the workspace.
    pub rooms: Vec<Room>,
    /// All packages of the resolved graph, ours among them.
    pub packages: Vec<Package>,
}

/// A text file.
#[derive(Debug)]
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    /// Its content.
    pub text: String,
    /// Whether a fresh clone will have it.
    pub committed: bool,
}

/// A crate of ours.
#[derive(Debug)]
pub struct Room {
    /// Its directory, which is what we call it.
    pub name: String,
    /// Its package.
    pub package: String,
    /// What its manifest asks for.
    pub dependencies: Vec<Dependency>,
}

/// A line in a manifest.
#[derive(Debug, Clone, Default)]
pub struct Dependency {
    /// The package's name.
    pub package: String,
    /// The name used in sources, if another.
    pub rename: Option<String>,
    /// Whether only tests, examples and benches see it.
    pub for_tests: bool,
    /// The features asked for.
    pub features: Vec<String>,
}

/// A package of the resolved graph.
#[derive(Debug)]
pub struct Package {
    /// Name and version.
    pub name: String,
    /// The SPDX expression it declares.
    pub licence: Option<String>,
    /// Where it comes from; nothing for a directory on this machine.
    pub source: Option<String>,
}

impl House {
    /// Reads the workspace at `root`.
    pub fn read(root: &Path) -> Result<House, String> {
        // Every feature and platform: a licence binds there too.
        let metadata = output(&mut shell::cargo(root, &["metadata", "--format-version", "1", "--all-features"]))?;
        let metadata = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
        let mut house = House::default();
        house.understand(&metadata).ok_or("cargo metadata speaks an unknown form")?;
        (house.files, house.pictures) = files(root)?;
        Ok(house)
    }

    fn understand(&mut self, metadata: &Value) -> Option<()> {
        let root = Path::new(metadata["workspace_root"].as_str()?);
        let members = metadata["workspace_members"].as_array()?;
        for package in metadata["packages"].as_array()? {
            let name = package["name"].as_str()?;
            self.packages.push(Package {
                name: format!("{name} {}", package["version"].as_str()?),
                licence: package["license"].as_str().map(String::from),
                source: package["source"].as_str().map(String::from),
            });
            if members.contains(&package["id"]) {
                let directory = Path::new(package["manifest_path"].as_str()?).parent()?;
                self.rooms.push(Room {
                    name: directory.strip_prefix(root).ok()?.to_str()?.to_string(),
                    package: name.to_string(),
                    dependencies: package["dependencies"].as_array()?.iter().map(dependency).collect::<Option<_>>()?,
                });
            }
        }
        Some(())
    }

    /// The room with this package, if it is one of ours.
    pub fn room_of(&self, package: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.package == package)
    }

    /// A file by its path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether this is a file, or a directory with a file in it.
    pub fn holds(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let inside = format!("{path}/");
        let mut paths = self.files.iter().map(|file| &file.path).chain(&self.pictures);
        path.is_empty() || paths.any(|known| known == path || known.starts_with(&inside))
    }

    /// The Rust sources of a room, or of one of its directories.
    pub fn rust(&self, directory: &str) -> impl Iterator<Item = &File> {
        let inside = format!("{directory}/");
        self.files.iter().filter(move |file| file.is_rust() && file.path.starts_with(&inside))
    }
}

impl File {
    /// Whether it is a Rust source.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Its lines, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// `path:line`.
    pub fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

fn dependency(value: &Value) -> Option<Dependency> {
    let features = value["features"].as_array()?;
    Some(Dependency {
        package: value["name"].as_str()?.to_string(),
        rename: value["rename"].as_str().map(String::from),
        for_tests: value["kind"].as_str() == Some("dev"),
        features: features.iter().filter_map(Value::as_str).map(String::from).collect(),
    })
}

/// What git knows, and what it would be told by `git add .`; in a source archive, everything.
fn files(root: &Path) -> Result<(Vec<File>, Vec<String>), String> {
    // A checkout owned by another user, as CI has it, is read all the same.
    let list = |more: &[&str]| -> Result<Vec<String>, String> {
        let mut git = Command::new("git");
        git.args(["-c", "safe.directory=*", "ls-files", "-z"]).args(more).current_dir(root);
        Ok(output(&mut git)?.split_terminator('\0').map(String::from).collect())
    };
    let found: Vec<(String, bool)> = match list(&["--cached"]) {
        Ok(committed) => {
            let new = list(&["--others", "--exclude-standard"])?;
            let committed = committed.into_iter().map(|path| (path, true));
            committed.chain(new.into_iter().map(|path| (path, false))).collect()
        }
        Err(_) => walk(root)?.into_iter().map(|path| (path, true)).collect(),
    };
    let (mut files, mut pictures) = (Vec::new(), Vec::new());
    for (path, committed) in found {
        match std::fs::read_to_string(root.join(&path)) {
            Ok(text) => files.push(File { path, text, committed }),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => pictures.push(path),
            // Removed, but still known to git.
            Err(_) => {}
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((files, pictures))
}

fn walk(root: &Path) -> Result<Vec<String>, String> {
    let mut paths = Vec::new();
    let mut open: Vec<PathBuf> = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))? {
            let path = entry.map_err(|error| error.to_string())?.path();
            let name = path.strip_prefix(root).expect("walked from the root").to_string_lossy().into_owned();
            if path.is_dir() {
                if ![".git", "target", "node_modules"].iter().any(|skipped| path.ends_with(skipped)) {
                    open.push(path);
                }
            } else {
                paths.push(name);
            }
        }
    }
    Ok(paths)
}

fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name} could not be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_string());
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{name}: {error}"))
}

#[cfg(test)]
impl House {
    /// With one more file.
    pub fn with_file(mut self, path: &str, text: &str) -> House {
        self.files.push(File { path: path.into(), text: text.into(), committed: true });
        self
    }

    /// With one more room, called as its directory, that depends on these packages.
    pub fn with_room(mut self, name: &str, packages: &[&str]) -> House {
        let dependencies = packages
            .iter()
            .map(|package| Dependency { package: package.to_string(), ..Dependency::default() })
            .collect();
        self.rooms.push(Room { name: name.into(), package: format!("readyroom-{name}"), dependencies });
        self
    }

    /// With one more package.
    pub fn with_package(mut self, name: &str, licence: Option<&str>, source: Option<&str>) -> House {
        let (licence, source) = (licence.map(String::from), source.map(String::from));
        self.packages.push(Package { name: name.into(), licence, source });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_house_is_read() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let house = House::read(root).unwrap();
        assert!(house.room_of("xtask").is_some_and(|room| room.name == "xtask"));
        assert!(house.rust("xtask/src").any(|file| file.path == "xtask/src/main.rs"));
        assert!(house.packages.iter().any(|package| package.name.starts_with("serde_json ")));
    }

    #[test]
    fn an_archive_without_git_is_walked() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let paths = walk(root).unwrap();
        assert!(paths.iter().any(|path| path == "src/tidy/house.rs"));
    }

    #[test]
    fn a_directory_with_a_file_in_it_exists() {
        let house = House::default().with_file("core/src/lib.rs", "");
        assert!(house.holds("core/src/") && house.holds("core") && house.holds("core/src/lib.rs"));
        assert!(!house.holds("cor") && !house.holds("core/src/li"));
    }
}
