//! A host name and the answers to its lookups, one for each address family that is looked up separately.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use super::lookup::LookupError;
use crate::config::FailPolicy;

/// A host name. Each family's last addresses stay in use until its next answer, so that a slow or failing lookup does not
/// hold up the others. The port of an address is 0.
#[derive(Debug)]
pub(super) struct Name {
    families: Vec<Family>,
    is_literal: bool,
}

#[derive(Debug)]
struct Family {
    /// Addresses at the end of the last round.
    last: Vec<SocketAddr>,
    answer: Answer,
}

/// Answer to a lookup of this round.
#[derive(Debug)]
enum Answer {
    Pending,
    Found(Vec<SocketAddr>),
    /// There is none, for lack of the balancer's own resources: it says nothing about the name.
    Unknown,
    /// The name has no address of this family.
    Absent,
    Failed,
}

impl Name {
    /// An IP address, which needs no lookup.
    pub(super) fn literal(address: IpAddr) -> Self {
        let answer = Answer::Found(vec![SocketAddr::new(address, 0)]);
        Self { families: vec![Family { last: Vec::new(), answer }], is_literal: true }
    }

    /// A name with the addresses `last` in each of its families.
    pub(super) fn new(last: impl IntoIterator<Item = Vec<SocketAddr>>) -> Self {
        let family = |last| Family { last, answer: Answer::Pending };
        Self { families: last.into_iter().map(family).collect(), is_literal: false }
    }

    /// Adds the answer of the family at `index`.
    pub(super) fn set(&mut self, index: usize, result: &Result<Vec<SocketAddr>, LookupError>) {
        self.families[index].answer = match result {
            Ok(addresses) => Answer::Found(addresses.clone()),
            Err(error) if error.is_absent() => Answer::Absent,
            Err(LookupError::Shortage(_)) => Answer::Unknown,
            Err(_) => Answer::Failed,
        };
    }

    /// Begins a round: the addresses in use become the last ones. Returns the number of families to look up.
    pub(super) fn begin_round(&mut self, policy: FailPolicy) -> usize {
        if self.is_literal {
            return 0;
        }
        let addresses: Vec<_> =
            self.families.iter().map(|family| self.addresses_of(family, policy).to_vec()).collect();
        for (family, last) in self.families.iter_mut().zip(addresses) {
            *family = Family { last, answer: Answer::Pending };
        }
        self.families.len()
    }

    /// The addresses to use, given the answers so far, each of them once: resolvers repeat addresses that the hosts file or
    /// DNS has twice.
    pub(super) fn addresses(&self, policy: FailPolicy) -> Vec<SocketAddr> {
        let mut seen = HashSet::new();
        let addresses = self.families.iter().flat_map(|family| self.addresses_of(family, policy));
        addresses.copied().map(canonical).filter(|address| seen.insert(*address)).collect()
    }

    fn addresses_of<'a>(&self, family: &'a Family, policy: FailPolicy) -> &'a [SocketAddr] {
        match &family.answer {
            Answer::Found(addresses) => addresses,
            Answer::Pending | Answer::Unknown => &family.last,
            // A name without any address may be a mistake in DNS: the policy decides.
            Answer::Absent if self.is_found() => &[],
            Answer::Absent if self.is_open() => &family.last,
            Answer::Absent | Answer::Failed => match policy {
                FailPolicy::KeepLast => &family.last,
                FailPolicy::SetEmpty => &[],
            },
        }
    }

    /// Whether a lookup returned addresses.
    pub(super) fn is_found(&self) -> bool {
        self.families.iter().any(|family| matches!(family.answer, Answer::Found(_)))
    }

    /// Whether all lookups were answered, with no address in any of them.
    pub(super) fn is_absent(&self) -> bool {
        self.families.iter().all(|family| matches!(family.answer, Answer::Absent))
    }

    /// Whether a lookup has no answer.
    pub(super) fn is_open(&self) -> bool {
        self.families.iter().any(|family| matches!(family.answer, Answer::Pending | Answer::Unknown))
    }
}

