//! The words of a plain shell command.

/// The words of a command, or of the first of a pipeline. None for what is more than that: lists, substitutions,
/// redirections, functions, and quotes without an end.
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
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_of_a_pipeline_is_split_as_a_shell_does() {
        let command = r#"curl -s 'a b' "c \"d\" e"f g\ h '' | grep -o '"x;[^"]*"' | tail"#;
        assert_eq!(words(command).unwrap(), ["curl", "-s", "a b", "c \"d\" ef", "g h", ""]);
    }

    #[test]
    fn what_is_more_than_a_plain_command_is_none() {
        for command in
            ["a; b", "a && b", "echo $x", "echo \"$x\"", "f() { :; }", "a > b", "a | b; c", "'open", "a `b`"]
        {
            assert_eq!(words(command), None, "{command}");
        }
    }

    proptest! {
        #[test]
        fn any_words_in_single_quotes_come_back(given in proptest::collection::vec("[^']*", 1..5)) {
            let command = given.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(words(&command), Some(given));
        }
    }
}
