use super::*;
use crate::{
    frame::Values,
    time::Window,
    variables::{Bound, Value},
};

fn variables() -> [Bound; 2] {
    [
        Bound { name: "job".into(), value: Value::Many(vec!["a".into(), "b c".into()]) },
        Bound { name: "all".into(), value: Value::Verbatim(".*".into()) },
    ]
}

fn linked(url: &str) -> Result<String, Unknown> {
    let variables = variables();
    let scope = Scope { variables: &variables, window: Window { from_ms: 1000, to_ms: 2500 } };
    let labels = [("job".to_owned(), "web client".to_owned())].into();
    let values = Values::Numbers(vec![]);
    let field = Field { name: "Value".into(), renamed: None, shown: None, unit: None, labels, values };
    let frame = Frame { name: "p99".into(), ..Frame::default() };
    let known = Known { name: "p 99".into(), labels: Some(&field), series: &frame.name };
    replace(url, |name, format| known.part(name, format, scope))
}

#[test]
fn a_link_knows_time_variables_and_its_field() {
    assert_eq!(linked("/s?from=${__from}000&to=$__to").unwrap(), "/s?from=1000000&to=2500");
    assert_eq!(linked("/s?${__url_time_range}").unwrap(), "/s?from=1000&to=2500");
    assert_eq!(linked("/d/x?$__all_variables").unwrap(), "/d/x?var-job=a&var-job=b%20c&var-all=%24__all");
    assert_eq!(linked("/s?${job:queryparam}").unwrap(), "/s?var-job=a&var-job=b%20c");
    assert_eq!(linked("/s?j=$job").unwrap(), "/s?j={a,b c}");
    assert_eq!(linked("/s?j=${__field.labels.job}&n=${__field.name}").unwrap(), "/s?j=web%20client&n=p%2099");
    assert_eq!(
        linked(r#"/s?j=${__field.labels["job"]}&n=${__series.name}"#).unwrap(),
        "/s?j=web%20client&n=p99"
    );
    assert_eq!(linked("/s?at=${__from:date:iso}").unwrap(), "/s?at=1970-01-01T00:00:01.000Z");
    assert_eq!(linked("/s?at=${__to:date:seconds}").unwrap(), "/s?at=3");
}

#[test]
fn what_only_a_value_tells_is_left_and_the_rest_is_named() {
    for left in ["/s?${__value.raw}", "/s?${__data.fields.Job:percentencode}", "/s?${__data.fields[0]}"] {
        assert_eq!(linked(left).unwrap(), left);
    }
    for (url, named) in [
        ("/s?${__user.login}", "__user.login"),
        ("/s?$nothing", "nothing"),
        ("/s?${__from:date:YYYY}", "YYYY"),
        ("/s?${__value.colour}", "__value.colour"),
    ] {
        assert!(linked(url).unwrap_err().0.contains(named), "{url}");
    }
}
