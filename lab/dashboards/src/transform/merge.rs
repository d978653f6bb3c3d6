//! Merges tables into one: rows with equal values in the shared columns become one row.

use std::collections::HashMap;

use crate::frame::{Field, Frame, Values};

/// The position of a cell: frame, field, row.
type Position = (usize, usize, usize);

/// Rows keep the order of their first occurrence. Missing cells are empty.
pub(super) fn merge(frames: Vec<Frame>) -> Vec<Frame> {
    if frames.len() < 2 {
        return frames;
    }
    let frames: Vec<Frame> = frames.into_iter().filter(|frame| !frame.fields.is_empty()).collect();
    let mut names: Vec<&str> = Vec::new();
    for field in frames.iter().flat_map(|frame| &frame.fields) {
        if !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    let at = |frame: &Frame, name: &str| frame.fields.iter().position(|field| field.name == name);
    let shared: Vec<&str> =
        names.iter().copied().filter(|name| frames.iter().all(|frame| at(frame, name).is_some())).collect();
    if shared.is_empty() {
        return frames;
    }
    let mut rows: Vec<Vec<Option<Position>>> = Vec::new();
    let mut by_key: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for (number, frame) in frames.iter().enumerate() {
        for row in 0..frame.rows() {
            let cells: Vec<Option<Position>> =
                names.iter().map(|name| Some((number, at(frame, name)?, row))).collect();
            let key =
                shared.iter().filter_map(|name| Some(text(&frame.fields[at(frame, name)?].values, row)));
            let same = by_key.entry(key.collect()).or_default();
            let mut merged = false;
            for &candidate in same.iter() {
                if can_merge(&frames, &rows[candidate], &cells) {
                    for (old, new) in rows[candidate].iter_mut().zip(&cells) {
                        *old = new.or(*old);
                    }
                    merged = true;
                }
            }
            if !merged {
                same.push(rows.len());
                rows.push(cells);
            }
        }
    }
    let field = |(column, name): (usize, &&str)| {
        let first = frames.iter().find_map(|frame| Some(&frame.fields[at(frame, name)?]));
        let first = first.expect("every name comes from a field");
        let values = collect_cells(&frames, &first.values, rows.iter().map(|row| row[column]));
        Field { renamed: None, labels: Default::default(), values, ..first.clone() }
    };
    let fields = names.iter().enumerate().map(field).collect();
    vec![Frame { fields, ..Frame::default() }]
}

fn can_merge(frames: &[Frame], old: &[Option<Position>], new: &[Option<Position>]) -> bool {
    let cell = |(frame, field, row): Position| text(&frames[frame].fields[field].values, row);
    old.iter().zip(new).all(|pair| match pair {
        (Some(old), Some(new)) => cell(*old) == cell(*new),
        _ => true,
    })
}

fn text(values: &Values, row: usize) -> String {
    match values {
        Values::Times(values) => format!("{:?}", values[row]),
        Values::Numbers(values) => format!("{:?}", values[row]),
        Values::Texts(values) => format!("{:?}", values[row]),
    }
}

/// The cells of one column, in the type of its first field. Cells of another type are empty.
fn collect_cells(frames: &[Frame], like: &Values, places: impl Iterator<Item = Option<Position>>) -> Values {
    let cells =
        places.map(|place| place.map(|(frame, field, row)| (&frames[frame].fields[field].values, row)));
    match like {
        Values::Times(_) => Values::Times(
            cells.map(|cell| if let (Values::Times(all), row) = cell? { all[row] } else { None }).collect(),
        ),
        Values::Numbers(_) => Values::Numbers(
            cells.map(|cell| if let (Values::Numbers(all), row) = cell? { all[row] } else { None }).collect(),
        ),
        Values::Texts(_) => Values::Texts(
            cells
                .map(|cell| if let (Values::Texts(all), row) = cell? { all[row].clone() } else { None })
                .collect(),
        ),
    }
}
