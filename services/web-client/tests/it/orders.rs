//! Orders.

mod followers;
mod following;
mod page;
mod placing;
mod reading;
mod rejections;
