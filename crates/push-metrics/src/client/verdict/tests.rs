use super::*;

const LOGIN_PAGE: &str = "<html><title>Sign in</title>unable to parse your request</html>";

fn reply(status: u16, body: &str) -> Reply {
    Reply { status, body: body.to_owned(), ..Reply::default() }
}

fn from_influxdb(status: u16, body: &str) -> Reply {
    Reply { is_influxdb: true, ..reply(status, body) }
}

fn failure(reply: &Reply) -> Option<Failure> {
    match of_write(reply, 10) {
        Verdict::Written { .. } => None,
        Verdict::Split { failure, .. } | Verdict::Retry(Retry { failure, .. }) => Some(failure),
    }
}

#[test]
fn only_204_and_200_from_influxdb_are_a_success() {
    assert_eq!(of_write(&reply(204, ""), 10), Verdict::WRITTEN);
    assert_eq!(of_write(&from_influxdb(200, ""), 10), Verdict::WRITTEN);
    let error = from_influxdb(200, r#"{"error":"timeout"}"#);
    for unexpected in [reply(200, ""), reply(200, LOGIN_PAGE), reply(201, ""), reply(202, ""), error] {
        assert_eq!(failure(&unexpected), Some(Failure::Unexpected), "{unexpected:?}");
    }
}

#[test]
fn a_redirect_is_a_failure_whether_the_client_followed_it_or_not() {
    for status in [301, 302, 303, 304, 307, 308] {
        assert_eq!(failure(&reply(status, "")), Some(Failure::Redirect));
    }
    let redirect = Some("http://login/?secret=1".to_owned());
    let followed = Reply { redirect, ..reply(204, "") };
    let Verdict::Retry(retry) = of_write(&followed, 10) else { panic!("{followed:?}") };
    assert_eq!(retry.failure, Failure::Redirect);
    assert_eq!(retry.reason, "204: redirected to http://login/, redirects are not followed");
}

#[test]
fn a_partial_write_states_the_number_of_rejected_points() {
    let conflict_body = r#"{"error":"partial write: field type conflict: input field \"value\" on measurement \"a.count\" is type float, already exists as type integer dropped=3"}"#;
    let parse_body = r#"{"error":"partial write: unable to parse 'x': missing fields\nunable to parse 'y': invalid field format dropped=0"}"#;
    for (status, body, expected) in
        [(400, conflict_body, 3), (422, conflict_body, 3), (400, parse_body, 2), (400, "partial write", 1)]
    {
        let Verdict::Written { rejected, reason } = of_write(&reply(status, body), 10) else {
            panic!("{body}")
        };
        assert_eq!((rejected, reason), (expected, format!("{status}: {body}")));
    }
}

#[test]
fn failures_independent_of_the_points_are_retried() {
    for (status, expected) in [
        (401, Failure::Unauthorized),
        (403, Failure::Unauthorized),
        (404, Failure::NotFound),
        (408, Failure::Unavailable),
        (429, Failure::Unavailable),
        (500, Failure::Unavailable),
        (502, Failure::Unavailable),
        (503, Failure::Unavailable),
        (504, Failure::Unavailable),
        (405, Failure::Unexpected),
        (407, Failure::Unexpected),
        (418, Failure::Unexpected),
    ] {
        let retry = Retry { failure: expected, reason: format!("{status}: x"), after: None };
        assert_eq!(of_write(&reply(status, "x"), 10), Verdict::Retry(retry));
    }
}

#[test]
fn a_400_that_is_not_about_the_points_is_retried() {
    for body in [
        "",
        LOGIN_PAGE,
        "400 The plain HTTP request was sent to HTTPS port",
        r#"{"error":"database is required"}"#,
        r#"{"error":"invalid consistency level"}"#,
        r#"{"error":"gzip: invalid header"}"#,
    ] {
        assert_eq!(failure(&reply(400, body)), Some(Failure::Unexpected), "{body}");
        assert_eq!(failure(&from_influxdb(400, body)), Some(Failure::Unexpected), "{body}");
    }
}

#[test]
fn invalid_points_and_large_requests_are_split() {
    for (status, body, failure) in [
        (400, r#"{"error":"unable to parse 'x': missing fields"}"#, Failure::Invalid),
        (422, "unable to parse", Failure::Invalid),
        (400, r#"{"code":"invalid","message":"failed to parse line protocol"}"#, Failure::Invalid),
        (413, "Request Entity Too Large", Failure::TooLarge),
        (413, LOGIN_PAGE, Failure::TooLarge),
    ] {
        let expected = Verdict::Split { failure, reason: format!("{status}: {body}") };
        assert_eq!(of_write(&reply(status, body), 10), expected);
    }
}

#[test]
fn a_reason_has_the_beginning_of_a_long_body() {
    let Verdict::Retry(retry) = of_write(&reply(502, &"é".repeat(5000)), 10) else { panic!("retried") };
    assert_eq!(retry.reason, format!("502: {}…", "é".repeat(MAX_REASON_CHARS)));
}

#[test]
fn a_statement_can_fail_with_status_200() {
    assert_eq!(of_create(&reply(200, r#"{"results":[{"statement_id":0}]}"#)), Creation::Done);
    let conflict = r#"{"results":[{"statement_id":0,"error":"retention policy conflicts"}]}"#;
    assert_eq!(of_create(&reply(200, conflict)), Creation::Refused(format!("200: {conflict}")));
    assert_eq!(of_create(&reply(401, "x")), Creation::Refused("401: x".into()));
    for (reply, expected) in [
        (reply(503, ""), Failure::Unavailable),
        (reply(302, ""), Failure::Redirect),
        (reply(200, LOGIN_PAGE), Failure::Unexpected),
    ] {
        let creation = of_create(&reply);
        assert!(matches!(&creation, Creation::Retry(retry) if retry.failure == expected), "{creation:?}");
    }
}
