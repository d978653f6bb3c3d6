use proptest::prelude::*;

use super::*;

const MAX_BYTES: u64 = 10_000;

fn part(instance: &str) -> SavedPart {
    SavedPart {
        job: "envoy".into(),
        instance: instance.into(),
        series: vec![1, 2, 3],
        ..SavedPart::default()
    }
}

fn written(parts: &[SavedPart]) -> Vec<u8> {
    let mut writer = Writer::start(Vec::new(), MAX_BYTES).unwrap();
    parts.iter().for_each(|part| writer.add(part).unwrap());
    let (file, bytes) = writer.finish().unwrap();
    assert_eq!(file.len() as u64, bytes);
    file
}

#[test]
fn other_files_and_other_versions_are_refused() {
    let read = |bytes: &[u8]| super::read(bytes, MAX_BYTES).unwrap_err();
    assert!(matches!(read(b"{\"nodes\": []}"), StateError::Foreign));
    assert!(matches!(read(b""), StateError::Corrupt));
    let mut bytes = written(&[]);
    bytes[MAGIC.len()] = 9;
    assert!(matches!(read(&bytes), StateError::Version(9)));
}

#[test]
fn a_file_above_the_limit_is_neither_read_nor_written() {
    let bytes = written(&[part("a")]);
    let limit = bytes.len() as u64;
    assert!(super::read(&bytes[..], limit).is_ok());
    assert!(matches!(super::read(&bytes[..], limit - 1).unwrap_err(), StateError::TooLarge(_)));
    let mut writer = Writer::start(Vec::new(), limit - 1).unwrap();
    let ended = writer.add(&part("a")).and_then(|()| writer.finish());
    assert!(matches!(ended.unwrap_err(), StateError::TooLarge(_)));
}

fn parts() -> impl Strategy<Value = Vec<SavedPart>> {
    let part = ("\\PC{0,8}", prop::collection::vec(any::<u8>(), 0..40), any::<i64>(), any::<u64>());
    let part = part.prop_map(|(instance, series, flushed_ms, missed_ms)| SavedPart {
        series,
        flushed_ms,
        missed_ms,
        ..part_named(&instance)
    });
    prop::collection::vec(part, 0..4)
}

fn part_named(instance: &str) -> SavedPart {
    SavedPart { instance: instance.into(), ..SavedPart::default() }
}

proptest! {
    #[test]
    fn what_was_written_is_read(parts in parts()) {
        prop_assert_eq!(super::read(&written(&parts)[..], MAX_BYTES).unwrap(), parts);
    }

    #[test]
    fn a_cut_changed_or_longer_file_is_refused(
        parts in parts(),
        at: prop::sample::Index,
        change in prop_oneof![Just(None), (0..8_u8).prop_map(Some)],
        more in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let bytes = written(&parts);
        let at = at.index(bytes.len());
        let mut changed = bytes.clone();
        match change {
            None => changed.truncate(at),
            Some(bit) => changed[at] ^= 1 << bit,
        }
        prop_assert!(super::read(&changed[..], MAX_BYTES).is_err());
        prop_assert!(super::read(&[bytes, more].concat()[..], MAX_BYTES).is_err());
    }

    #[test]
    fn records_in_another_order_are_refused(parts in prop::collection::vec("[a-z]{5}", 2)) {
        let parts: Vec<_> = parts.iter().map(|name| part(name)).collect();
        prop_assume!(parts[0] != parts[1]);
        let bytes = written(&parts);
        let record = parts[0].encode_to_vec().len() + 8;
        let (header, records) = bytes.split_at(MAGIC.len() + 4);
        let (first, rest) = records.split_at(record);
        let (second, end) = rest.split_at(record);
        prop_assert!(super::read(&[header, second, first, end].concat()[..], MAX_BYTES).is_err());
    }
}
