//! Log events as JSON, one object per line.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Write as _};
use std::io::{self, Write as _};

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer;

/// Writes each event as one line: `timestamp`, `level`, `target`, the event's fields, and, inside a span, `trace_id` and
/// `span_id`.
pub(super) struct JsonLines<W> {
    writer: W,
}

impl<W> JsonLines<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer }
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_event(&self, event: &Event<'_>, _: layer::Context<'_, S>) {
        let mut line = Vec::with_capacity(256);
        if write_line(&mut line, event).is_ok() {
            // An error cannot be reported: this is the log.
            let _ = self.writer.make_writer_for(event.metadata()).write_all(&line);
        }
    }
}

fn write_line(line: &mut Vec<u8>, event: &Event<'_>) -> io::Result<()> {
    let mut timestamp = String::with_capacity(32);
    SystemTime.format_time(&mut Writer::new(&mut timestamp)).map_err(io::Error::other)?;
    let mut json = serde_json::Serializer::new(&mut *line);
    let mut map = json.serialize_map(None)?;
    map.serialize_entry("timestamp", &timestamp)?;
    map.serialize_entry("level", event.metadata().level().as_str())?;
    map.serialize_entry("target", event.metadata().target())?;
    let mut fields = Fields { map, result: Ok(()) };
    event.record(&mut fields);
    let Fields { mut map, result } = fields;
    result?;
    let context = Context::current();
    let span = context.span();
    if span.span_context().is_valid() {
        map.serialize_entry("trace_id", &format_args!("{}", span.span_context().trace_id()))?;
        map.serialize_entry("span_id", &format_args!("{}", span.span_context().span_id()))?;
    }
    map.end()?;
    line.push(b'\n');
    Ok(())
}

/// Serializes an event's fields into the object, until the first error.
struct Fields<M: SerializeMap> {
    map: M,
    result: Result<(), M::Error>,
}

impl<M: SerializeMap> Fields<M> {
    fn put<T: Serialize + ?Sized>(&mut self, field: &Field, value: &T) {
        if self.result.is_ok() {
            self.result = self.map.serialize_entry(field.name(), value);
        }
    }
}

impl<M: SerializeMap> Visit for Fields<M> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        self.put(field, &chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, &format_args!("{value:?}"));
    }
}

/// An error and its sources, as `outer: inner`.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let _: fmt::Result = write!(text, ": {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(log: impl FnOnce()) -> Vec<Value> {
        let memory = Memory::default();
        let out = memory.clone();
        let subscriber = tracing_subscriber::registry().with(JsonLines::new(move || out.clone()));
        tracing::subscriber::with_default(subscriber, log);
        let bytes = memory.0.lock().expect("not poisoned").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    #[test]
    fn writes_an_event_as_one_line_with_its_fields() {
        let lines = lines(
            || tracing::info!(count = 2, ratio = 0.5, text = "x\n\"y\"", debug = ?Some(1), "two\nlines"),
        );
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["target"], module_path!());
        assert_eq!(line["message"], "two\nlines");
        assert_eq!(line["count"], 2);
        assert_eq!(line["ratio"], 0.5);
        assert_eq!(line["text"], "x\n\"y\"");
        assert_eq!(line["debug"], "Some(1)");
        assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
        assert_eq!(line.get("trace_id"), None);
    }

    #[test]
    fn writes_nan_as_null() {
        let lines = lines(|| tracing::info!(ratio = f64::NAN, "not a number"));
        assert_eq!(lines[0]["ratio"], json!(null));
    }

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] io::Error);

    #[test]
    fn writes_an_error_with_its_sources() {
        let error = Outer(io::Error::other("inner"));
        let lines = lines(|| tracing::warn!(error = &error as &dyn StdError, "failed"));
        assert_eq!(lines[0]["error"], "outer: inner");
    }
}