/// An IPv4-mapped address as the IPv4 address.
fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, address.port()),
        IpAddr::V6(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(number: u8) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, number], 0))
    }

    fn apply(name: &mut Name, index: usize, answer: Option<Result<u8, LookupError>>) {
        if let Some(result) = answer {
            name.set(index, &result.map(|number| vec![address(number)]));
        }
    }

    fn answer() -> impl Strategy<Value = Option<Result<u8, LookupError>>> {
        prop_oneof![
            Just(None),
            (10..20_u8).prop_map(|number| Some(Ok(number))),
            Just(Some(Err(LookupError::NoRecords))),
            Just(Some(Err(LookupError::Timeout))),
            Just(Some(Err(LookupError::Shortage("no descriptors".into())))),
        ]
    }

    proptest! {
        #[test]
        fn an_answer_is_used_whatever_the_other_family_does(number in 10..20_u8, other in answer()) {
            for policy in [FailPolicy::KeepLast, FailPolicy::SetEmpty] {
                let mut name = Name::new([vec![address(1)], vec![address(2)]]);
                apply(&mut name, 0, Some(Ok(number)));
                apply(&mut name, 1, other.clone());
                let keeps = match &other {
                    None | Some(Err(LookupError::Shortage(_))) => true,
                    Some(Err(LookupError::Timeout)) => policy == FailPolicy::KeepLast,
                    Some(_) => false,
                };
                let addresses = name.addresses(policy);
                prop_assert_eq!(addresses[0], address(number));
                prop_assert_eq!(addresses.contains(&address(2)), keeps);
            }
        }

        #[test]
        fn a_name_without_an_answer_keeps_or_loses_its_addresses_as_the_policy_says(
            first in answer(), second in answer(),
        ) {
            let is_found = |answer: &Option<Result<u8, LookupError>>| matches!(answer, Some(Ok(_)));
            prop_assume!(!is_found(&first) && !is_found(&second));
            let mut name = Name::new([vec![address(1)], vec![address(2)]]);
            let is_open = |answer: &Option<_>| matches!(answer, None | Some(Err(LookupError::Shortage(_))));
            let (first_is_open, second_is_open) = (is_open(&first), is_open(&second));
            let has_failed = |answer: &Option<_>| matches!(answer, Some(Err(LookupError::Timeout)));
            let loses = [
                has_failed(&first) || !(first_is_open || second_is_open),
                has_failed(&second) || !(first_is_open || second_is_open),
            ];
            apply(&mut name, 0, first);
            apply(&mut name, 1, second);
            prop_assert_eq!(name.addresses(FailPolicy::KeepLast), [address(1), address(2)]);
            let kept = name.addresses(FailPolicy::SetEmpty);
            prop_assert_eq!([address(1), address(2)].map(|address| !kept.contains(&address)), loses);
            name.begin_round(FailPolicy::KeepLast);
            prop_assert_eq!(name.addresses(FailPolicy::SetEmpty), [address(1), address(2)]);
        }

        #[test]
        fn each_address_is_used_once_in_the_order_of_the_answers(
            v4 in proptest::collection::vec(1..6_u8, 0..8), v6 in proptest::collection::vec(1..6_u8, 0..8),
        ) {
            let mapped = |number: &u8| match address(*number).ip() {
                IpAddr::V4(ip) => SocketAddr::new(ip.to_ipv6_mapped().into(), 0),
                IpAddr::V6(_) => unreachable!("an IPv4 address"),
            };
            let mut name = Name::new([Vec::new(), Vec::new()]);
            name.set(0, &Ok(v4.iter().copied().map(address).collect()));
            name.set(1, &Ok(v6.iter().map(mapped).collect()));
            let addresses = name.addresses(FailPolicy::KeepLast);
            let mut expected: Vec<SocketAddr> = Vec::new();
            for address in v4.iter().chain(&v6).copied().map(address) {
                if !expected.contains(&address) {
                    expected.push(address);
                }
            }
            prop_assert_eq!(addresses, expected);
        }
    }
}
