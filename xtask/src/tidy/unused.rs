//! Every dependency declared is used.

use super::house::{Dependency, House};
use super::{Finding, Rule, rust};

/// The rule.
pub const RULE: Rule = Rule { name: "dependencies are used", check };

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in &house.rooms {
        for dependency in &room.dependencies {
            let used = house.rust(&room.name).any(|file| {
                file.text
                    .lines()
                    .any(|line| !line.trim_start().starts_with("//") && rust::names(line, &in_sources(dependency)))
            });
            if !used {
                findings.push(Finding {
                    place: format!("{}/Cargo.toml", room.name),
                    wrong: format!("{} is declared and used nowhere in {}/", dependency.package, room.name),
                    mend: "remove it",
                });
            }
        }
    }
    let manifest = house.file("Cargo.toml").map_or("", |file| file.text.as_str());
    for key in shared(manifest) {
        let asked = |dependency: &Dependency| dependency.rename.as_deref().unwrap_or(&dependency.package) == key;
        if !house.rooms.iter().any(|room| room.dependencies.iter().any(asked)) {
            findings.push(Finding {
                place: "Cargo.toml".into(),
                wrong: format!("{key} is shared by the workspace and no room asks for it"),
                mend: "remove it",
            });
        }
    }
    findings
}

fn in_sources(dependency: &Dependency) -> String {
    dependency.rename.as_ref().unwrap_or(&dependency.package).replace('-', "_")
}

/// The keys under `[workspace.dependencies]`.
fn shared(manifest: &str) -> impl Iterator<Item = &str> {
    let section = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    section.take_while(|line| !line.starts_with('[')).filter_map(|line| {
        let (key, _) = line.split_once('=')?;
        key.trim().split('.').next().filter(|key| !key.starts_with('#'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_only_declared_is_found() {
        let house = House::default()
            .with_room("core", &["rmp-serde", "serde", "smallvec"])
            .with_file("core/src/lib.rs", "// smallvec was nice\nuse rmp_serde::to_vec;\nuse serde::Serialize;\n");
        let wrong: Vec<String> = check(&house).into_iter().map(|finding| finding.wrong).collect();
        assert_eq!(wrong, ["smallvec is declared and used nowhere in core/"]);
    }

    #[test]
    fn a_shared_dependency_nobody_asks_for_is_found() {
        let manifest = "[workspace.dependencies]\n# Remarks = fine.\nserde = \"1\"\nclap = { version = \"4\" }\n\n[profile.release]\nlto = \"off\"\n";
        let house = House::default()
            .with_file("Cargo.toml", manifest)
            .with_room("core", &["serde"])
            .with_file("core/src/lib.rs", "use serde::Serialize;");
        let wrong: Vec<String> = check(&house).into_iter().map(|finding| finding.wrong).collect();
        assert_eq!(wrong, ["clap is shared by the workspace and no room asks for it"]);
    }
}
