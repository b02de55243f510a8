//! Names of people: believable together, and each given once.

use super::chance::Chance;
use std::collections::BTreeSet;

const NAMES: &str = include_str!("names.txt");

/// Somebody's name, and the login made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As people say it.
    pub full: String,
    /// As it is typed.
    pub login: String,
}

/// Names without an end: every one of them is another.
pub struct Names {
    /// The pairs that are left, the next one last.
    left: Vec<(&'static str, &'static str)>,
    /// Logins that are taken.
    taken: BTreeSet<String>,
    rounds: usize,
    chance: Chance,
}

impl Names {
    /// The names in an order of these dice.
    pub fn new(chance: Chance) -> Names {
        Names { left: Vec::new(), taken: BTreeSet::new(), rounds: 0, chance }
    }

    /// Takes a login that nobody else gets.
    pub fn reserve(&mut self, login: &str) {
        self.taken.insert(login.to_owned());
    }

    /// The next name.
    pub fn next(&mut self) -> Name {
        let (given, family) = match self.left.pop() {
            Some(pair) => pair,
            None => {
                self.left = pairs(&mut self.chance);
                self.rounds += 1;
                self.left.pop().expect("names.txt has names")
            }
        };
        let full = match self.rounds {
            1 => format!("{given} {family}"),
            again => format!("{given} {family} {again}"),
        };
        let plain = format!("{}.{}", fold(given), fold(family));
        let mut login = plain.clone();
        let mut number = 1;
        while !self.taken.insert(login.clone()) {
            number += 1;
            login = format!("{plain}{number}");
        }
        Name { full, login }
    }
}

/// Every given name with every family name of its region. Two who follow each other share neither, as far as
/// that can be.
fn pairs(chance: &mut Chance) -> Vec<(&'static str, &'static str)> {
    let mut rounds: Vec<Vec<(&str, &str)>> = Vec::new();
    for line in NAMES.lines().filter(|line| !line.starts_with('#')) {
        let Some((given, family)) = line.split_once('|') else { continue };
        let mut given: Vec<&str> = given.split_whitespace().collect();
        let mut family: Vec<&str> = family.split_whitespace().collect();
        chance.shuffle(&mut given);
        chance.shuffle(&mut family);
        // In each round everybody of the region has another family name.
        for round in 0..family.len() {
            let shifted = given.iter().enumerate();
            let pairs = shifted.map(|(index, &given)| (given, family[(index + round) % family.len()]));
            if rounds.len() <= round {
                rounds.push(Vec::new());
            }
            rounds[round].extend(pairs);
        }
    }
    rounds.iter_mut().for_each(|round| chance.shuffle(round));
    rounds.concat()
}

/// A name as a login has it: small letters of the plain alphabet.
fn fold(name: &str) -> String {
    let letter = |letter: char| match letter {
        'á' | 'à' | 'å' | 'ä' | 'â' => "a".to_owned(),
        'é' | 'è' | 'ê' | 'ë' => "e".to_owned(),
        'í' | 'î' | 'ï' => "i".to_owned(),
        'ó' | 'ö' | 'ô' | 'ø' => "o".to_owned(),
        'ú' | 'ü' | 'û' => "u".to_owned(),
        'ñ' => "n".to_owned(),
        'ç' => "c".to_owned(),
        plain if plain.is_ascii_alphanumeric() => plain.to_string(),
        _ => String::new(),
    };
    name.to_lowercase().chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_thousand_people_have_a_name_and_a_login_each() {
        let mut names = Names::new(Chance::new(1, &[]));
        names.reserve("agent");
        let all: Vec<Name> = (0..4_000).map(|_| names.next()).collect();
        let full: BTreeSet<&str> = all.iter().map(|name| &*name.full).collect();
        let logins: BTreeSet<&str> = all.iter().map(|name| &*name.login).collect();
        assert_eq!((full.len(), logins.len()), (4_000, 4_000));
        let plain = |login: &str| {
            login.len() <= 64 && login.bytes().all(|byte| b"abcdefghijklmnopqrstuvwxyz.0123456789".contains(&byte))
        };
        assert!(logins.iter().all(|login| plain(login) && login.contains('.')));
        assert!(full.iter().all(|name| (5..=40).contains(&name.chars().count())));
    }

    #[test]
    fn no_letter_of_a_name_is_lost_in_its_login() {
        for line in NAMES.lines().filter(|line| !line.starts_with('#')) {
            for name in line.split_whitespace().filter(|word| *word != "|") {
                assert_eq!(fold(name).chars().count(), name.chars().count(), "{name}");
            }
        }
    }

    #[test]
    fn a_small_office_has_nobody_of_the_same_given_name() {
        for seed in 0..20 {
            let mut names = Names::new(Chance::new(seed, &[]));
            let given: BTreeSet<String> =
                (0..30).map(|_| names.next().full.split(' ').next().unwrap_or_default().to_owned()).collect();
            assert!(given.len() >= 29, "{seed}: {}", given.len());
        }
    }
}
