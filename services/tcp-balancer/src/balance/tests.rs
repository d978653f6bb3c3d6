mod shares;

use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const ALL: [Algorithm; 5] = {
    use Algorithm::{IpHash1, LeastBandwidth, LeastConn, RoundRobin, Weight};
    [Weight, RoundRobin, LeastConn, LeastBandwidth, IpHash1]
};

/// A backend.
struct Member {
    host: String,
    weight: u32,
    priority: u32,
    turn: Turn,
}

impl Member {
    fn candidate(&self) -> Candidate<'_> {
        let Self { host, weight, priority, turn } = self;
        Candidate {
            host,
            port: 3000,
            weight: *weight,
            priority: *priority,
            active_connections: 0,
            bytes_per_second: 0,
            turn,
        }
    }
}

fn member(number: usize, weight: u32, priority: u32) -> Member {
    Member { host: format!("backend-{number}"), weight, priority, turn: Turn::default() }
}

fn members(count: usize) -> Vec<Member> {
    weighted(&vec![1; count])
}

fn weighted(weights: &[u32]) -> Vec<Member> {
    weights.iter().enumerate().map(|(number, weight)| member(number, *weight, 1)).collect()
}

fn weights(highest: u32) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(1..=highest, 1..8)
}

/// Selects among the members with these indices, which have no connections. Returns one of the indices.
fn select(algorithm: Algorithm, members: &[Member], indices: &[usize]) -> Option<usize> {
    let candidates: Vec<_> = indices.iter().map(|index| members[*index].candidate()).collect();
    Selector::default().select(algorithm, &candidates, CLIENT).map(|index| indices[index])
}

/// Active connections per backend after `connections` selections, none of which ends.
fn active_after(algorithm: Algorithm, weights: &[u32], connections: usize) -> Vec<u64> {
    let (members, mut selector) = (weighted(weights), Selector::default());
    let mut active = vec![0; weights.len()];
    for _ in 0..connections {
        let candidates: Vec<_> = members
            .iter()
            .zip(&active)
            .map(|(member, &active_connections)| Candidate { active_connections, ..member.candidate() })
            .collect();
        active[selector.select(algorithm, &candidates, CLIENT).expect("candidates")] += 1;
    }
    active
}

/// The algorithms that select in turn among backends without load.
fn in_turn() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(vec![Algorithm::RoundRobin, Algorithm::LeastConn, Algorithm::LeastBandwidth])
}

#[test]
fn selects_none_without_candidates() {
    for algorithm in ALL {
        assert_eq!(Selector::default().select(algorithm, &[], CLIENT), None, "{algorithm:?}");
    }
}

#[test]
fn leastbandwidth_selects_the_lowest_bandwidth() {
    let members = members(3);
    let candidates: Vec<_> = members
        .iter()
        .zip([30, 10, 20])
        .map(|(member, bytes_per_second)| Candidate { bytes_per_second, ..member.candidate() })
        .collect();
    for _ in 0..10 {
        assert_eq!(Selector::default().select(Algorithm::LeastBandwidth, &candidates, CLIENT), Some(1));
    }
}

proptest! {
    #[test]
    fn roundrobin_selects_each_backend_equally_often(backends in 1..8_usize, rounds in 1..20_usize) {
        let active = active_after(Algorithm::RoundRobin, &vec![1; backends], backends * rounds);
        prop_assert_eq!(active, vec![rounds as u64; backends]);
    }

    #[test]
    fn leastconn_keeps_counts_within_one_of_each_other(backends in 1..8_usize, connections in 0..100_usize) {
        let active = active_after(Algorithm::LeastConn, &vec![1; backends], connections);
        let (least, most) = (active.iter().min().expect("backends"), active.iter().max().expect("backends"));
        prop_assert!(most - least <= 1, "{:?}", active);
    }

    #[test]
    fn weight_gives_the_lowest_priority_number_points_in_proportion(
        weights_and_priorities in prop::collection::vec((0..50_u32, 0..3_u32), 1..8),
    ) {
        let members: Vec<_> = weights_and_priorities
            .iter()
            .enumerate()
            .map(|(number, &(weight, priority))| member(number, weight, priority))
            .collect();
        let candidates: Vec<_> = members.iter().map(Member::candidate).collect();
        let lowest = candidates.iter().map(|candidate| candidate.priority).min().expect("candidates");
        let expected: Vec<_> = candidates
            .iter()
            .map(|candidate| if candidate.priority == lowest { u64::from(candidate.weight) } else { 0 })
            .collect();
        let sum = expected.iter().sum();
        let (mut points, preferred) = (vec![0; candidates.len()], preferred(&candidates));
        for point in 0..sum {
            points[index_at_weight(&candidates, &preferred, point).expect("a point below the sum")] += 1;
        }
        prop_assert_eq!(points, expected);
        prop_assert_eq!(index_at_weight(&candidates, &preferred, sum), None);
    }

    #[test]
    fn weight_falls_back_to_round_robin_if_all_weights_are_0(count in 1..5_usize) {
        let members = weighted(&vec![0; count]);
        let candidates: Vec<_> = members.iter().map(Member::candidate).collect();
        let mut selector = Selector::default();
        let selected: Vec<_> =
            (0..count).filter_map(|_| selector.select(Algorithm::Weight, &candidates, CLIENT)).collect();
        prop_assert_eq!(selected, (0..count).collect::<Vec<_>>());
    }

    #[test]
    fn iphash1_moves_only_the_clients_of_a_removed_backend(
        clients in prop::collection::vec(any::<u32>(), 1..200),
        weights in prop::collection::vec(1..5_u32, 2..8),
        removed in 0..8_usize,
    ) {
        let (members, removed) = (weighted(&weights), removed % weights.len());
        let all: Vec<_> = members.iter().map(Member::candidate).collect();
        let mut remaining = all.clone();
        remaining.remove(removed);
        for client in clients {
            let client = IpAddr::V4(Ipv4Addr::from_bits(client));
            let select = |candidates: &[Candidate<'_>]| {
                let index = Selector::default().select(Algorithm::IpHash1, candidates, client);
                candidates[index.expect("candidates")].host.to_owned()
            };
            let before = select(&all);
            if before != members[removed].host {
                prop_assert_eq!(select(&remaining), before);
            }
        }
    }
}

/// 40,000 clients over 4 backends: each gets 10,000 within 10 % (the expected random deviation is 1 %).
#[test]
fn iphash1_spreads_clients_evenly() {
    let members = members(4);
    let candidates: Vec<_> = members.iter().map(Member::candidate).collect();
    let mut clients = [0_u32; 4];
    for client in 0..40_000 {
        let client = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + client));
        let index = Selector::default().select(Algorithm::IpHash1, &candidates, client);
        clients[index.expect("candidates")] += 1;
    }
    assert!(clients.iter().all(|count| count.abs_diff(10_000) < 1_000), "{clients:?}");
}
