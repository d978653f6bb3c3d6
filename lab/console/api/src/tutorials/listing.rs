//! What a `console` block of a document holds: commands, each with what it prints.
//!
//! `$ ` begins a command; a line of it that ends in `\` goes on in the next. All other lines are output, in which `…`
//! stands for anything. `scripts/check-docs.sh` reads the same.

/// A command and its output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// In one line.
    pub(super) command: String,
    /// Lines without the last line's end; none if it prints nothing.
    pub(super) output: Option<String>,
}

/// The commands of a block. Lines before the first are passed over.
pub(super) fn commands(block: &str) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            listed.push(Listed { command: command.to_owned(), output: None });
            continue;
        }
        let Some(last) = listed.last_mut() else { continue };
        match (&mut last.output, last.command.strip_suffix('\\')) {
            (None, Some(begun)) => last.command = format!("{begun}{}", line.trim_start()),
            (None, None) => last.output = Some(line.to_owned()),
            (Some(output), _) => {
                output.push('\n');
                output.push_str(line);
            }
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_go_on_over_lines_and_have_their_output() {
        let block = "$ curl -s x \\\n    -d 'a' | tail\n{\"a\":1}\n  two\n$ make up\n$ false\nno\n";
        let listed = commands(block);
        assert_eq!(listed[0].command, "curl -s x -d 'a' | tail");
        assert_eq!(listed[0].output.as_deref(), Some("{\"a\":1}\n  two"));
        assert_eq!(listed[1], Listed { command: "make up".into(), output: None });
        assert_eq!(listed[2].output.as_deref(), Some("no"));
    }

    #[test]
    fn what_stands_before_the_first_command_is_passed_over() {
        assert_eq!(commands("hello\n"), []);
    }
}
