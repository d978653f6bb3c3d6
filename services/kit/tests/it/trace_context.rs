//! The cases of W3C's trace-context test suite, against a service over HTTP and one over gRPC.

mod service;

use service::{Service, TRACE, VALID};

const PARENT: &str = "1234567890123456";

#[tokio::test]
async fn a_valid_traceparent_continues_its_trace() {
    let (services, _observed) = Service::start().await;
    for service in services {
        for (name, value) in [
            ("traceparent", VALID),
            ("TraceParent", VALID),
            ("TrAcEpArEnT", VALID),
            ("TRACEPARENT", VALID),
            ("traceparent", &format!(" {VALID}")),
            ("traceparent", &format!("\t{VALID}")),
            ("traceparent", &format!("{VALID} ")),
            ("traceparent", &format!("{VALID}\t")),
            ("traceparent", &format!("\t {VALID} \t")),
            ("traceparent", &format!("cc-{TRACE}-{PARENT}-01")),
            ("traceparent", &format!("cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like")),
            ("traceparent", &format!("01-{TRACE}-{PARENT}-01-")),
            ("traceparent", &format!("00-{TRACE}-{PARENT}-ff")),
        ] {
            let sent = service.one(&[(name, value)]).await;
            assert_eq!((&*sent.trace, sent.sampled), (TRACE, true), "{name}: {value:?}");
            assert_ne!(sent.parent, PARENT);
            assert_eq!(sent.state, "");
        }
        let unsampled = service.one(&[("traceparent", &format!("00-{TRACE}-{PARENT}-00"))]).await;
        assert_eq!((&*unsampled.trace, unsampled.sampled), (TRACE, false));
    }
}

#[tokio::test]
async fn an_invalid_traceparent_starts_a_trace_and_drops_the_tracestate() {
    let id = |fields: &str| fields.replace("TRACE", TRACE).replace("PARENT", PARENT);
    let (services, _observed) = Service::start().await;
    for service in services {
        for fields in [
            "00-TRACE-PARENT-01.",
            "00-TRACE-PARENT-01-",
            "00-TRACE-PARENT-01-what-the-future-will-be-like",
            "cc-TRACE-PARENT-01.what-the-future-will-be-like",
            "ff-TRACE-PARENT-01",
            ".0-TRACE-PARENT-01",
            "0.-TRACE-PARENT-01",
            "+0-TRACE-PARENT-01",
            "000-TRACE-PARENT-01",
            "0000-TRACE-PARENT-01",
            "0-TRACE-PARENT-01",
            "-TRACE-PARENT-01",
            "00-00000000000000000000000000000000-PARENT-01",
            "00-.2345678901234567890123456789012-PARENT-01",
            "00-1234567890123456789012345678901.-PARENT-01",
            "00-TRACE3-PARENT-01",
            "00-1234567890123456789012345678901-PARENT-01",
            "00-ABCDEF78901234567890123456789012-PARENT-01",
            "00-TRACE-0000000000000000-01",
            "00-TRACE-.234567890123456-01",
            "00-TRACE-123456789012345.-01",
            "00-TRACE-PARENT7-01",
            "00-TRACE-123456789012345-01",
            "00-TRACE-ABCDEF7890123456-01",
            "00-TRACE-PARENT-.0",
            "00-TRACE-PARENT-0.",
            "00-TRACE-PARENT-0A",
            "00-TRACE-PARENT-001",
            "00-TRACE-PARENT-1",
            "00-TRACE-PARENT",
            "00 TRACE PARENT 01",
            "",
        ] {
            let sent = service.one(&[("traceparent", &id(fields)), ("tracestate", "foo=1")]).await;
            assert!(!sent.trace.contains(&TRACE[1..31]) && sent.state.is_empty(), "{fields}: {sent:?}");
        }
        for name in ["trace-parent", "trace.parent"] {
            assert_ne!(service.one(&[(name, VALID)]).await.trace, TRACE, "{name}");
        }
        for state in ["foo=1", "foo=1,bar=2"] {
            assert_eq!(service.one(&[("tracestate", state)]).await.state, "");
        }
    }
}

#[tokio::test]
async fn several_traceparents_start_a_trace() {
    let other = VALID.replace("9012-", "9011-");
    let (services, _observed) = Service::start().await;
    for service in services {
        for second in [&*other, VALID, "nonsense", ""] {
            let sent = service.one(&[("traceparent", VALID), ("traceparent", second)]).await;
            assert!(sent.trace != TRACE && !other.contains(&sent.trace), "{second}: {sent:?}");
        }
    }
}

