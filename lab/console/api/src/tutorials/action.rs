//! What a command's button does: a closed list, found from the command itself. Commands that do more, or something else,
//! have none.

mod curl;

use std::ops::RangeInclusive;

use catalog::{Fault, Selection, Stream};
use serde::Serialize;
use serde_json::Value;

use super::words::words;

/// Seconds that the console's own load may last.
const LOAD: RangeInclusive<u64> = 5..=120;
/// As `.env` has it.
const LOAD_SECONDS: u64 = 60;

/// A button.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Action {
    #[serde(flatten)]
    does: Does,
    label: String,
}

/// What is asked of the console's own API.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Does {
    /// One request.
    Action { name: &'static str, body: Value },
    /// A fault is thrown.
    Fault { name: &'static str },
    /// A load is started.
    Load { seconds: u64, streams: Vec<&'static str> },
}

impl Action {
    #[cfg(test)]
    pub(super) fn does(&self) -> &Does {
        &self.does
    }

    /// `command` is as the document has it, with the ports of `.env`.
    pub(super) fn of(command: &str, chosen: Selection) -> Option<Self> {
        let words = words(command)?;
        let (program, arguments) = words.split_first()?;
        match program.as_str() {
            "curl" => curl::action(arguments),
            "make" => make(arguments, chosen),
            _ => None,
        }
    }
}

fn make(arguments: &[String], chosen: Selection) -> Option<Action> {
    let (target, settings) = arguments.split_first()?;
    match target.as_str() {
        "alert" => fault(settings),
        "load" => load(settings, chosen),
        _ => None,
    }
}

fn fault(settings: &[String]) -> Option<Action> {
    let [setting] = settings else { return None };
    let fault = named(setting.strip_prefix("FAULT=")?)?;
    // The others take Docker, which the console does not have.
    let offered = !fault.injection().needs_docker();
    offered.then(|| Action {
        does: Does::Fault { name: fault.name() },
        label: format!("Throw {}", fault.name()),
    })
}

/// The fault of that name.
pub(super) fn named(name: &str) -> Option<Fault> {
    Fault::ALL.into_iter().find(|fault| fault.name() == name)
}

fn load(settings: &[String], chosen: Selection) -> Option<Action> {
    let (mut seconds, mut streams) = (LOAD_SECONDS, Stream::of(chosen));
    for setting in settings {
        match setting.split_once('=')? {
            ("SCRIPT", "echo") => streams = vec![Stream::Echoes],
            ("SCRIPT", "orders") => streams = vec![Stream::Orders],
            ("SCRIPT", "hello") => streams = vec![Stream::Hellos],
            ("DURATION", duration) => seconds = duration.strip_suffix('s')?.parse().ok()?,
            // The mix is of what was started; the console's streams have rates of their own.
            ("SCRIPT", "mix") | ("RATE", _) => {}
            _ => return None,
        }
    }
    let seconds = seconds.clamp(*LOAD.start(), *LOAD.end());
    let streams: Vec<&str> = streams.into_iter().map(Stream::name).collect();
    let label = format!("Send {} for {seconds} s", streams.join(", "));
    Some(Action { does: Does::Load { seconds, streams }, label })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str) -> Option<Does> {
        Action::of(command, Selection::All).map(|action| action.does)
    }

    #[test]
    fn make_throws_faults_that_need_no_docker_and_sends_loads() {
        assert_eq!(of("make alert FAULT=order-slow"), Some(Does::Fault { name: "order-slow" }));
        assert_eq!(
            of("make load SCRIPT=hello RATE=20 DURATION=20s"),
            Some(Does::Load { seconds: 20, streams: vec!["hellos"] })
        );
        assert_eq!(
            of("make load"),
            Some(Does::Load { seconds: 60, streams: vec!["echoes", "orders", "hellos"] })
        );
        assert_eq!(
            of("make load DURATION=900s SCRIPT=echo"),
            Some(Does::Load { seconds: 120, streams: vec!["echoes"] })
        );
        for none in [
            "make alert FAULT=silent",
            "make alert FAULT=x",
            "make alert",
            "make up",
            "make load SCRIPT=x",
            "ls",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn an_action_is_written_as_the_page_reads_it() {
        let action = Action::of("make alert FAULT=errors", Selection::All);
        let expected = serde_json::json!({"kind": "fault", "name": "errors", "label": "Throw errors"});
        assert_eq!(serde_json::to_value(action).unwrap(), expected);
    }
}
