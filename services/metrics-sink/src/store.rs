//! What the Envoys' streams add up to.

mod apply;
mod budget;
mod compact;
mod contents;
mod family;
mod flush;
mod histogram;
mod identity;
mod labels;
mod node;
mod nodes;
mod number;
mod page;
mod rules;
mod series;
mod slots;
mod summary;

pub use budget::Budget;
pub use identity::Identity;
pub use node::{Node, StreamId, Superseded};
pub use nodes::{Age, Limits, Nodes, Stream};
pub use page::{Expired, Page};
pub use rules::Counters;
