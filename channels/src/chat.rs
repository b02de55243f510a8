//! A visitor's chat: what a word of theirs becomes, what they are shown, and what they may do.
//!
//! A visitor has one thread on a website, however often conversations begin and end in it. The first word
//! begins a conversation; a word after its end begins another. What they are shown is one of four stages.

use readyroom_core::commands::{Command, DescribeClient, EndConversation, EnterQueue, RecordMessage};
use readyroom_core::event::{Actor, Author, Sealed};
use readyroom_core::floor::facts::{ConversationFacts, StageFacts};
use readyroom_core::ids::*;
use std::ops::RangeInclusive;

/// The characters of a message.
pub const TEXT_CHARS: RangeInclusive<usize> = 1..=4_000;
/// The characters of a visitor's name.
pub const NAME_CHARS: RangeInclusive<usize> = 1..=100;
/// The bytes of a visitor's e-mail address.
pub const EMAIL_BYTES_MAX: usize = 254;
/// Messages of one visitor in a minute, and so many more at once.
pub const MESSAGES_PER_MINUTE: u32 = 30;
/// The newest messages of a thread are shown, so many.
pub const MESSAGES_SHOWN_MAX: usize = 500;
/// The last place in the line that is told; behind it nobody counts.
pub const PLACE_MAX: usize = 1_000;

/// What is known of a visitor's chat.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Chat {
    /// The conversation that goes on, as [`current`] chooses it.
    pub held: Option<ConversationFacts>,
    /// Its place in the line, from 1, while it waits.
    pub place: Option<u32>,
    /// There were words before.
    pub wrote: bool,
    /// A supervisor blocked the visitor.
    pub blocked: bool,
}

/// Where a chat stands, to its visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing was said yet.
    None,
    /// Nobody has it yet.
    Waiting,
    /// An agent has it.
    Active,
    /// It is over. A word begins it anew.
    Ended,
}

impl Stage {
    /// All of them.
    pub const ALL: [Stage; 4] = [Stage::None, Stage::Waiting, Stage::Active, Stage::Ended];

    /// What pages call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::None => "none",
            Stage::Waiting => "waiting",
            Stage::Active => "active",
            Stage::Ended => "ended",
        }
    }

    /// Whether there is something to leave.
    pub const fn is_open(self) -> bool {
        matches!(self, Stage::Waiting | Stage::Active)
    }
}

/// What a visitor is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where the chat stands.
    pub stage: Stage,
    /// The place in the line, while it waits.
    pub place: Option<u32>,
    /// Who has it; the visitor is told the first name.
    pub agent: Option<UserId>,
}

/// What hears a visitor's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// The conversation that goes on.
    Open(ConversationId),
    /// A new one.
    Anew,
}

/// A visitor whom a supervisor blocked is heard by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked;

/// A text that is not taken, and what would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit(pub &'static str);

/// What is to be asked of the floor, and in whose name.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Who asks.
    pub by: Actor,
    /// For what.
    pub command: Command,
}

/// A conversation to begin.
#[derive(Clone, Debug, PartialEq)]
pub struct Beginning {
    /// Its id, new.
    pub conversation: ConversationId,
    /// Whose.
    pub client: ClientId,
    /// The queue of the widget.
    pub queue: QueueId,
    /// What is to be written down of the visitor, when it is not written down already.
    pub about: Option<Sealed>,
}

/// The conversation of a client that goes on: of several, the one that came last.
pub fn current(of_client: impl Iterator<Item = ConversationFacts>) -> Option<ConversationFacts> {
    let goes_on = |facts: &ConversationFacts| match facts.stage {
        StageFacts::Waiting | StageFacts::Offered { .. } | StageFacts::Active { .. } | StageFacts::Parked { .. } => {
            true
        }
        // The agent has work left with it; for its client it is over.
        StageFacts::Wrapping { .. } | StageFacts::Ended => false,
    };
    of_client.filter(goes_on).max_by_key(|facts| (facts.arrived_at, facts.conversation))
}

