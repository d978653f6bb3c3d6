#![doc = include_str!("../README.md")]

pub mod config;
pub mod duration;
mod error;
pub mod frame;
pub mod head;
pub mod interpolate;
pub mod link;
mod load;
pub mod model;
pub mod options;
pub mod queries;
mod read;
pub mod reduce;
pub mod response;
pub mod time;
mod transform;
pub mod variables;
pub mod view;

pub use self::{
    error::{LoadError, Unsupported},
    load::{File, load, load_folder},
};
