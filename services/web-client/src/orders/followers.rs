//! The places of clients that follow orders. Their number is limited in all, for each client, and for each connection's address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

/// Maximum number of clients that follow orders. Each uses a stream of the shared connection, and servers commonly allow 100
/// or 200 streams: the rest is for calls.
const MAX_FOLLOWERS: usize = 64;
/// Maximum number of streams of one client. A browser opens one per page.
const MAX_OF_CLIENT: usize = 16;
/// Maximum number of streams from one address: a proxy's clients, or one that invents clients, leave places for others.
const MAX_OF_ADDRESS: usize = 48;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// A client: the address of its connection, and what a proxy there reports as the client's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Client {
    address: IpAddr,
    forwarded_for: Option<String>,
}

/// The places; clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Followers(Arc<Mutex<HashMap<Client, usize>>>);

/// A place, which is free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    followers: Followers,
    client: Client,
}

/// No place is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    #[error("{MAX_FOLLOWERS} clients already follow orders")]
    All,
    #[error("{MAX_OF_CLIENT} streams of this client already follow orders")]
    Client,
    #[error("{MAX_OF_ADDRESS} streams from this address already follow orders")]
    Address,
}

impl Client {
    /// The last address of `x-forwarded-for` is the one that the nearest proxy has added.
    pub(super) fn new(address: IpAddr, headers: &HeaderMap) -> Self {
        let last = headers.get_all(FORWARDED_FOR).iter().next_back().and_then(|value| value.to_str().ok());
        let forwarded_for = last.and_then(|list| list.rsplit(',').next()).map(|it| it.trim().to_owned());
        Self { address, forwarded_for }
    }
}

impl Followers {
    pub(super) fn take(&self, client: Client) -> Result<Place, Full> {
        let mut places = self.places();
        let of_address = places.iter().filter(|(other, _)| other.address == client.address);
        let of_address: usize = of_address.map(|(_, count)| count).sum();
        if places.values().sum::<usize>() >= MAX_FOLLOWERS {
            return Err(Full::All);
        }
        if places.get(&client).is_some_and(|count| *count >= MAX_OF_CLIENT) {
            return Err(Full::Client);
        }
        if of_address >= MAX_OF_ADDRESS {
            return Err(Full::Address);
        }
        *places.entry(client.clone()).or_default() += 1;
        drop(places);
        Ok(Place { followers: self.clone(), client })
    }

    fn places(&self) -> MutexGuard<'_, HashMap<Client, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.followers.places();
        if let Some(count) = places.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                places.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(last: u8, forwarded_for: &str) -> Client {
        let headers = [(FORWARDED_FOR.parse().unwrap(), forwarded_for.parse().unwrap())];
        Client::new([127, 0, 0, last].into(), &HeaderMap::from_iter(headers))
    }

    #[test]
    fn each_limit_is_reported_and_a_dropped_place_is_free_again() {
        let followers = Followers::default();
        let mut places: Vec<_> =
            (0..MAX_OF_CLIENT).map(|_| followers.take(client(1, "a")).unwrap()).collect();
        assert_eq!(followers.take(client(1, "forged, a")).unwrap_err(), Full::Client);
        for other in ["b", "c"] {
            places.extend((0..MAX_OF_CLIENT).map(|_| followers.take(client(1, other)).unwrap()));
        }
        assert_eq!(followers.take(client(1, "d")).unwrap_err(), Full::Address);
        places.extend((0..MAX_OF_CLIENT).map(|_| followers.take(client(2, "a")).unwrap()));
        assert_eq!(followers.take(client(3, "a")).unwrap_err(), Full::All);
        places.pop();
        assert!(followers.take(client(3, "a")).is_ok());
        drop(places);
        assert!(followers.places().is_empty());
    }
}
