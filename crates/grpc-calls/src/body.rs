//! Bodies that tell of the messages passing through them.

mod meter;
mod request;
mod response;

pub use request::RequestBody;
pub use response::ResponseBody;
