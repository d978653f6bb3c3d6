//! Passes accepted messages to the outputs that `SINK_OUTPUTS` selects: the store behind `/envoy/metrics`, and the
//! console.

mod console;

use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use crate::refusal::Refusals;
use crate::store::{Stream, Superseded};
use crate::wire::Message;

use self::console::Console;

pub use self::console::Detail;

/// An output, as `SINK_OUTPUTS` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// `/envoy/metrics`.
    Prometheus,
    /// JSON lines on stdout.
    Console(Detail),
}

/// A name that is not an output's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected prometheus, console or console=families")]
pub struct UnknownOutput;

impl FromStr for Output {
    type Err = UnknownOutput;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "prometheus" => Ok(Output::Prometheus),
            "console" => Ok(Output::Console(Detail::Flushes)),
            "console=families" => Ok(Output::Console(Detail::Families)),
            _ => Err(UnknownOutput),
        }
    }
}

/// The running outputs.
#[derive(Debug)]
pub(crate) struct Outputs {
    prometheus: bool,
    consoles: Vec<Console>,
}

impl Outputs {
    /// Starts `outputs`.
    pub(crate) fn start(outputs: &[Output], refusals: &Arc<Refusals>) -> Self {
        let mut started = Self { prometheus: false, consoles: Vec::new() };
        for output in outputs {
            match output {
                Output::Prometheus => started.prometheus = true,
                Output::Console(detail) => {
                    started.consoles.push(Console::new(*detail, Arc::clone(refusals)));
                }
            }
        }
        started
    }

    pub(crate) fn has_prometheus(&self) -> bool {
        self.prometheus
    }

    /// Writes a message to each output.
    ///
    /// # Errors
    ///
    /// If the node has a newer stream. Then no output gets the message.
    pub(crate) fn write(&self, stream: &Stream, message: &Message<'_>) -> Result<(), Superseded> {
        stream.record_flush()?;
        if self.prometheus {
            stream.apply(message)?;
        }
        for console in &self.consoles {
            console.write(stream.identity(), message);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_output_names() {
        assert_eq!("prometheus".parse(), Ok(Output::Prometheus));
        assert_eq!("console".parse(), Ok(Output::Console(Detail::Flushes)));
        assert_eq!("console=families".parse(), Ok(Output::Console(Detail::Families)));
        assert!("".parse::<Output>().is_err());
        assert!("influx".parse::<Output>().is_err());
    }
}
