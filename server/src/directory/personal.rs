//! What names a person: types that are never printed by accident.

use super::error::DirectoryError;
use super::limits::{EMAIL_BYTES_MAX, LOGIN_CHARS, PERSON_NAME_CHARS};
use std::fmt;

macro_rules! personal {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text itself, for whoever may see it.
            pub fn reveal(&self) -> &str {
                &self.0
            }

            /// A text that was valid when it was stored.
            pub(super) fn stored(text: String) -> $name {
                $name(text.into())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

personal! {
    /// What somebody types to log in. Capital letters are the same as small ones.
    Login;
    /// The full name of somebody who works here.
    PersonName;
    /// Where somebody who works here gets mail.
    Email;
}

impl Login {
    /// 1 to 64 of `a`–`z`, `0`–`9`, `.`, `_`, `-` and `@`; capital letters become small.
    pub fn new(text: &str) -> Result<Login, DirectoryError> {
        let folded = text.to_ascii_lowercase();
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'@');
        if LOGIN_CHARS.contains(&folded.len()) && folded.bytes().all(plain) {
            Ok(Login(folded.into()))
        } else {
            invalid("login", "1 to 64 of a-z, 0-9, '.', '_', '-' and '@'")
        }
    }
}

impl PersonName {
    /// 1 to 100 characters, none of them a control character; spaces around it go.
    pub fn new(text: &str) -> Result<PersonName, DirectoryError> {
        match plain_text(text, &PERSON_NAME_CHARS) {
            Some(name) => Ok(PersonName(name.into())),
            None => invalid("name", "1 to 100 characters, none of them a control character"),
        }
    }

    /// Whether the name, or a word of it, begins with `prefix`, whatever the case.
    pub(super) fn has_word_beginning(&self, prefix: &str) -> bool {
        has_word_beginning(&self.0, prefix)
    }
}

impl Email {
    /// At most 254 bytes with one `@` inside and no spaces. More is known only by sending to it.
    pub fn new(text: &str) -> Result<Email, DirectoryError> {
        let shaped =
            matches!(text.split('@').collect::<Vec<_>>()[..], [local, host] if !local.is_empty() && !host.is_empty());
        if shaped && text.len() <= EMAIL_BYTES_MAX && !text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            Ok(Email(text.into()))
        } else {
            invalid("email", "an address: at most 254 bytes, one '@' inside, no spaces")
        }
    }
}

/// The text without the spaces around it, if it is so long and can be shown on one line.
pub(super) fn plain_text<'a>(text: &'a str, chars: &std::ops::RangeInclusive<usize>) -> Option<&'a str> {
    let text = text.trim();
    (chars.contains(&text.chars().count()) && !text.chars().any(char::is_control)).then_some(text)
}

fn invalid<T>(field: &'static str, why: &str) -> Result<T, DirectoryError> {
    Err(DirectoryError::Invalid { field, why: why.into() })
}

/// Whether the text, or a word of it, begins with `prefix`, whatever the case.
pub fn has_word_beginning(text: &str, prefix: &str) -> bool {
    let mut words = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, c)| at + c.len_utf8());
    begins(text, prefix) || words.any(|at| begins(&text[at..], prefix))
}

fn begins(text: &str, prefix: &str) -> bool {
    let mut text = text.chars().flat_map(char::to_lowercase);
    prefix.chars().flat_map(char::to_lowercase).all(|c| text.next() == Some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_folded_and_short_plain_ascii() {
        assert_eq!(Login::new("Anna.A@Example-1_x").unwrap().reveal(), "anna.a@example-1_x");
        for text in ["", "an na", "ännä", "a/b", "a\0", &"x".repeat(65)] {
            let error = Login::new(text).unwrap_err();
            assert_eq!((error.code(), error.field()), ("invalid", Some("login")), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_of_any_letters() {
        assert_eq!(PersonName::new("  Åsa Öberg ").unwrap().reveal(), "Åsa Öberg");
        assert!(PersonName::new(&"名".repeat(100)).is_ok());
        for text in ["", "   ", "a\nb", "a\u{7}", &"x".repeat(101)] {
            assert_eq!(PersonName::new(text).unwrap_err().field(), Some("name"), "{text:?}");
        }
    }

    #[test]
    fn an_address_has_one_at_sign_inside() {
        assert_eq!(Email::new("Anna@example.org").unwrap().reveal(), "Anna@example.org");
        let long = format!("{}@example.org", "x".repeat(250));
        for text in ["", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b\n", &long] {
            assert_eq!(Email::new(text).unwrap_err().field(), Some("email"), "{text:?}");
        }
    }

    #[test]
    fn nothing_of_a_person_is_printed() {
        let printed = format!(
            "{:?} {:?} {:?}",
            Login::new("anna").unwrap(),
            PersonName::new("Anna").unwrap(),
            Email::new("anna@example.org").unwrap()
        );
        assert_eq!(printed, "Login(…) PersonName(…) Email(…)");
    }

    #[test]
    fn people_are_found_by_the_beginning_of_any_word_of_their_name() {
        let name = PersonName::new("Åsa von Öberg").unwrap();
        for prefix in ["", "å", "ÅSA", "åsa von", "von", "öb", "von ö"] {
            assert!(name.has_word_beginning(prefix), "{prefix:?}");
        }
        for prefix in ["sa", "berg", "åsa vonn", "åsa von öberg jr"] {
            assert!(!name.has_word_beginning(prefix), "{prefix:?}");
        }
    }
}
