//! Slots of long-lived responses, such as server-sent events. Their number is limited in total, per client, and per address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Maximum numbers of open streams.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    /// Of all clients together.
    pub total: usize,
    /// Of one client.
    pub per_client: usize,
    /// From one address: a proxy's clients, or a client that forges `x-forwarded-for`, leave slots for others.
    pub per_address: usize,
}

/// A client: the address of its connection, and what a proxy there reports as the client's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StreamClient {
    address: IpAddr,
    forwarded_for: Option<String>,
}

/// The slots; clones share them.
#[derive(Clone, Debug)]
pub struct StreamSlots {
    limits: StreamLimits,
    taken: Arc<Mutex<HashMap<StreamClient, usize>>>,
}

/// A slot, which is free again when it is dropped.
#[derive(Debug)]
pub struct StreamSlot {
    slots: StreamSlots,
    client: StreamClient,
}

/// No slot is free. Each variant has the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoFreeSlot {
    /// The limit in total.
    #[error("{0} event streams are open already")]
    Total(usize),
    /// The limit per client.
    #[error("{0} event streams of this client are open already")]
    Client(usize),
    /// The limit per address.
    #[error("{0} event streams from this address are open already")]
    Address(usize),
}

impl StreamClient {
    /// The last address of `x-forwarded-for` is the one that the nearest proxy has added.
    #[must_use]
    pub fn new(address: IpAddr, headers: &HeaderMap) -> Self {
        let last = headers.get_all(FORWARDED_FOR).iter().next_back().and_then(|value| value.to_str().ok());
        let forwarded_for = last.and_then(|list| list.rsplit(',').next()).map(|it| it.trim().to_owned());
        // An IPv4 client of a socket for both families is the same client.
        Self { address: address.to_canonical(), forwarded_for }
    }
}

impl StreamSlots {
    /// Slots that are all free.
    #[must_use]
    pub fn new(limits: StreamLimits) -> Self {
        Self { limits, taken: Arc::default() }
    }

    /// Takes a slot.
    ///
    /// # Errors
    ///
    /// The first limit that is reached: total, client, address.
    pub fn take(&self, client: StreamClient) -> Result<StreamSlot, NoFreeSlot> {
        let StreamLimits { total, per_client, per_address } = self.limits;
        let mut taken = self.taken();
        if taken.values().sum::<usize>() >= total {
            return Err(NoFreeSlot::Total(total));
        }
        if taken.get(&client).is_some_and(|count| *count >= per_client) {
            return Err(NoFreeSlot::Client(per_client));
        }
        let of_address = taken.iter().filter(|(other, _)| other.address == client.address);
        if of_address.map(|(_, count)| count).sum::<usize>() >= per_address {
            return Err(NoFreeSlot::Address(per_address));
        }
        *taken.entry(client.clone()).or_default() += 1;
        drop(taken);
        Ok(StreamSlot { slots: self.clone(), client })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<StreamClient, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        if let Some(count) = taken.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: StreamLimits = StreamLimits { total: 64, per_client: 16, per_address: 48 };

    fn client(last: u8, forwarded_for: &str) -> StreamClient {
        let headers = [(FORWARDED_FOR.parse().unwrap(), forwarded_for.parse().unwrap())];
        StreamClient::new([127, 0, 0, last].into(), &HeaderMap::from_iter(headers))
    }

    #[test]
    fn each_limit_is_reported_and_a_dropped_slot_is_free_again() {
        let slots = StreamSlots::new(LIMITS);
        let mut taken: Vec<_> = (0..LIMITS.per_client).map(|_| slots.take(client(1, "a")).unwrap()).collect();
        assert_eq!(slots.take(client(1, "forged, a")).unwrap_err(), NoFreeSlot::Client(16));
        for other in ["b", "c"] {
            taken.extend((0..LIMITS.per_client).map(|_| slots.take(client(1, other)).unwrap()));
        }
        assert_eq!(slots.take(client(1, "d")).unwrap_err(), NoFreeSlot::Address(48));
        taken.extend((0..LIMITS.per_client).map(|_| slots.take(client(2, "a")).unwrap()));
        assert_eq!(slots.take(client(3, "a")).unwrap_err(), NoFreeSlot::Total(64));
        taken.pop();
        assert!(slots.take(client(3, "a")).is_ok());
        drop(taken);
        assert!(slots.taken().is_empty());
    }

    #[test]
    fn an_ipv4_address_mapped_to_ipv6_is_the_same_client() {
        let mapped = "::ffff:127.0.0.1".parse().unwrap();
        let headers = HeaderMap::new();
        assert_eq!(StreamClient::new(mapped, &headers), StreamClient::new([127, 0, 0, 1].into(), &headers));
    }
}
