//! What is written in the demo: dialogues for each queue, and the answers of the agent who stands in.

use super::chance::Chance;
use std::sync::OnceLock;

const DIALOGUES: &str = include_str!("dialogues.txt");
const REPLIES: &str = include_str!("replies.txt");

/// A line of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The client writes.
    Client(&'static str),
    /// The agent writes.
    Agent(&'static str),
    /// The agent writes, and hands the chat on to the queue of this name.
    HandOn(&'static str, &'static str),
}

/// A chat from its first word to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// The queue in which it begins.
    pub queue: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What is written, in order.
    pub lines: Vec<Line>,
}

impl Dialogue {
    /// What the client writes after so many words of its own; none when it has said everything.
    pub fn of_client(&self, said: usize) -> Option<&'static str> {
        let mut own = self.lines.iter().filter_map(|line| match line {
            Line::Client(text) => Some(*text),
            Line::Agent(_) | Line::HandOn(..) => None,
        });
        own.nth(said)
    }
}

/// All of them.
pub fn all() -> &'static [Dialogue] {
    static ALL: OnceLock<Vec<Dialogue>> = OnceLock::new();
    ALL.get_or_init(|| read(DIALOGUES).unwrap_or_else(|wrong| panic!("dialogues.txt: {wrong}")))
}

/// One of those that begin in this queue.
pub fn of(queue: &str, chance: &mut Chance) -> Option<&'static Dialogue> {
    let here: Vec<&Dialogue> = all().iter().filter(|dialogue| dialogue.queue == queue).collect();
    if here.is_empty() { None } else { Some(here[chance.below(here.len())]) }
}

fn read(text: &'static str) -> Result<Vec<Dialogue>, String> {
    let (mut all, mut queue) = (Vec::<Dialogue>::new(), "");
    for (number, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}: {line:?}", number + 1);
        if let Some(name) = line.strip_prefix("## ") {
            queue = name;
        } else if let Some(title) = line.strip_prefix("= ") {
            all.push(Dialogue { queue, title, lines: Vec::new() });
        } else if !line.is_empty() && !line.starts_with('#') {
            let (who, text) = line.split_once(' ').ok_or_else(|| wrong("says nothing"))?;
            let line = match who {
                "c" => Line::Client(text),
                "a" => Line::Agent(text),
                "t" => {
                    let (to, note) = text.split_once(": ").ok_or_else(|| wrong("names no queue"))?;
                    Line::HandOn(to, note)
                }
                _ => return Err(wrong("is nobody's")),
            };
            all.last_mut().ok_or_else(|| wrong("belongs to no dialogue"))?.lines.push(line);
        }
    }
    Ok(all)
}

/// What the agent who stands in answers, after so many answers, to these words.
pub fn reply(answers: usize, words: &str) -> &'static str {
    let lines = REPLIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut heard, mut turns) = (Vec::new(), Vec::new());
    for line in lines {
        match line.split_once(": ").filter(|(words, _)| !words.contains(' ') || words.contains('|')) {
            Some((words, answer)) => heard.push((words, answer)),
            None => turns.push(line),
        }
    }
    let said = words.to_lowercase();
    let known = heard.iter().find(|(words, _)| words.split('|').any(|word| said.contains(word)));
    match (answers, known) {
        (0, None) => turns[0],
        (_, Some((_, answer))) => answer,
        (answers, None) => turns[1 + (answers - 1) % (turns.len() - 1)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::cast::QUEUES;
    use std::collections::BTreeMap;

    #[test]
    fn every_queue_that_takes_chats_has_dialogues_and_nobody_else() {
        let mut told = BTreeMap::<&str, usize>::new();
        all().iter().for_each(|dialogue| *told.entry(dialogue.queue).or_default() += 1);
        let chats: BTreeMap<&str, usize> = QUEUES
            .iter()
            .filter(|queue| queue.chat > 0.0 || queue.name == "Shop")
            .map(|queue| (queue.name, told.get(queue.name).copied().unwrap_or_default()))
            .collect();
        assert_eq!(told, chats);
        assert!(told.values().all(|&many| many >= 4) && all().len() >= 40, "{told:?}");
    }

    #[test]
    fn every_dialogue_is_one_that_people_could_have() {
        for dialogue in all() {
            let Dialogue { title, lines, .. } = dialogue;
            assert!(matches!(lines[0], Line::Client(_)), "{title} is begun by the client");
            assert!((4..=12).contains(&lines.len()), "{title} is as long as a chat");
            for line in lines {
                let (Line::Client(text) | Line::Agent(text) | Line::HandOn(_, text)) = line;
                assert!((2..=160).contains(&text.chars().count()), "{title}: {text}");
                if let Line::HandOn(to, _) = line {
                    let to = QUEUES.iter().find(|queue| queue.name == *to);
                    assert!(to.is_some_and(|to| to.chat > 0.0), "{title} is handed on to where chats are taken");
                }
            }
            assert!(dialogue.of_client(0).is_some() && dialogue.of_client(12).is_none());
        }
    }

    #[test]
    fn chats_are_about_this_and_that() {
        let mut chance = Chance::new(1, &[]);
        let titles = (0..100).map(|_| of("Sales", &mut chance).unwrap().title);
        assert!(titles.collect::<std::collections::BTreeSet<_>>().len() > 4);
        assert_eq!(of("Nowhere", &mut chance), None);
    }

    #[test]
    fn a_line_that_is_nobodys_is_named() {
        assert!(read("= One\nx hello").unwrap_err().contains("line 2"));
        assert!(read("c hello").unwrap_err().contains("no dialogue"));
    }

    #[test]
    fn who_stands_in_greets_and_answers_what_was_asked() {
        assert!(reply(0, "hi there").starts_with("Hello, and welcome"));
        assert!(reply(0, "Can I return this?").contains("thirty days"));
        assert!(reply(3, "are you a robot?").contains("script"));
        assert_ne!(reply(1, "hm"), reply(2, "hm"));
        assert!(!reply(40, "hm").is_empty());
    }
}
