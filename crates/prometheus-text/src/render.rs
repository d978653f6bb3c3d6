//! Renders the data model in the text format.

use std::fmt::{self, Display, Formatter, Write};

use crate::model::{Exposition, Family, Kind, Labels, Sample};

/// Text that [`parse`](crate::parse()) accepts, unless [`Exposition::without_labels`] has left duplicate series.
impl Display for Exposition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.families().try_for_each(|family| write_family(f, family))
    }
}

fn write_family(f: &mut Formatter<'_>, family: &Family) -> fmt::Result {
    if let Some(help) = family.help() {
        write!(f, "# HELP {} ", family.name())?;
        write_escaped(f, help, false)?;
        f.write_char('\n')?;
    }
    writeln!(f, "# TYPE {} {}", family.name(), family.kind())?;
    for sample in family.samples() {
        write!(f, "{sample} ")?;
        write_value(f, sample.value)?;
        if let Some(timestamp) = sample.timestamp_ms {
            write!(f, " {timestamp}")?;
        }
        f.write_char('\n')?;
    }
    Ok(())
}

fn write_value(f: &mut Formatter<'_>, value: f64) -> fmt::Result {
    match value {
        f64::INFINITY => f.write_str("+Inf"),
        f64::NEG_INFINITY => f.write_str("-Inf"),
        _ if value.fract() == 0.0 && value.abs() < 1e15 => write!(f, "{value}"),
        // As short as possible without loss, with an exponent for very large and very small values.
        _ => write!(f, "{value:?}"),
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for Sample {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.labels)
    }
}

impl Display for Labels {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name}=\"", if index == 0 { '{' } else { ',' })?;
            write_escaped(f, value, true)?;
            f.write_char('"')?;
        }
        if self.0.is_empty() { Ok(()) } else { f.write_char('}') }
    }
}

fn write_escaped(f: &mut Formatter<'_>, text: &str, in_label: bool) -> fmt::Result {
    text.chars().try_for_each(|c| match c {
        '\\' => f.write_str("\\\\"),
        '\n' => f.write_str("\\n"),
        '"' if in_label => f.write_str("\\\""),
        c => f.write_char(c),
    })
}
