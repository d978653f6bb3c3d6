//! An observer that changes a reference count as often as reference-counted counters would. The difference to the layer
//! without it is the cost that freeing the counters would add.

use std::sync::Arc;

use grpc_telemetry::{
    CallEnd, CallObserver, Direction, MessageObserver, Moment, Observer, RequestHead, Side,
};

/// Clones its `Arc` for each call and for the messages of each direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReferenceCount(Arc<()>);

impl Observer for ReferenceCount {
    type Method = ();
    type Call = Self;

    fn find_method(&self, _: Side, _: &str) -> Option<()> {
        None
    }

    fn start(&self, _: Side, _: Option<()>, _: RequestHead<'_>) -> Self {
        self.clone()
    }
}

impl CallObserver for ReferenceCount {
    type Messages = Self;

    fn messages(&self, _: Direction, _: Option<Moment>) -> Self {
        self.clone()
    }

    fn end(self, _: &CallEnd<'_>) {
        std::hint::black_box(&self.0);
    }
}

impl MessageObserver for ReferenceCount {}
