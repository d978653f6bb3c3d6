//! Where what comes goes to.

mod console;

use std::io::Write;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::refusal::Refusals;
use crate::store::{Stream, Superseded};
use crate::wire::Message;

use console::Console;

/// An output, as `SINK_OUTPUTS` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// `/envoy/metrics`.
    Prometheus,
    /// JSON lines on stdout.
    Console(Detail),
}

/// What gets a line on the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// A flush: who, how many families, how many bytes.
    Flushes,
    /// A family, with all that is in it.
    Families,
}

impl FromStr for Output {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "prometheus" => Ok(Output::Prometheus),
            "console" => Ok(Output::Console(Detail::Flushes)),
            "console=families" => Ok(Output::Console(Detail::Families)),
            _ => Err("expected prometheus, console or console=families"),
        }
    }
}

/// The outputs that run.
#[derive(Debug)]
pub(crate) struct Outputs {
    prometheus: bool,
    consoles: Vec<Console>,
}

/// A message that has been checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checked<'a> {
    pub(crate) message: Message<'a>,
    pub(crate) families: usize,
    pub(crate) bytes: usize,
}

impl Outputs {
    /// Starts them. `stdout` makes what the console writes to.
    pub(crate) fn start<W: Write + Send + 'static>(
        outputs: &[Output],
        refusals: &Arc<Refusals>,
        stdout: impl Fn() -> W,
    ) -> Self {
        let mut started = Self { prometheus: false, consoles: Vec::new() };
        for output in outputs {
            match output {
                Output::Prometheus => started.prometheus = true,
                Output::Console(detail) => {
                    started.consoles.push(Console::start(*detail, Arc::clone(refusals), stdout()));
                }
            }
        }
        started
    }

    pub(crate) fn has_prometheus(&self) -> bool {
        self.prometheus
    }

    /// Hands a message to each.
    ///
    /// # Errors
    ///
    /// If its node has a newer stream; it goes to none then.
    pub(crate) fn take(&self, stream: &Stream, checked: Checked<'_>) -> Result<(), Superseded> {
        stream.flushed()?;
        if self.prometheus {
            stream.apply(checked.message)?;
        }
        for console in &self.consoles {
            console.show(stream.identity(), checked);
        }
        Ok(())
    }

    /// Lets them end what they have begun, but waits no longer than `most` for each.
    pub(crate) fn finish(&self, most: Duration) {
        for console in &self.consoles {
            console.finish(most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_have_names() {
        assert_eq!("prometheus".parse(), Ok(Output::Prometheus));
        assert_eq!("console".parse(), Ok(Output::Console(Detail::Flushes)));
        assert_eq!("console=families".parse(), Ok(Output::Console(Detail::Families)));
        assert!("".parse::<Output>().is_err());
        assert!("influx".parse::<Output>().is_err());
    }
}
