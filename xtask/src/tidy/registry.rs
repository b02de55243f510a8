//! Every package comes from the public registry or from this workspace, and nobody's mirror is asked.

use super::house::House;
use super::{Finding, Rule};

/// The rule.
pub const RULE: Rule = Rule { name: "packages come from the public registry", check };

const CRATES: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "\"resolved\": \"https://registry.npmjs.org/";

/// Files that only ever point somewhere else.
const REDIRECTS: &[&str] = &[".npmrc", ".yarnrc.yml", "pip.conf", ".pypirc"];

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &house.packages {
        let known = match package.source.as_deref() {
            Some(source) => source == CRATES,
            None => house.rooms.iter().any(|room| package.name.split(' ').next() == Some(&room.package)),
        };
        if !known {
            findings.push(Finding {
                place: format!("Cargo.lock: {}", package.name),
                wrong: format!(
                    "comes from {}",
                    package.source.as_deref().unwrap_or("a directory outside the workspace")
                ),
                mend: "take a released version from crates.io",
            });
        }
    }
    let elsewhere = |place: String| Finding {
        place,
        wrong: "packages are fetched from another host than the public registry".into(),
        mend: "keep mirrors in your own configuration, not in the project's",
    };
    for file in &house.files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if REDIRECTS.contains(&name) {
            findings.push(elsewhere(file.path.clone()));
        }
        for (number, line) in file.lines() {
            let redirected = match name {
                "config.toml" if file.path.contains(".cargo/") => ["[source", "[registr", "registry", "replace-with"]
                    .iter()
                    .any(|start| line.trim_start().starts_with(start)),
                "package-lock.json" => line.contains("\"resolved\": \"http") && !line.contains(NPM),
                _ => false,
            };
            if redirected {
                findings.push(elsewhere(file.at(number)));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_dependency_and_a_stray_directory_are_found() {
        let house = House::default()
            .with_room("core", &[])
            .with_package("readyroom-core 0.1.0", None, None)
            .with_package("good 1.0.0", None, Some(CRATES))
            .with_package("stray 1.0.0", None, None)
            .with_package("forked 1.0.0", None, Some("git+https://example.org/forked"));
        assert_eq!(check(&house).len(), 2);
    }

    #[test]
    fn a_mirror_in_the_project_is_found() {
        let planted = [
            (".cargo/config.toml", "[source.crates-io]\nreplace-with = \"mirror\"\n", 2),
            ("web/.npmrc", "registry=https://example.org/\n", 1),
            ("web/package-lock.json", "\"resolved\": \"https://example.org/a.tgz\",\n", 1),
            ("web/package-lock.json", "\"resolved\": \"https://registry.npmjs.org/a.tgz\",\n", 0),
            (".cargo/config.toml", "[alias]\nxtask = \"run\"\n", 0),
        ];
        for (path, text, count) in planted {
            assert_eq!(check(&House::default().with_file(path, text)).len(), count, "{path} {text}");
        }
    }
}
