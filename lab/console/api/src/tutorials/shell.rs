//! The shell commands of a document: the `console` listings, and the words of a command.
//!
//! `$ ` begins a command; a trailing `\` continues it on the next line. All other lines are output, in which `…` stands for
//! any text. `scripts/check-docs.sh` parses the same format.

/// A command and its output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// On one line.
    pub(super) command: String,
    /// Without the final line break; `None` if the command prints nothing.
    pub(super) output: Option<String>,
}

/// The commands of a listing. Lines before the first command are ignored.
pub(super) fn commands(listing: &str) -> Vec<Listed> {
    let mut commands: Vec<Listed> = Vec::new();
    for line in listing.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(Listed { command: command.to_owned(), output: None });
            continue;
        }
        let Some(last) = commands.last_mut() else { continue };
        match (&mut last.output, last.command.strip_suffix('\\')) {
            (None, Some(begin)) => last.command = format!("{begin}{}", line.trim_start()),
            (None, None) => last.output = Some(line.to_owned()),
            (Some(output), _) => {
                output.push('\n');
                output.push_str(line);
            }
        }
    }
    commands
}

/// The words of a plain command, or of the first command of a pipeline. `None` for anything else: lists, substitutions,
/// redirections, functions and unterminated quotes.
pub(super) fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut piped = false;
    let mut chars = command.chars();
    while let Some(next) = chars.next() {
        match next {
            ' ' | '|' => {
                words.extend(word.take().filter(|_| !piped));
                piped |= next == '|';
            }
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        quoted => word.push(quoted),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '$' | '`' => return None,
                        '\\' => word.push(chars.next()?),
                        quoted => word.push(quoted),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next()?),
            ';' | '&' | '$' | '`' | '(' | ')' | '{' | '}' | '<' | '>' | '\n' => return None,
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word.filter(|_| !piped));
    Some(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn joins_continued_lines_and_collects_output() {
        let block = "$ curl -s x \\\n    -d 'a' | tail\n{\"a\":1}\n  two\n$ make up\n$ false\nno\n";
        let listed = commands(block);
        assert_eq!(listed[0].command, "curl -s x -d 'a' | tail");
        assert_eq!(listed[0].output.as_deref(), Some("{\"a\":1}\n  two"));
        assert_eq!(listed[1], Listed { command: "make up".into(), output: None });
        assert_eq!(listed[2].output.as_deref(), Some("no"));
    }

    #[test]
    fn ignores_lines_before_the_first_command() {
        assert_eq!(commands("hello\n"), []);
    }

    #[test]
    fn splits_the_first_command_of_a_pipeline_like_a_shell() {
        let command = r#"curl -s 'a b' "c \"d\" e"f g\ h '' | grep -o '"x;[^"]*"' | tail"#;
        assert_eq!(words(command).unwrap(), ["curl", "-s", "a b", "c \"d\" ef", "g h", ""]);
    }

    #[test]
    fn rejects_more_than_a_plain_command() {
        for command in
            ["a; b", "a && b", "echo $x", "echo \"$x\"", "f() { :; }", "a > b", "a | b; c", "'open", "a `b`"]
        {
            assert_eq!(words(command), None, "{command}");
        }
    }

    proptest! {
        #[test]
        fn any_words_in_single_quotes_round_trip(given in proptest::collection::vec("[^']*", 1..5)) {
            let command = given.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(words(&command), Some(given));
        }
    }
}
