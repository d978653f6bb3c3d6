//! From what was sent to where it is held, by fingerprints.
//!
//! A series is found by a hash over its name, type and labels as they came over the wire: in the usual case nothing is
//! decoded. The hash is keyed anew in each process and has 64 bits, so that among 200,000 series of a node two collide
//! once in a thousand million runs, and nobody can aim for it; a collision harms that node's series alone.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use foldhash::quality::{FoldHasher, RandomState};

use crate::wire::Kind;

/// Where a series is: its family, and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) family: u32,
    pub(crate) series: u32,
}

/// The slots of a node's series, by two fingerprints each: what was sent last, and what is shown.
#[derive(Debug, Default)]
pub(crate) struct Slots(HashMap<u64, Slot, BuildHasherDefault<AsIs>>);

/// Makes fingerprints.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fingerprints(RandomState);

/// A family's fingerprint, to go on with labels.
#[derive(Clone)]
pub(crate) struct Fingerprint<'a>(FoldHasher<'a>);

/// A fingerprint is a hash already.
#[derive(Debug, Default)]
pub(crate) struct AsIs(u64);

const SENT: u8 = 0;
const SHOWN: u8 = 1;

/// Memory that one more series takes here: two entries, and the table's spare room.
pub(crate) const SLOT_BYTES: usize = 2 * (size_of::<(u64, Slot)>() + 1) * 3 / 2;

impl Slots {
    /// Empty, with room for so many series.
    pub(crate) fn with_room_for(series: usize) -> Self {
        Self(HashMap::with_capacity_and_hasher(2 * series, BuildHasherDefault::default()))
    }

    #[inline]
    pub(crate) fn get(&self, fingerprint: u64) -> Option<Slot> {
        self.0.get(&fingerprint).copied()
    }

    pub(crate) fn insert(&mut self, fingerprint: u64, slot: Slot) {
        self.0.insert(fingerprint, slot);
    }

    pub(crate) fn remove(&mut self, fingerprint: u64) {
        self.0.remove(&fingerprint);
    }
}

impl Fingerprints {
    /// Of a family as it was sent; its series' labels go on from here.
    #[inline]
    pub(crate) fn sent(&self, name: &[u8], kind: Kind) -> Fingerprint<'_> {
        let mut hasher = self.0.build_hasher();
        hasher.write_u8(SENT);
        hasher.write_u8(kind as u8);
        hasher.write_usize(name.len());
        hasher.write(name);
        Fingerprint(hasher)
    }

    /// Of a series as it is shown.
    pub(crate) fn shown(&self, family: u32, labels: &str) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write_u8(SHOWN);
        hasher.write_u32(family);
        hasher.write(labels.as_bytes());
        hasher.finish()
    }
}

impl Fingerprint<'_> {
    /// Goes on with one label's bytes.
    #[inline]
    pub(crate) fn label(&mut self, bytes: &[u8]) {
        self.0.write_usize(bytes.len());
        self.0.write(bytes);
    }

    #[inline]
    pub(crate) fn finish(&self) -> u64 {
        self.0.finish()
    }
}

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
