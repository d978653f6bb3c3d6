//! A ring stays within its limits and drops whole traces, oldest first.

use std::sync::Arc;

use proptest::prelude::*;
use testkit::otlp::{Limits, Received, Ring, TraceId, trace::Span};

fn received(name_len: usize) -> Received {
    let span = Span { name: "x".repeat(name_len), ..Span::default() };
    Received { service: Arc::from("s"), resource: Arc::from([]), scope: Arc::default(), span }
}

proptest! {
    #[test]
    fn a_ring_never_exceeds_its_limits(
        pushes in proptest::collection::vec((1_u8..20, 0_usize..3_000), 0..200),
        spans in 1_usize..50,
        bytes in 1_usize..20_000,
    ) {
        let mut ring = Ring::new(Limits { spans, bytes });
        for (id, name_len) in pushes {
            ring.push(TraceId::from_bytes(&[id; 16]).unwrap(), received(name_len));
            prop_assert!(ring.spans() <= spans && ring.bytes() <= bytes);
            let total: usize = ring.traces().map(|(_, spans)| spans.len()).sum();
            prop_assert_eq!(total, ring.spans());
            prop_assert!(ring.traces().all(|(_, spans)| !spans.is_empty()));
        }
    }
}

#[test]
fn drops_the_oldest_trace_as_a_whole() {
    let id = |n: u8| TraceId::from_bytes(&[n; 16]).unwrap();
    let mut ring = Ring::new(Limits { spans: 3, bytes: usize::MAX });
    for n in [1, 2, 1, 3] {
        ring.push(id(n), received(1));
    }
    assert!(ring.trace(id(1)).is_empty());
    let kept: Vec<_> = ring.traces().map(|(id, _)| id).collect();
    assert_eq!(kept, [id(3), id(2)]);
    assert_eq!(ring.dropped(), 1);
}
