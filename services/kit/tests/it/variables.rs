//! The variables of telemetry, as the README's tables list them.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use kit::telemetry::{Export, InvalidVariable, Propagators, Settings, Traces};

const README: &str = include_str!("../../README.md");

/// A row of the table of supported variables.
struct Row {
    names: Vec<String>,
    valid: Vec<String>,
    refused: Vec<String>,
}

/// The texts in backticks.
fn code(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(Into::into).collect()
}

/// The cells of each row whose first one starts with a variable, for tables of this width.
fn rows(width: usize) -> impl Iterator<Item = Vec<&'static str>> {
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    README
        .lines()
        .filter(|line| line.starts_with("| `OTEL_"))
        .map(cells)
        .filter(move |cells| cells.len() == width)
}

fn supported() -> Vec<Row> {
    let row =
        |cells: Vec<&str>| Row { names: code(cells[0]), valid: code(cells[2]), refused: code(cells[3]) };
    let rows: Vec<_> = rows(4).map(row).collect();
    assert_eq!(rows.iter().map(|row| row.names.len()).sum::<usize>(), 31);
    rows
}

fn refused() -> Vec<String> {
    let names: Vec<_> = rows(1).flat_map(|cells| code(cells[0])).collect();
    assert_eq!(names.len(), 8);
    names
}

fn read(variables: &[(&str, &str)]) -> Result<Settings, InvalidVariable> {
    Settings::from_variables(variables.iter().copied())
}

#[track_caller]
fn valid(variables: &[(&str, &str)]) -> Settings {
    read(variables).unwrap_or_else(|error| panic!("{error}"))
}

fn export(settings: Settings) -> Export {
    match settings.traces {
        Traces::Otlp(export) => *export,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_valid_value_of_each_supported_variable_is_accepted_without_a_warning() {
    for row in supported() {
        for name in &row.names {
            for value in &row.valid {
                let sampler = ("OTEL_TRACES_SAMPLER", "traceidratio");
                let others = if name == "OTEL_TRACES_SAMPLER_ARG" { &[sampler][..] } else { &[] };
                let settings = valid(&[others, &[(name.as_str(), value.as_str())]].concat());
                assert_eq!(settings.warnings, [""; 0], "{name}={value}");
            }
        }
    }
}

#[test]
fn an_invalid_value_of_each_supported_variable_is_refused_by_name() {
    for row in supported() {
        for name in &row.names {
            for value in &row.refused {
                let error = read(&[(name, value)]).expect_err(name).to_string();
                let is_secret = name.ends_with("_HEADERS") || value.contains('@');
                assert!(
                    error.starts_with(&format!("{name}: got ")) && error.contains(", expected "),
                    "{error}"
                );
                assert_eq!(error.contains(&format!("\"{value}\"")), !is_secret, "{error}");
            }
        }
    }
}

#[test]
fn an_empty_value_counts_as_not_set_and_one_that_is_not_utf_8_is_refused_by_name() {
    let unset = format!("{:?}", valid(&[]));
    let names = supported().into_iter().flat_map(|row| row.names);
    for name in names.chain(["RUST_LOG".to_owned()]) {
        assert_eq!(format!("{:?}", valid(&[(&name, "")])), unset, "{name}");
        let invalid = OsString::from_vec(vec![b'1', 0xff]);
        let error = Settings::from_variables([(name.clone(), invalid)]).expect_err(&name).to_string();
        assert!(error.starts_with(&format!("{name}: got ")), "{error}");
    }
    for name in refused() {
        assert_eq!(format!("{:?}", valid(&[(&name, "")])), unset, "{name}");
    }
}

#[test]
fn variables_that_must_not_be_ignored_are_refused_by_name() {
    for name in refused() {
        let error = read(&[(&name, "/etc/some.pem")]).expect_err(&name).to_string();
        assert!(error.starts_with(&format!("{name}: got \"/etc/some.pem\", expected ")), "{error}");
    }
}

#[test]
fn all_others_are_ignored_with_a_warning() {
    let section = README.split("All other variables that start with").nth(1).expect("a paragraph");
    let section = section.split("\n## ").next().unwrap_or_default();
    let listed: BTreeSet<_> =
        code(section).into_iter().filter(|name| name.len() > 5 && name.starts_with("OTEL_")).collect();
    assert!(listed.len() > 5, "{listed:?}");
    for name in listed.iter().map(String::as_str).chain(["OTEL_TRACE_SAMPLER", "OTEL_"]) {
        assert_eq!(valid(&[(name, "x"), ("OTHER", "x")]).warnings, [format!("{name} has no effect")]);
    }
    let unused = valid(&[("OTEL_TRACES_SAMPLER_ARG", "0.5"), ("OTEL_TRACES_SAMPLER", "always_on")]);
    assert!(unused.warnings[0].starts_with("OTEL_TRACES_SAMPLER_ARG has no effect"), "{unused:?}");
}

#[test]
fn the_service_name_has_a_variable_of_its_own_and_attributes_are_decoded() {
    let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,team=a%2Cb");
    let resource = |variables: &[_]| valid(variables).resource;
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(resource(&[attributes]), [pair("service.name", "other"), pair("team", "a,b")]);
    let named = resource(&[attributes, ("OTEL_SERVICE_NAME", "shop")]);
    assert_eq!(named, [pair("team", "a,b"), pair("service.name", "shop")]);
}

#[test]
fn spans_go_to_the_endpoint_for_traces_the_common_one_or_the_default() {
    let common = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317");
    let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b:4317");
    let otlp = ("OTEL_TRACES_EXPORTER", "otlp");
    let endpoint = |variables: &[_]| export(valid(variables)).endpoint.to_string();
    assert_eq!(endpoint(&[common]), "http://a:4317");
    assert_eq!(endpoint(&[common, traces]), "http://b:4317");
    assert_eq!(endpoint(&[otlp]), "http://localhost:4317");
    let insecure = ("OTEL_EXPORTER_OTLP_INSECURE", "true");
    assert_eq!(endpoint(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "jaeger:4317"), insecure]), "http://jaeger:4317");
    assert!(matches!(valid(&[]).traces, Traces::Local));
    for off in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
        assert!(matches!(valid(&[common, off]).traces, Traces::Off), "{off:?}");
    }
}

