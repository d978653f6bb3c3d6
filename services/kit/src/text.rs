//! Text from clients: the one rule for forms, JSON, gRPC messages and query strings.
//!
//! Text is UTF-8 that a reader sees as it is. It has no control characters, no line or paragraph separators, no characters that
//! change the direction of the text around them, no noncharacters, and no characters without a shape (Unicode's
//! `Default_Ignorable_Code_Point`). Three kinds of the latter are part of ordinary text, where they are allowed:
//!
//! - The joiners U+200C and U+200D between two characters outside of ASCII: Persian and Indic words, and emoji such as 👩‍🚀.
//! - The variation selectors U+FE00 to U+FE0F after a digit, `#`, `*` or a character outside of ASCII, as in ❤️ and 1️⃣.
//! - The variation selectors U+E0100 to U+E01EF after a character outside of ASCII, as in Japanese names.
//!
//! [`form()`] decodes forms and query strings, [`Query`] is axum's extractor with this rule.

mod form;
mod query;

use thiserror::Error;

pub use form::{Field, InvalidField, decode, form};
pub use query::Query;

/// Why text is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidText {
    /// The bytes, percent-decoded, are not UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// A character that text must not contain.
    #[error("contains U+{:04X}: expected no control, invisible or direction-changing characters", u32::from(*.0))]
    Character(char),
}

/// Checks that text has no character that it must not contain.
///
/// # Errors
///
/// The first such character.
pub fn check(text: &str) -> Result<(), InvalidText> {
    let mut previous = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let allowed = match character {
            '\u{200C}' | '\u{200D}' => {
                previous.is_some_and(is_joinable) && characters.peek().copied().is_some_and(is_joinable)
            }
            '\u{FE00}'..='\u{FE0F}' => previous
                .is_some_and(|it: char| matches!(it, '0'..='9' | '#' | '*') || is_visible_beyond_ascii(it)),
            '\u{E0100}'..='\u{E01EF}' => previous.is_some_and(is_visible_beyond_ascii),
            character => is_visible(character),
        };
        if !allowed {
            return Err(InvalidText::Character(character));
        }
        previous = Some(character);
    }
    Ok(())
}

/// As [`check`], for text of several lines: tabs and line breaks (`\n` and `\r\n`) are allowed.
///
/// # Errors
///
/// The first character that such text must not contain.
pub fn check_lines(text: &str) -> Result<(), InvalidText> {
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines.flat_map(|line| line.split('\t')).try_for_each(check)
}

fn is_visible(character: char) -> bool {
    !character.is_control() && !is_separator(character) && !is_ignorable(character) && !is_nonchar(character)
}

fn is_visible_beyond_ascii(character: char) -> bool {
    !character.is_ascii() && !character.is_whitespace() && is_visible(character)
}

/// Characters on both sides of a joiner. An emoji may end with a variation selector.
fn is_joinable(character: char) -> bool {
    character == '\u{FE0F}' || is_visible_beyond_ascii(character)
}

fn is_separator(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

fn is_nonchar(character: char) -> bool {
    matches!(character, '\u{FDD0}'..='\u{FDEF}') || u32::from(character) & 0xFFFE == 0xFFFE
}

/// `Default_Ignorable_Code_Point` of Unicode 17, and the format characters (category Cf) that it leaves out and that have no
/// shape: U+FFF9 to U+FFFB. The bidirectional controls are part of it.
fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_all_scripts_and_emoji_is_valid() {
        for text in [
            "",
            "Ada Lovelace, 1815",
            "Zoë Müller-Łukasz",
            "علی\u{200C}رضا",
            "क्\u{200D}ष",
            "👩\u{200D}🚀 👨\u{200D}👩\u{200D}👧 🏳\u{FE0F}\u{200D}🌈",
            "❤\u{FE0F} 1\u{FE0F}\u{20E3} #\u{FE0F}\u{20E3}",
            "葛\u{E0100}城",
            "e\u{301} ไทย 日本\u{3000}語 \u{FFFD}",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn control_invisible_and_direction_changing_characters_are_invalid() {
        for character in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1B}',
            '\u{7F}',
            '\u{85}',
            '\u{9F}',
            '\u{AD}',
            '\u{34F}',
            '\u{61C}',
            '\u{115F}',
            '\u{180E}',
            '\u{200B}',
            '\u{200E}',
            '\u{200F}',
            '\u{2028}',
            '\u{2029}',
            '\u{202A}',
            '\u{202E}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{206F}',
            '\u{3164}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF9}',
            '\u{FDD0}',
            '\u{FFFE}',
            '\u{1FFFF}',
            '\u{1D173}',
            '\u{E0001}',
            '\u{E0041}',
        ] {
            for text in [format!("a{character}b"), format!("é{character}é"), character.to_string()] {
                assert_eq!(check(&text), Err(InvalidText::Character(character)), "{text:?}");
            }
        }
    }

    #[test]
    fn text_of_several_lines_may_have_tabs_and_line_breaks_only() {
        assert_eq!(check_lines("a\tb\r\n\n❤\u{FE0F}\n"), Ok(()));
        for invalid in ["a\rb", "a\n\u{200B}", "a\n\0", "é\u{200D}\né"] {
            assert!(check_lines(invalid).is_err(), "{invalid:?}");
        }
    }

    #[test]
    fn joiners_and_selectors_are_invalid_where_they_are_invisible() {
        for text in [
            "ad\u{200D}min",
            "\u{200D}é",
            "é\u{200D}",
            "é\u{200C} é",
            "é\u{200D}\u{200D}é",
            "a\u{FE0F}",
            "\u{FE0F}",
            "❤\u{FE0F}\u{FE0F}",
            "a\u{E0100}",
        ] {
            assert!(check(text).is_err(), "{text:?}");
        }
    }
}
