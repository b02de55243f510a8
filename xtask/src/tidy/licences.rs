//! Everything we build on may be used, changed and sold by anyone: no copyleft.

use super::house::House;
use super::{Finding, Rule};

/// The rule.
pub const RULE: Rule = Rule { name: "licences are permissive", check };

/// The SPDX names we accept.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn check(house: &House) -> Vec<Finding> {
    let refused = house.packages.iter().filter_map(|package| {
        let wrong = match package.licence.as_deref() {
            None => "declares no licence".to_string(),
            Some(expression) => match permits(expression) {
                Some(true) => return None,
                Some(false) => format!("its licence `{expression}` is not on the list"),
                None => format!("its licence `{expression}` cannot be read"),
            },
        };
        Some(Finding {
            place: format!("Cargo.lock: {}", package.name),
            wrong,
            mend: "take another crate, or argue for the licence in xtask/src/tidy/licences.rs",
        })
    });
    refused.collect()
}

/// Whether an SPDX expression leaves us a permissive choice; nothing if it is none.
fn permits(expression: &str) -> Option<bool> {
    // The slash is an older way to write OR.
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words };
    let permitted = reader.any()?;
    reader.words.is_empty().then_some(permitted)
}

struct Reader<'a> {
    words: &'a [&'a str],
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn any(&mut self) -> Option<bool> {
        let mut permitted = self.all()?;
        while self.take("OR") {
            permitted |= self.all()?;
        }
        Some(permitted)
    }

    fn all(&mut self) -> Option<bool> {
        let mut permitted = self.one()?;
        while self.take("AND") {
            permitted &= self.one()?;
        }
        Some(permitted)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let permitted = self.any()?;
            return self.take(")").then_some(permitted);
        }
        let (licence, rest) = self.words.split_first()?;
        if [")", "OR", "AND", "WITH"].contains(licence) {
            return None;
        }
        self.words = rest;
        if self.take("WITH") {
            // An exception only permits more.
            self.words = self.words.split_first()?.1;
        }
        Some(PERMISSIVE.contains(licence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR MIT",
            "MIT AND (GPL-2.0 OR ISC)",
        ] {
            assert_eq!(permits(good), Some(true), "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MPL-2.0",
            "MIT AND MPL-2.0",
            "MIT OR Apache-2.0 AND",
            "(MIT",
            "",
            "MIT Apache-2.0",
            "MIT AND (GPL-2.0 OR LGPL-2.1)",
        ] {
            assert_ne!(permits(bad), Some(true), "{bad}");
        }
        // AND binds closer than OR.
        assert_eq!(permits("MIT OR GPL-3.0 AND GPL-2.0"), Some(true));
        assert_eq!(permits("GPL-3.0 AND MIT OR GPL-2.0"), Some(false));
    }

    #[test]
    fn a_copyleft_package_and_one_without_licence_are_found() {
        let house = House::default()
            .with_package("good 1.0.0", Some("MIT OR GPL-3.0"), None)
            .with_package("left 1.0.0", Some("MPL-2.0"), None)
            .with_package("bare 1.0.0", None, None);
        assert_eq!(check(&house).len(), 2);
    }
}