#[test]
fn a_variable_for_traces_overrides_the_common_one() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317");
    let export = |variables: &[(&str, &str)]| export(valid(&[&[endpoint], variables].concat()));
    let both = |name: &str, common: &str, traces: &str| {
        let names = [format!("OTEL_EXPORTER_OTLP_{name}"), format!("OTEL_EXPORTER_OTLP_TRACES_{name}")];
        export(&[(&names[0], common), (&names[1], traces)])
    };
    assert_eq!(both("TIMEOUT", "1", "2").request_timeout, Some(Duration::from_millis(2)));
    assert_eq!(both("TIMEOUT", "1", "0").request_timeout, None);
    assert!(!both("COMPRESSION", "gzip", "none").gzip);
    assert!(both("COMPRESSION", "", "gzip").gzip);
    let headers = both("HEADERS", "a=1", "b=2").headers;
    assert_eq!((headers.get("a"), headers["b"].to_str().ok()), (None, Some("2")));
}

#[test]
fn the_batch_is_no_larger_than_the_queue() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317");
    let batches = |variables: &[(&str, &str)]| export(valid(&[&[endpoint], variables].concat())).batches;
    let small = batches(&[("OTEL_BSP_MAX_QUEUE_SIZE", "100")]);
    assert_eq!((small.queue_spans, small.batch_spans), (100, 100));
    let error = read(&[("OTEL_BSP_MAX_QUEUE_SIZE", "100"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "101")]);
    let expected = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE: got \"101\", expected a whole number from 1 to 100";
    assert_eq!(error.expect_err("too large").to_string(), expected);
}

#[test]
fn limits_of_spans_override_the_general_ones() {
    let general = [("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "7"), ("OTEL_ATTRIBUTE_COUNT_LIMIT", "8")];
    let limits = valid(&general).limits;
    assert_eq!((limits.value_chars, limits.attributes, limits.event_attributes), (7, 8, 8));
    let own = [("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "5"), ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "6")];
    let limits = valid(&[general, own].concat()).limits;
    assert_eq!((limits.value_chars, limits.attributes, limits.link_attributes), (5, 6, 8));
}

#[test]
fn propagators_are_a_list_without_duplicates() {
    let of = |list| valid(&[("OTEL_PROPAGATORS", list)]).propagators;
    let propagators = |trace_context, baggage| Propagators { trace_context, baggage };
    assert_eq!(of(""), propagators(true, true));
    assert_eq!(of("baggage, baggage"), propagators(false, true));
    assert_eq!(of("TraceContext"), propagators(true, false));
    assert_eq!(of("none"), propagators(false, false));
}
