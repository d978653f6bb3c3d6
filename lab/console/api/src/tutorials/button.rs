//! The button beside a command: an action of the console, derived from the command. Commands that do more than one such
//! action have no button.

use catalog::{Fault, Selection, Stream};
use serde::Serialize;
use serde_json::Value;

use super::curl;
use super::shell::words;
use crate::load::SECONDS;

/// The default duration of `make load`, as in `.env`.
const DEFAULT_LOAD_SECONDS: u64 = 60;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Button {
    #[serde(flatten)]
    pub(super) action: ButtonAction,
    label: String,
}

/// A request to the console's API.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum ButtonAction {
    /// `POST /api/actions/NAME`
    Action {
        name: &'static str,
        #[cfg_attr(test, ts(type = "Record<string, string | number>"))]
        body: Value,
    },
    /// `POST /api/faults/NAME`
    Fault { name: &'static str },
    /// `POST /api/load`
    Load { seconds: u64, streams: Vec<&'static str> },
}

impl Button {
    /// `command` is the command as written in the document, with the default ports.
    pub(super) fn of(command: &str, selection: Selection) -> Option<Self> {
        let words = words(command)?;
        let (program, arguments) = words.split_first()?;
        match program.as_str() {
            "curl" => {
                let curl::ActionRequest { name, body, label } = curl::action(arguments)?;
                Some(Self { action: ButtonAction::Action { name, body }, label })
            }
            "make" => make(arguments, selection),
            _ => None,
        }
    }
}

fn make(arguments: &[String], selection: Selection) -> Option<Button> {
    let (target, variables) = arguments.split_first()?;
    match target.as_str() {
        "alert" => fault(variables),
        "load" => load(variables, selection),
        _ => None,
    }
}

fn fault(variables: &[String]) -> Option<Button> {
    let [variable] = variables else { return None };
    let fault = find_fault(variable.strip_prefix("FAULT=")?)?;
    // The console has no access to Docker.
    let can_inject = !fault.injection().needs_docker();
    can_inject.then(|| Button {
        action: ButtonAction::Fault { name: fault.name() },
        label: format!("Inject {}", fault.name()),
    })
}

pub(super) fn find_fault(name: &str) -> Option<Fault> {
    Fault::ALL.into_iter().find(|fault| fault.name() == name)
}

fn load(variables: &[String], selection: Selection) -> Option<Button> {
    let (mut seconds, mut streams) = (DEFAULT_LOAD_SECONDS, Stream::of(selection));
    for variable in variables {
        match variable.split_once('=')? {
            ("SCRIPT", "echo") => streams = vec![Stream::Echoes],
            ("SCRIPT", "orders") => streams = vec![Stream::Orders],
            ("SCRIPT", "hello") => streams = vec![Stream::Hellos],
            ("DURATION", duration) => seconds = duration.strip_suffix('s')?.parse().ok()?,
            // The mix is the default; the rates of the console's streams are fixed.
            ("SCRIPT", "mix") | ("RATE", _) => {}
            _ => return None,
        }
    }
    let seconds = seconds.clamp(*SECONDS.start(), *SECONDS.end());
    let streams: Vec<&str> = streams.into_iter().map(Stream::name).collect();
    let label = format!("Send {} for {seconds} s", streams.join(", "));
    Some(Button { action: ButtonAction::Load { seconds, streams }, label })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str) -> Option<ButtonAction> {
        Button::of(command, Selection::All).map(|button| button.action)
    }

    #[test]
    fn make_commands_inject_faults_without_docker_and_send_loads() {
        assert_eq!(of("make alert FAULT=order-slow"), Some(ButtonAction::Fault { name: "order-slow" }));
        assert_eq!(
            of("make load SCRIPT=hello RATE=20 DURATION=20s"),
            Some(ButtonAction::Load { seconds: 20, streams: vec!["hellos"] })
        );
        assert_eq!(
            of("make load"),
            Some(ButtonAction::Load { seconds: 60, streams: vec!["echoes", "orders", "hellos"] })
        );
        assert_eq!(
            of("make load DURATION=900s SCRIPT=echo"),
            Some(ButtonAction::Load { seconds: 120, streams: vec!["echoes"] })
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
    fn a_button_has_the_json_that_the_page_reads() {
        let button = Button::of("make alert FAULT=errors", Selection::All);
        let expected = serde_json::json!({"kind": "fault", "name": "errors", "label": "Inject errors"});
        assert_eq!(serde_json::to_value(button).unwrap(), expected);
    }
}
