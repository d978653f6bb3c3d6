use super::*;

fn written(values: &[&str], format: &str) -> String {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    formatted(&Bound { name: "servers".into(), value: Value::Many(values) }, format).unwrap()
}

/// Values, format and result as Grafana's documentation has them ("Advanced variable format options").
#[test]
fn the_documented_examples_are_followed() {
    let two = ["test1", "test2"];
    for (values, format, result) in [
        (two, "csv", "test1,test2"),
        (two, "distributed", "test1,servers=test2"),
        (two, "doublequote", r#""test1","test2""#),
        (two, "glob", "{test1,test2}"),
        (two, "lucene", r#"("test1" OR "test2")"#),
        (["foo()bar BAZ", "test2"], "percentencode", "foo%28%29bar%20BAZ%2Ctest2"),
        (["test1.", "test2"], "pipe", "test1.|test2"),
        (["test.1", "test2"], "raw", "test.1,test2"),
        (["test1.", "test2"], "regex", r"(test1\.|test2)"),
        (two, "singlequote", "'test1','test2'"),
        (["test'1", "test2"], "sqlstring", "'test''1','test2'"),
        (two, "text", "test1 + test2"),
        (two, "queryparam", "var-servers=test1&var-servers=test2"),
        // The documentation has a space behind the comma, JSON none.
        (two, "json", r#"["test1","test2"]"#),
    ] {
        assert_eq!(written(&values, format), result, "{format}");
    }
}

#[test]
fn one_value_has_no_brackets_and_quotes_are_escaped() {
    assert_eq!(written(&["a.b"], "glob"), "a.b");
    assert_eq!(written(&["a.b"], "regex"), r"a\.b");
    assert_eq!(written(&[r#"a"b"#], "doublequote"), r#""a\"b""#);
    assert_eq!(written(&["a'b"], "singlequote"), r"'a\'b'");
    let one = Bound { name: "x".into(), value: Value::One("a b".into()) };
    assert_eq!(formatted(&one, "lucene").unwrap(), r"a\ b");
    assert_eq!(formatted(&one, "json").unwrap(), r#""a b""#);
    assert_eq!(formatted(&one, "html").unwrap(), "a b");
}

#[test]
fn all_is_a_word_for_people_and_addresses_and_its_options_elsewhere() {
    let all = Bound { name: "x".into(), value: Value::All(vec!["a".into(), "b".into()]) };
    let of = |format| formatted(&all, format).unwrap();
    assert_eq!(
        (of("text"), of("queryparam"), of("csv")),
        ("All".into(), "var-x=%24__all".into(), "a,b".into())
    );
    let verbatim = Bound { name: "x".into(), value: Value::Verbatim(".*".into()) };
    let of = |format| formatted(&verbatim, format).unwrap();
    assert_eq!(
        (of("text"), of("queryparam"), of("raw")),
        ("All".into(), "var-x=%24__all".into(), ".*".into())
    );
}

#[test]
fn an_unknown_format_is_named() {
    let one = Bound { name: "x".into(), value: Value::One("a".into()) };
    assert!(formatted(&one, "morse").unwrap_err().0.contains("morse"));
}
