use super::*;

fn span(id: usize, service: &str, kind: &str) -> Span {
    Span {
        id: id.to_string(),
        parent: Some((id - 1).to_string()),
        service: service.into(),
        name: "echo".into(),
        tags: [("span.kind".to_owned(), kind.into())].into(),
        ..Span::default()
    }
}

fn chain(journey: Journey) -> Vec<Span> {
    let hops = journey.path.iter().enumerate();
    hops.map(|(at, (service, kind))| span(at + 1, service, kind.unwrap_or("client"))).collect()
}

/// The trace of an order, with its database span.
fn order() -> Vec<Span> {
    let mut spans = chain(ORDER);
    let mut database = span(6, "order-service", "client");
    database.name = "INSERT orders".into();
    database.tags.insert("db.system.name".into(), "sqlite".into());
    spans.push(database);
    spans
}

fn fail(span: &mut Span) {
    span.tags.insert("error".into(), true.into());
}

#[test]
fn spans_may_arrive_in_any_order() {
    let mut spans = chain(ECHO);
    spans.reverse();
    assert!(follow(&spans, "0", ECHO).unwrap().starts_with("5 spans"));
}

#[test]
fn a_missing_a_wrong_and_an_additional_span_fail() {
    assert!(follow(&[], "0", ECHO).unwrap_err().to_string().contains("no span"));
    assert!(follow(&chain(ECHO), "other", ECHO).is_err());
    let mut spans = chain(ECHO);
    spans.remove(2);
    assert!(
        follow(&spans, "0", ECHO)
            .unwrap_err()
            .to_string()
            .contains("0 spans instead of one where web-client")
    );
    let mut spans = chain(ECHO);
    spans[4].service = "envoy".into();
    assert!(follow(&spans, "0", ECHO).unwrap_err().to_string().contains("of envoy where echo-server"));
    let mut spans = chain(ECHO);
    spans.push(span(6, "echo-server", "client"));
    assert!(follow(&spans, "0", ECHO).unwrap_err().to_string().contains("1 spans below the last"));
}

#[test]
fn an_order_has_a_database_span() {
    let evidence = follow(&order(), "0", ORDER).unwrap();
    assert!(evidence.ends_with("order-service > database (INSERT orders)"), "{evidence}");
    assert_eq!(follow(&chain(ORDER), "0", ORDER).unwrap_err().to_string(), "no database span");
    let mut other = order();
    other[5].tags.remove("db.system.name");
    assert!(follow(&other, "0", ORDER).unwrap_err().to_string().contains("is not a database span"));
}

#[test]
fn a_failed_order_has_an_error_in_each_of_our_spans() {
    let mut spans = order();
    for at in [1, 2, 4] {
        let reason = follow(&spans, "0", FAILED_ORDER).unwrap_err().to_string();
        assert!(reason.contains("has no error"), "{reason}");
        fail(&mut spans[at]);
    }
    assert!(
        follow(&spans, "0", FAILED_ORDER).unwrap_err().to_string().contains("no database span has an error")
    );
    fail(&mut spans[5]);
    follow(&spans, "0", FAILED_ORDER).unwrap();
}
