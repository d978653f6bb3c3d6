//! Finds the slot of a series by fingerprint.
//!
//! A fingerprint is a 64-bit hash over name, type and labels as encoded on the wire, so that a known series is found
//! without decoding. Its key is random per process: nobody can construct a collision, and among 200,000 series of a node
//! two collide by chance once in about 10^9 runs. A collision affects only the series of that node.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use foldhash::quality::{FoldHasher, RandomState};

use crate::wire::Kind;

/// The position of a series: its family, and its index in the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) family: u32,
    pub(crate) series: u32,
}

/// The slots of a node's series. Each series has two entries: by its last encoding, and by its rendered labels.
#[derive(Debug, Default)]
pub(crate) struct SlotIndex(HashMap<u64, Slot, BuildHasherDefault<IdentityHasher>>);

/// Computes fingerprints with one random key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fingerprints(RandomState);

/// The fingerprint of an encoded family, to be extended by the labels of a series.
#[derive(Clone)]
pub(crate) struct Fingerprint<'a>(FoldHasher<'a>);

/// Returns the key itself, which is a fingerprint and thus a hash already.
#[derive(Debug, Default)]
pub(crate) struct IdentityHasher(u64);

/// Prefixes that keep the kinds of fingerprints apart.
const ENCODED: u8 = 0;
const RENDERED: u8 = 1;
const SAVED: u8 = 2;

/// Memory per series in the index: two entries, plus the table's spare capacity.
pub(crate) const SLOT_BYTES: usize = 2 * (size_of::<(u64, Slot)>() + 1) * 3 / 2;

impl SlotIndex {
    pub(crate) fn with_capacity(series: usize) -> Self {
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
    /// Starts the fingerprint of a series of this encoded family.
    #[inline]
    pub(crate) fn of_encoded(&self, name: &[u8], kind: Kind) -> Fingerprint<'_> {
        let mut hasher = self.0.build_hasher();
        hasher.write_u8(ENCODED);
        hasher.write_u8(kind as u8);
        hasher.write_usize(name.len());
        hasher.write(name);
        Fingerprint(hasher)
    }

    /// The fingerprint of a saved series whose encoding is unknown. The first encoding replaces it.
    pub(crate) fn of_saved(&self, name: &str, kind: Kind, labels: &str) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write_u8(SAVED);
        hasher.write_u8(kind as u8);
        hasher.write_usize(name.len());
        hasher.write(name.as_bytes());
        hasher.write(labels.as_bytes());
        hasher.finish()
    }

    /// The fingerprint of a series by its rendered labels.
    pub(crate) fn of_rendered(&self, family: u32, labels: &str) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write_u8(RENDERED);
        hasher.write_u32(family);
        hasher.write(labels.as_bytes());
        hasher.finish()
    }
}

impl Fingerprint<'_> {
    /// Extends the fingerprint by an encoded label.
    #[inline]
    pub(crate) fn add_label(&mut self, bytes: &[u8]) {
        self.0.write_usize(bytes.len());
        self.0.write(bytes);
    }

    #[inline]
    pub(crate) fn finish(&self) -> u64 {
        self.0.finish()
    }
}

impl Hasher for IdentityHasher {
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
