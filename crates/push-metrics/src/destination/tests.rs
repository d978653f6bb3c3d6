use super::*;

fn message(address: &str) -> String {
    Destination::v1(address, "metric").expect_err("invalid").to_string()
}

#[test]
fn credentials_in_the_address_are_used_and_not_shown() {
    let destination = Destination::v1("http://me:s%40cret@host:8086/influx", "metric").expect("valid");
    let Credentials::User { name, password } = &destination.credentials else { panic!("{destination:?}") };
    assert_eq!((name.as_str(), password.as_str()), ("me", "s@cret"));
    assert_eq!(destination.write_url().as_str(), "http://host:8086/influx/write?db=metric");
    let shown = format!("{destination:?}");
    assert!(!shown.contains("cret"), "{shown}");
}

#[test]
fn messages_contain_no_credentials() {
    for address in [
        "me:s3cret@host:8086",
        "http//me:s3cret@host",
        "ftp://me:s3cret@host",
        "http://me:s3cret@host:port",
        "http://me:s3/cr@s3cret@ho st",
        "http://host:8086/?u=me&p=s3cret",
        "http://host:8086/write?db=d&p=s3cret#s3cret",
        "http://host:8086/#s3cret",
        "http://:s3cret@",
    ] {
        let error = Destination::v1(address, "metric").expect_err("invalid");
        for text in [error.to_string(), format!("{error:?}"), redact(address)] {
            assert!(!text.contains("s3cret"), "{text}");
        }
    }
}

#[test]
fn an_address_with_a_query_is_refused_with_the_names_of_its_parameters() {
    let text = message("http://host:8086/?db=other&rp=week&p=x");
    assert!(
        text.starts_with("the address has the query ?db&rp&p, which would be ignored: set the database"),
        "{text}"
    );
    assert!(message("http://host:8086?").starts_with("the address has the query ?,"));
    let error = Destination::v2("http://me:x@host", "o", "b", "t").expect_err("two kinds of credentials");
    assert!(error.to_string().starts_with("the address has credentials,"), "{error}");
    assert!(message("http://host:8086/#x").starts_with("the address has a fragment (#),"));
}

#[test]
fn a_write_has_the_parameters_that_are_set() {
    let destination = Destination::v1("http://host:8086", "my db").expect("valid");
    assert_eq!(destination.write_url().query(), Some("db=my+db"));
    let destination = destination.retention_policy("a week").consistency(Consistency::Quorum);
    let destination = destination.precision(Precision::Milliseconds);
    let query = "db=my+db&rp=a+week&consistency=quorum&precision=ms";
    assert_eq!(destination.write_url().query(), Some(query));
    destination.check().expect("supported");
}

#[test]
fn a_retention_that_influxdb_refuses_is_refused() {
    let hour = Duration::from_secs(3600);
    // The longest time of 64-bit signed nanoseconds.
    let longest = Duration::from_secs(i64::MAX as u64 / 1_000_000_000);
    for (retention, expected) in [
        (Duration::ZERO, true),
        (Duration::from_millis(1), false),
        (hour - Duration::from_nanos(1), false),
        (hour, true),
        (longest, true),
        (longest + Duration::from_secs(1), false),
        (Duration::MAX, false),
    ] {
        let destination = Destination::v1("http://host", "metric").expect("valid").create_database(retention);
        assert_eq!(destination.check().is_ok(), expected, "{retention:?}");
    }
}

#[test]
fn a_database_is_created_with_its_retention_policy() {
    let destination = Destination::v1("http://host", "a\"b").expect("valid").create_database(Duration::ZERO);
    let statement = |destination: &Destination| {
        let url = destination.create_request().expect("creates");
        url.query_pairs().map(|(_, statement)| statement.into_owned()).collect::<String>()
    };
    assert_eq!(statement(&destination), r#"CREATE DATABASE "a\"b" WITH DURATION INF"#);
    let destination = destination.retention_policy("week");
    assert_eq!(statement(&destination), r#"CREATE DATABASE "a\"b" WITH DURATION INF NAME "week""#);
}

#[test]
fn v2_refuses_what_it_does_not_have() {
    let v2 = || Destination::v2("http://host", "org", "bucket", "token").expect("valid");
    v2().precision(Precision::Seconds).check().expect("supported");
    for (destination, setting) in [
        (v2().retention_policy("week"), "retention policy"),
        (v2().consistency(Consistency::All), "consistency level"),
        (v2().create_database(Duration::ZERO), "statement to create a database"),
        (v2().precision(Precision::Hours), "precision above a second"),
    ] {
        let error = destination.check().expect_err("unsupported");
        assert_eq!(error.to_string(), format!("InfluxDB 2.x has no {setting}"));
    }
}

#[test]
fn a_database_needs_a_name() {
    assert!(matches!(Destination::v1("http://host", ""), Err(DestinationError::Database)));
    assert!(matches!(Destination::v2("http://host", "o", "", "t"), Err(DestinationError::Database)));
}
