//! Rendezvous hashing: of all back ends, a client gets the one with which it scores highest.

use std::net::IpAddr;

use crate::config::Target;

/// The same in every process, so that a restart moves no client.
pub(super) fn score(client: IpAddr, target: &Target) -> u64 {
    let mut hash = Fnv::new();
    match client.to_canonical() {
        IpAddr::V4(address) => hash.add(&address.octets()),
        IpAddr::V6(address) => hash.add(&address.octets()),
    }
    hash.add(target.host.as_bytes());
    hash.add(&target.port.to_be_bytes());
    hash.finish()
}

/// FNV-1a.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// FNV's last bytes hardly reach its high bits, by which scores are compared: they are mixed (as `SplitMix64` does).
    fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
