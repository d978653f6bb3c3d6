//! Prints the differences between two expositions in files, and exits with status 1 if there are any.
//!
//! ```sh
//! cargo run --example compare -- expected.txt actual.txt
//! ```

use std::error::Error;
use std::process::ExitCode;
use std::{env, fs};

use prometheus_text::{Exposition, compare, parse};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    let [expected, actual] = files.as_slice() else { return Err("usage: compare EXPECTED ACTUAL".into()) };
    let differences = compare(&read(expected)?, &read(actual)?);
    differences.iter().for_each(|difference| println!("{difference}"));
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &str) -> Result<Exposition, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    Ok(parse(&text).map_err(|error| format!("{file}: {error}"))?)
}