impl Chat {
    /// What its visitor is shown.
    pub fn shown(&self) -> Shown {
        let alone = |stage| Shown { stage, place: None, agent: None };
        let over = if self.wrote || self.held.is_some() { Stage::Ended } else { Stage::None };
        match self.held {
            // What waits of one who is blocked goes nowhere.
            _ if self.blocked => alone(over),
            None => alone(over),
            Some(held) => match held.stage {
                // That somebody is asked just now is not the visitor's business: the answer may be no.
                StageFacts::Waiting | StageFacts::Offered { .. } => {
                    Shown { place: self.place, ..alone(Stage::Waiting) }
                }
                // An agent who put it aside has it as before, until the visitor writes.
                StageFacts::Active { agent, .. } | StageFacts::Parked { agent } => {
                    Shown { agent: Some(agent), ..alone(Stage::Active) }
                }
                StageFacts::Wrapping { .. } | StageFacts::Ended => alone(Stage::Ended),
            },
        }
    }

    /// What hears the visitor's next word.
    ///
    /// # Errors
    /// `Blocked`.
    pub fn hears(&self) -> Result<Hears, Blocked> {
        if self.blocked {
            return Err(Blocked);
        }
        Ok(match self.held {
            Some(held) if self.shown().stage.is_open() => Hears::Open(held.conversation),
            Some(_) | None => Hears::Anew,
        })
    }

    /// The visitor leaves. None: there is nothing to leave.
    pub fn leave(&self) -> Option<Step> {
        // One who is blocked may leave the line it waits in for nothing.
        let held = self.held.filter(|_| self.blocked || self.shown().stage.is_open())?;
        let end = EndConversation { conversation: held.conversation };
        Some(Step { by: Actor::Client, command: end.into() })
    }
}

/// A conversation begins. Its first word is recorded after these.
pub fn begin(beginning: Beginning) -> Vec<Step> {
    let Beginning { conversation, client, queue, about } = beginning;
    // What is written down of a client is the channel's word, not the client's.
    let describe = about.map(|about| Step { by: Actor::Signalling, command: DescribeClient { client, about }.into() });
    let enter = EnterQueue {
        conversation,
        client,
        channel: Channel::Chat,
        queue,
        skills: Vec::new(),
        priority: None,
        owner: None,
        arrived_at: None,
    };
    describe.into_iter().chain([Step { by: Actor::Client, command: enter.into() }]).collect()
}

/// The visitor's word in a conversation.
pub fn word(conversation: ConversationId, body: Sealed) -> Step {
    let record = RecordMessage { conversation, author: Author::Client, body };
    Step { by: Actor::Client, command: record.into() }
}

/// A message as it is recorded: lines end in one way, what nobody can see goes, and so do spaces around it.
///
/// # Errors
/// Nothing is left, or too much.
pub fn text(written: &str) -> Result<String, Unfit> {
    let seen = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let lines = written.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = lines.chars().filter(seen).collect();
    fitting(&text, &TEXT_CHARS).ok_or(Unfit("must have 1 to 4000 characters that are no spaces alone"))
}

/// A visitor's name.
///
/// # Errors
/// It is empty, too long, or more than one line.
pub fn name(given: &str) -> Result<String, Unfit> {
    let name = fitting(given, &NAME_CHARS).filter(|name| !name.chars().any(char::is_control));
    name.ok_or(Unfit("must have 1 to 100 characters, none of them a control character"))
}

/// A visitor's e-mail address. More is known only by sending to it.
///
/// # Errors
/// It cannot be one.
pub fn email(given: &str) -> Result<String, Unfit> {
    let given = given.trim();
    let shaped =
        matches!(given.split('@').collect::<Vec<_>>()[..], [user, host] if !user.is_empty() && !host.is_empty());
    let plain = !given.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    let fits = shaped && plain && given.len() <= EMAIL_BYTES_MAX;
    fits.then(|| given.to_owned()).ok_or(Unfit("must be an address: at most 254 bytes, one '@' inside, no spaces"))
}

