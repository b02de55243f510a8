//! Reading Rust sources as text, as far as the rules need it: words, and what ships.

/// The lines that ship: numbered from 1, without comments and without what is only for tests or mutants.
/// It goes by the layout of rustfmt: an item ends where its indentation closes.
pub fn shipped(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut skipping: Option<Skip> = None;
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        let bare = without_comment(line);
        if let Some(skip) = &mut skipping {
            if skip.ends_with(line) {
                skipping = None;
            }
        } else if let Some(rest) = unshipped(bare) {
            let mut skip = Skip { indent: indent(line), opened: false };
            let ended_here = !rest.trim().is_empty() && skip.ends_with(rest);
            skipping = (!ended_here).then_some(skip);
        } else if !bare.trim().is_empty() {
            lines.push((number, bare.to_string()));
        }
    }
    lines
}

/// What follows on a line that keeps an item out of the shipped programs.
fn unshipped(line: &str) -> Option<&str> {
    let attributes = ["#[cfg(test)]", "#[cfg(mutants)]", "#[cfg(any(test, mutants))]"];
    attributes.iter().find_map(|attribute| line.trim_start().strip_prefix(attribute))
}

/// An item being passed over.
struct Skip {
    indent: usize,
    opened: bool,
}

impl Skip {
    fn ends_with(&mut self, line: &str) -> bool {
        let bare = without_comment(line).trim();
        if self.opened {
            return indent(line) == self.indent && bare.starts_with('}');
        }
        if bare.starts_with("#[") {
            return false; // A further attribute of the same item.
        }
        self.opened = bare.ends_with(['{', '(', '[']);
        !self.opened && (bare.ends_with(';') || bare.ends_with('}'))
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.split_once(" // ").map_or(line, |(code, _)| code)
}

/// Whether `word` stands in `text`, not as a part of a longer name.
pub fn names(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + word.len()..].chars().next();
        // A word that itself begins or ends with a sign, as a macro's `!(` does, is bounded by it.
        let left = !word.starts_with(is_name) || !before.is_some_and(is_name);
        let right = !word.ends_with(is_name) || !after.is_some_and(is_name);
        left && right
    })
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The names of all tests in a source.
pub fn tests(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut announced = false;
    for line in text.lines() {
        let line = line.trim_start();
        announced |= ["#[test]", "#[tokio::test"].iter().any(|start| line.starts_with(start));
        if !announced {
            continue;
        }
        if let Some((_, rest)) = line.split_once("fn ") {
            found.extend(rest.split(|letter| !is_name(letter)).next());
            announced = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<usize> {
        shipped(text).into_iter().map(|(number, _)| number).collect()
    }

    #[test]
    fn what_is_for_tests_does_not_ship() {
        let text = "//! A room.\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {\n    }\n}\nfn c() {} // why\n";
        assert_eq!(numbers(text), [2, 8]);
    }

    #[test]
    fn an_outlined_test_module_hides_only_itself() {
        assert_eq!(numbers("#[cfg(test)]\nmod tests;\nfn a() {}\n"), [3]);
        assert_eq!(numbers("#[cfg(test)] mod tests;\nfn a() {}\n"), [2]);
        assert_eq!(numbers("#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\nfn a() {}\n"), [4]);
    }

    #[test]
    fn an_item_for_tests_inside_another_ends_at_its_own_brace() {
        let text = "impl A {\n    #[cfg(test)]\n    fn b(\n        c: u8,\n    ) {\n    }\n    fn d() {}\n}\n";
        // The closing parenthesis ends nothing; the brace does.
        assert_eq!(numbers(text), [1, 7, 8]);
    }

    #[test]
    fn a_planted_fault_does_not_ship() {
        assert_eq!(numbers("#[cfg(mutants)]\n{\n    a();\n}\n#[cfg(not(mutants))]\n{\n    b();\n}\n"), [5, 6, 7, 8]);
    }

    #[test]
    fn a_word_is_not_a_part_of_another() {
        assert!(names("let x = rand::random();", "rand"));
        assert!(!names("let operand = 1;", "rand") && !names("randomly", "rand"));
        assert!(names("std::fs::read", "std::fs") && !names("std::fsx", "std::fs"));
    }

    #[test]
    fn tests_are_found_by_their_attribute() {
        let text = "#[test]\nfn a_break() {}\nfn helper() {}\n#[test] fn two() {}\n#[tokio::test(start_paused)]\nasync fn three() {}";
        assert_eq!(tests(text), ["a_break", "two", "three"]);
    }
}
