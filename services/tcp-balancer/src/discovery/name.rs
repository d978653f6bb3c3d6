//! A host name and the answers to its lookups, one for each address family that is looked up separately.

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

    /// The addresses to use, given the answers so far.
    pub(super) fn addresses(&self, policy: FailPolicy) -> Vec<SocketAddr> {
        let addresses = self.families.iter().flat_map(|family| self.addresses_of(family, policy));
        addresses.copied().collect()
    }

    fn addresses_of<'a>(&self, family: &'a Family, policy: FailPolicy) -> &'a [SocketAddr] {
        match &family.answer {
            Answer::Found(addresses) => addresses,
            Answer::Pending => &family.last,
            // A name without any address may be a mistake in DNS: the policy decides.
            Answer::Absent if self.is_found() => &[],
            Answer::Absent if self.is_pending() => &family.last,
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

    /// Whether a lookup failed.
    pub(super) fn has_failed(&self) -> bool {
        self.families.iter().any(|family| matches!(family.answer, Answer::Failed))
    }

    /// Whether a lookup has no answer yet.
    fn is_pending(&self) -> bool {
        self.families.iter().any(|family| matches!(family.answer, Answer::Pending))
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
                    None => true,
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
            let is_pending = first.is_none() || second.is_none();
            apply(&mut name, 0, first);
            apply(&mut name, 1, second);
            prop_assert_eq!(name.addresses(FailPolicy::KeepLast), [address(1), address(2)]);
            prop_assert_eq!(name.addresses(FailPolicy::SetEmpty).is_empty(), !is_pending);
            name.begin_round(FailPolicy::KeepLast);
            prop_assert_eq!(name.addresses(FailPolicy::SetEmpty), [address(1), address(2)]);
        }
    }
}
