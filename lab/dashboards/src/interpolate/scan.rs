//! The literals and comments of a query.

/// The language of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Prometheus' language.
    PromQl,
    /// `InfluxDB`'s language.
    InfluxQl,
}

/// Where a position in a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Code,
    /// In a string or quoted identifier with this quote.
    Quoted(char),
    /// In a regular expression between slashes.
    Regex,
    /// In a comment that ends with the line.
    Comment,
    /// In a comment between `/*` and `*/`.
    BlockComment,
}

/// A position in a query.
pub(super) struct Scan<'a> {
    language: Language,
    pub(super) place: Place,
    pub(super) chars: std::iter::Peekable<std::str::Chars<'a>>,
    /// The last character of code other than a space.
    last: char,
    is_after_space: bool,
    /// The last word, in capitals.
    word: String,
}

impl<'a> Scan<'a> {
    pub(super) fn new(language: Language, place: Place, text: &'a str) -> Self {
        let chars = text.chars().peekable();
        Self { language, place, chars, last: ' ', is_after_space: true, word: String::new() }
    }

    /// Moves past a character or an escape sequence. `None` at the end, and in an incomplete escape sequence.
    pub(super) fn step(&mut self) -> Option<()> {
        let c = self.chars.next()?;
        let next = self.chars.peek().copied();
        match self.place {
            Place::Code => self.code(c, next),
            Place::Quoted('`') => {
                if c == '`' {
                    self.place = Place::Code;
                }
            }
            Place::Quoted(_) | Place::Regex if c == '\\' => {
                self.chars.next()?;
            }
            Place::Quoted(quote) => {
                if c == quote {
                    self.place = Place::Code;
                    self.last = c;
                }
            }
            Place::Regex => {
                if c == '/' {
                    self.place = Place::Code;
                    self.last = c;
                }
            }
            Place::Comment => {
                if c == '\n' {
                    self.place = Place::Code;
                }
            }
            Place::BlockComment => {
                if c == '*' && next == Some('/') {
                    self.chars.next();
                    self.place = Place::Code;
                }
            }
        }
        Some(())
    }

    fn code(&mut self, c: char, next: Option<char>) {
        self.place = match (self.language, c, next) {
            (_, '"' | '\'', _) | (Language::PromQl, '`', _) => Place::Quoted(c),
            (Language::PromQl, '#', _) | (Language::InfluxQl, '-', Some('-')) => Place::Comment,
            (Language::InfluxQl, '/', Some('*')) => Place::BlockComment,
            // Any other slash divides.
            (Language::InfluxQl, '/', _) if self.is_before_regex() => Place::Regex,
            _ => Place::Code,
        };
        if c.is_alphanumeric() || c == '_' {
            if !(self.last.is_alphanumeric() || self.last == '_') || self.is_after_space {
                self.word.clear();
            }
            self.word.push(c.to_ascii_uppercase());
        }
        self.is_after_space = c.is_whitespace();
        if !c.is_whitespace() {
            self.last = c;
        }
    }

    /// Whether a regular expression may follow, as after `=~`, in a list, and after these keywords.
    fn is_before_regex(&self) -> bool {
        let is_after_word = self.last.is_alphanumeric() || self.last == '_';
        matches!(self.last, '~' | ',' | '(' | '.')
            || is_after_word && ["SELECT", "FROM", "BY"].contains(&self.word.as_str())
    }
}