/// What a visitor is told of the name of somebody who works here: `Anna` of `Anna Andersson`, of
/// `Dr. Anna Andersson` and of `Andersson, Anna`.
pub fn first_name(full: &str) -> Option<&str> {
    let given = full.split_once(',').map(|(_, given)| given).filter(|given| !given.trim().is_empty()).unwrap_or(full);
    let mut words = given.split_whitespace().map(|word| word.trim_matches(','));
    let first = words.clone().find(|word| !word.is_empty() && !word.ends_with('.'));
    first.or_else(|| words.find(|word| !word.is_empty()))
}

fn fitting(text: &str, chars: &RangeInclusive<usize>) -> Option<String> {
    let text = text.trim();
    chars.contains(&text.chars().count()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use readyroom_core::event::Pending;

    const ANNA: UserId = UserId::from_u128(1);
    const VISITOR: ClientId = ClientId::from_u128(2);
    const SHOP: QueueId = QueueId::from_u128(3);

    fn held(number: u128, stage: StageFacts) -> ConversationFacts {
        let at = Timestamp(1_000 + number as i64);
        ConversationFacts {
            conversation: ConversationId::from_u128(number),
            client: VISITOR,
            channel: Channel::Chat,
            queue: SHOP,
            stage,
            priority: 5,
            arrived_at: at,
            queued_at: at,
            pending: Pending::Agent,
            owner: None,
            messages: 1,
        }
    }

    fn chat(stage: StageFacts) -> Chat {
        Chat { held: Some(held(7, stage)), place: Some(2), wrote: true, blocked: false }
    }

    const OFFERED: StageFacts =
        StageFacts::Offered { agent: ANNA, offer: OfferId::from_u128(9), until: Timestamp(9_000) };
    const ACTIVE: StageFacts = StageFacts::Active { agent: ANNA, held: false };
    const PARKED: StageFacts = StageFacts::Parked { agent: ANNA };
    const WRAPPING: StageFacts = StageFacts::Wrapping { agent: ANNA };

    fn sealed() -> Sealed {
        Sealed { key: KeyId::from_u128(4), bytes: vec![1, 2, 3] }
    }

    #[test]
    fn a_visitor_sees_one_of_four_stages() {
        let shown = |chat: Chat| {
            let Shown { stage, place, agent } = chat.shown();
            (stage, place, agent)
        };
        assert_eq!(shown(Chat::default()), (Stage::None, None, None));
        assert_eq!(shown(chat(StageFacts::Waiting)), (Stage::Waiting, Some(2), None));
        assert_eq!(shown(chat(OFFERED)), (Stage::Waiting, Some(2), None), "who is asked may say no");
        assert_eq!(shown(chat(ACTIVE)), (Stage::Active, None, Some(ANNA)));
        assert_eq!(shown(chat(PARKED)), (Stage::Active, None, Some(ANNA)));
        assert_eq!(shown(chat(WRAPPING)), (Stage::Ended, None, None));
        assert_eq!(shown(Chat { wrote: true, ..Chat::default() }), (Stage::Ended, None, None));
    }

    #[test]
    fn a_word_goes_into_what_goes_on_and_else_begins_anew() {
        let open = Ok(Hears::Open(ConversationId::from_u128(7)));
        for stage in [StageFacts::Waiting, OFFERED, ACTIVE, PARKED] {
            assert_eq!(chat(stage).hears(), open, "{stage:?}");
        }
        for chat in [Chat::default(), Chat { wrote: true, ..Chat::default() }, chat(WRAPPING)] {
            assert_eq!(chat.hears(), Ok(Hears::Anew));
        }
    }

    #[test]
    fn one_who_is_blocked_is_heard_by_nobody_and_sees_the_end() {
        for stage in [StageFacts::Waiting, ACTIVE] {
            let chat = Chat { blocked: true, ..chat(stage) };
            assert_eq!((chat.hears(), chat.shown().stage), (Err(Blocked), Stage::Ended));
            assert!(chat.leave().is_some(), "it may leave the line");
        }
        let looks = Chat { blocked: true, ..Chat::default() };
        assert_eq!((looks.hears(), looks.shown().stage, looks.leave()), (Err(Blocked), Stage::None, None));
    }

    #[test]
    fn only_what_goes_on_can_be_left() {
        let end =
            Step { by: Actor::Client, command: EndConversation { conversation: ConversationId::from_u128(7) }.into() };
        for stage in [StageFacts::Waiting, OFFERED, ACTIVE, PARKED] {
            assert_eq!(chat(stage).leave(), Some(end.clone()), "{stage:?}");
        }
        for chat in [Chat::default(), Chat { wrote: true, ..Chat::default() }, chat(WRAPPING)] {
            assert_eq!(chat.leave(), None);
        }
    }

    #[test]
    fn of_several_conversations_the_last_that_goes_on_counts() {
        let all = [held(1, ACTIVE), held(3, StageFacts::Waiting), held(2, ACTIVE), held(4, WRAPPING)];
        assert_eq!(current(all.into_iter()), Some(all[1]));
        assert_eq!(current([held(4, WRAPPING)].into_iter()), None);
        assert_eq!(current([].into_iter()), None);
    }

    #[test]
    fn a_beginning_describes_the_visitor_enters_the_queue_and_the_word_follows() {
        let conversation = ConversationId::from_u128(8);
        let beginning = |about| Beginning { conversation, client: VISITOR, queue: SHOP, about };
        let names = |steps: Vec<Step>| steps.iter().map(|step| (step.by, step.command.name())).collect::<Vec<_>>();
        assert_eq!(
            names(begin(beginning(Some(sealed())))),
            [(Actor::Signalling, "describe_client"), (Actor::Client, "enter_queue")]
        );
        assert_eq!(names(begin(beginning(None))), [(Actor::Client, "enter_queue")]);
        let Step { by, command } = word(conversation, sealed());
        assert_eq!(by, Actor::Client);
        assert!(matches!(command, Command::RecordMessage(said) if said.author == Author::Client));
    }

    #[test]
    fn a_text_is_taken_as_people_see_it() {
        for (written, taken) in [
            ("hello", "hello"),
            ("  hello\n ", "hello"),
            ("one\r\ntwo\rthree", "one\ntwo\nthree"),
            ("a\u{0}b\u{7}c\u{1b}[31m", "abc[31m"),
            ("привет 👩‍👩‍👧", "привет 👩‍👩‍👧"),
            ("\u{202e}abc", "\u{202e}abc"),
        ] {
            assert_eq!(text(written).as_deref(), Ok(taken), "{written:?}");
        }
        assert!(text(&"ж".repeat(4_000)).is_ok());
        for nothing in ["", " \n\t", "\u{0}\u{1}", &"x".repeat(4_001)] {
            assert!(text(nothing).is_err(), "{} characters", nothing.len());
        }
    }

    #[test]
    fn names_and_addresses_are_of_one_line() {
        assert_eq!(name(" Olga ").as_deref(), Ok("Olga"));
        for wrong in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(email("olga@example.com").as_deref(), Ok("olga@example.com"));
        let long = format!("{}@example.com", "x".repeat(243));
        for wrong in ["", "olga", "@", "olga@", "a@b@c", "a b@c", "a\n@b", &long] {
            assert!(email(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_visitor_is_told_first_names_only() {
        for (full, first) in [
            ("Anna Andersson", Some("Anna")),
            ("Anna", Some("Anna")),
            ("Dr. Anna Andersson", Some("Anna")),
            ("Andersson, Anna Maria", Some("Anna")),
            ("Andersson,", Some("Andersson")),
            ("A.", Some("A.")),
            ("李 小龙", Some("李")),
            (" , ", None),
            ("", None),
        ] {
            assert_eq!(first_name(full), first, "{full:?}");
        }
    }
}
