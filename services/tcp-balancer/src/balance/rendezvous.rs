//! Weighted rendezvous hashing: each client prefers the candidate with the highest score.

use std::net::IpAddr;

use super::Candidate;

/// Selects the candidate with the highest score for `client` among those with the indices `members`.
pub(super) fn select(candidates: &[Candidate<'_>], members: &[usize], client: IpAddr) -> Option<usize> {
    let score = |index: &usize| {
        let candidate = &candidates[*index];
        let hash = hash(client, candidate);
        (score(hash, candidate.share()), hash)
    };
    members.iter().copied().max_by(|a, b| {
        let ((a, a_hash), (b, b_hash)) = (score(a), score(b));
        a.total_cmp(&b).then(a_hash.cmp(&b_hash))
    })
}

/// `-weight / ln(u)`, where `u` is the hash as a number between 0 and 1. The highest of such scores belongs to each candidate
/// with a probability in proportion to its weight, and a candidate's score does not depend on the others. With equal weights,
/// scores compare as the hashes do.
///
/// Source: C. Schindelhauer and G. Schomaker, "Weighted distributed hash tables", SPAA 2005.
fn score(hash: u64, weight: u32) -> f64 {
    // 52 bits, so that the largest `u` is below 1.
    let u = ((hash >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
    -f64::from(weight) / u.ln()
}

/// The hash is the same in every process, so that a restart does not move clients to other backends.
fn hash(client: IpAddr, candidate: &Candidate<'_>) -> u64 {
    let mut hash = Fnv1a::new();
    match client.to_canonical() {
        IpAddr::V4(address) => hash.add(&address.octets()),
        IpAddr::V6(address) => hash.add(&address.octets()),
    }
    hash.add(candidate.host.as_bytes());
    hash.add(&candidate.port.to_be_bytes());
    hash.finish()
}

/// 64-bit FNV-1a (RFC 9923) with a finalizer.
struct Fnv1a(u64);

impl Fnv1a {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Applies `SplitMix64`'s finalizer: in FNV-1a, the last bytes barely affect the high bits, which decide how scores
    /// compare.
    fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