#[tokio::test]
async fn calls_of_a_request_have_its_trace_and_spans_of_their_own() {
    let (services, _observed) = Service::start().await;
    for service in services {
        for headers in [&[("traceparent", VALID)][..], &[], &[("traceparent", "00-nonsense")]] {
            let sent = service.request(headers).await;
            let mut parents: Vec<_> = sent.iter().map(|sent| &sent.parent).collect();
            parents.sort();
            parents.dedup();
            assert_eq!(parents.len(), 3, "{sent:?}");
            assert!(sent.iter().all(|one| one.trace == sent[0].trace), "{sent:?}");
        }
    }
}

#[tokio::test]
async fn a_valid_tracestate_is_forwarded() {
    let (z256, multi) = ("z".repeat(256), format!("{}@{}", "t".repeat(241), "v".repeat(13)));
    let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
    let value: String = (b' '..=b'~').filter(|byte| !b",=".contains(byte)).map(char::from).collect();
    let members: Vec<_> = (1..=32).map(|number| format!("bar{number:02}={number:02}")).collect();
    let cases: [(&[&str], String); 17] = [
        (&["foo=1,bar=2"], "foo=1,bar=2".into()),
        (&[""], String::new()),
        (&["foo=1", ""], "foo=1".into()),
        (&["", "foo=1"], "foo=1".into()),
        (&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"], "foo=1,bar=2,rojo=1,congo=2,baz=3".into()),
        (&["foo=1,,bar=2,"], "foo=1,bar=2".into()),
        (&[&format!("{key}={value}")], format!("{key}={value}")),
        (&[&format!("{key}@a-z0-9_-*/={value}")], format!("{key}@a-z0-9_-*/={value}")),
        (&["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3".into()),
        (&["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], "foo=1,bar=2,baz=3".into()),
        (&[" foo=1"], "foo=1".into()),
        (&["\tfoo=1"], "foo=1".into()),
        (&["foo=1 "], "foo=1".into()),
        (&["\t foo=1 \t"], "foo=1".into()),
        (&[&members[..20].join(","), &members[20..].join(",")], members.join(",")),
        (&["foo=1", &format!("{z256}=1")], format!("foo=1,{z256}=1")),
        (&["foo=1", &format!("{multi}=1")], format!("foo=1,{multi}=1")),
    ];
    let (services, _observed) = Service::start().await;
    for service in services {
        for (headers, expected) in &cases {
            assert_eq!(service.state(headers).await, *expected, "{headers:?}");
        }
        for name in ["TraceState", "TrAcEsTaTe", "TRACESTATE"] {
            assert_eq!(service.one(&[("traceparent", VALID), (name, "foo=1")]).await.state, "foo=1");
        }
        for name in ["trace-state", "trace.state"] {
            assert_eq!(service.one(&[("traceparent", VALID), (name, "foo=1")]).await.state, "");
        }
        // The SDK cannot hold a system of 14 characters: this member alone is left out.
        let longest = format!("t@{}=1", "v".repeat(14));
        assert_eq!(service.state(&["foo=1", &longest]).await, "foo=1");
    }
}

#[tokio::test]
async fn an_invalid_tracestate_is_dropped_and_the_trace_continues() {
    let many: Vec<_> = (1..=33).map(|number| format!("bar{number:02}={number:02}")).collect();
    let cases: [&[&str]; 21] = [
        &["foo=1,foo=1"],
        &["foo=1,foo=2"],
        &["foo=1", "foo=1"],
        &["foo=1", "foo=2"],
        &["foo =1"],
        &["FOO=1"],
        &["foo.bar=1"],
        &["foo@=1,bar=2"],
        &["@foo=1,bar=2"],
        &["foo@@bar=1,bar=2"],
        &["foo@bar@baz=1,bar=2"],
        &[&many[..30].join(","), &many[30..].join(",")],
        &["foo=1", &format!("{}=1", "z".repeat(257))],
        &["foo=1", &format!("{}@v=1", "t".repeat(242))],
        &["foo=1", &format!("t@{}=1", "v".repeat(15))],
        &["foo=bar=baz"],
        &["foo=,bar=3"],
        &["foo"],
        &["=1"],
        &[&format!("foo={}", "v".repeat(257))],
        &["foo=1", "bar"],
    ];
    let (services, _observed) = Service::start().await;
    for service in services {
        for headers in cases {
            assert_eq!(service.state(headers).await, "", "{headers:?}");
        }
    }
}
