use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn hosts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("backend-{number}")).collect()
}

fn candidate(host: &str) -> Candidate<'_> {
    Candidate { host, port: 3000, weight: 1, priority: 1, active_connections: 0, bytes_per_second: 0 }
}

/// Active connections per backend after `connections` selections, none of which ends.
fn active_after(algorithm: Algorithm, backends: usize, connections: usize) -> Vec<u64> {
    let (hosts, mut selector) = (hosts(backends), Selector::default());
    let mut active = vec![0; backends];
    for _ in 0..connections {
        let candidates: Vec<_> = hosts
            .iter()
            .zip(&active)
            .map(|(host, &active_connections)| Candidate { active_connections, ..candidate(host) })
            .collect();
        active[selector.select(algorithm, &candidates, CLIENT).expect("candidates")] += 1;
    }
    active
}

#[test]
fn selects_none_without_candidates() {
    use Algorithm::{IpHash1, LeastBandwidth, LeastConn, RoundRobin, Weight};
    for algorithm in [Weight, RoundRobin, LeastConn, LeastBandwidth, IpHash1] {
        assert_eq!(Selector::default().select(algorithm, &[], CLIENT), None, "{algorithm:?}");
    }
}

#[test]
fn leastbandwidth_selects_the_lowest_bandwidth() {
    let hosts = hosts(3);
    let candidates: Vec<_> = hosts
        .iter()
        .zip([30, 10, 20])
        .map(|(host, bytes_per_second)| Candidate { bytes_per_second, ..candidate(host) })
        .collect();
    for _ in 0..10 {
        assert_eq!(Selector::default().select(Algorithm::LeastBandwidth, &candidates, CLIENT), Some(1));
    }
}

proptest! {
    #[test]
    fn roundrobin_selects_each_backend_equally_often(backends in 1..8_usize, rounds in 1..20_usize) {
        let active = active_after(Algorithm::RoundRobin, backends, backends * rounds);
        prop_assert_eq!(active, vec![rounds as u64; backends]);
    }

    #[test]
    fn leastconn_keeps_counts_within_one_of_each_other(backends in 1..8_usize, connections in 0..100_usize) {
        let active = active_after(Algorithm::LeastConn, backends, connections);
        let (least, most) = (active.iter().min().expect("backends"), active.iter().max().expect("backends"));
        prop_assert!(most - least <= 1, "{:?}", active);
    }

    #[test]
    fn weight_gives_the_lowest_priority_number_points_in_proportion(
        weights_and_priorities in prop::collection::vec((0..50_u32, 0..3_u32), 1..8),
    ) {
        let hosts = hosts(weights_and_priorities.len());
        let candidates: Vec<_> = hosts
            .iter()
            .zip(&weights_and_priorities)
            .map(|(host, &(weight, priority))| Candidate { weight, priority, ..candidate(host) })
            .collect();
        let lowest = candidates.iter().map(|candidate| candidate.priority).min().expect("candidates");
        let expected: Vec<_> = candidates
            .iter()
            .map(|candidate| if candidate.priority == lowest { u64::from(candidate.weight) } else { 0 })
            .collect();
        let sum = expected.iter().sum();
        let mut points = vec![0; candidates.len()];
        for point in 0..sum {
            points[index_at_weight(&candidates, point).expect("a point below the sum")] += 1;
        }
        prop_assert_eq!(points, expected);
        prop_assert_eq!(index_at_weight(&candidates, sum), None);
    }

    #[test]
    fn weight_falls_back_to_round_robin_if_all_weights_are_0(count in 1..5_usize) {
        let hosts = hosts(count);
        let candidates: Vec<_> = hosts.iter().map(|host| Candidate { weight: 0, ..candidate(host) }).collect();
        let mut selector = Selector::default();
        let selected: Vec<_> =
            (0..count).filter_map(|_| selector.select(Algorithm::Weight, &candidates, CLIENT)).collect();
        prop_assert_eq!(selected, (0..count).collect::<Vec<_>>());
    }

    #[test]
    fn iphash1_moves_only_the_clients_of_a_removed_backend(
        clients in prop::collection::vec(any::<u32>(), 1..200), count in 2..8_usize, removed in 0..8_usize,
    ) {
        let (hosts, removed) = (hosts(count), removed % count);
        let all: Vec<_> = hosts.iter().map(|host| candidate(host)).collect();
        let mut remaining = all.clone();
        remaining.remove(removed);
        for client in clients {
            let client = IpAddr::V4(Ipv4Addr::from_bits(client));
            let select = |candidates: &[Candidate<'_>]| {
                let index = Selector::default().select(Algorithm::IpHash1, candidates, client);
                candidates[index.expect("candidates")].host.to_owned()
            };
            let before = select(&all);
            if before != hosts[removed] {
                prop_assert_eq!(select(&remaining), before);
            }
        }
    }
}

/// 40,000 clients over 4 backends: each gets 10,000 within 10 % (the expected random deviation is 1 %).
#[test]
fn iphash1_spreads_clients_evenly() {
    let hosts = hosts(4);
    let candidates: Vec<_> = hosts.iter().map(|host| candidate(host)).collect();
    let mut clients = [0_u32; 4];
    for client in 0..40_000 {
        let client = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + client));
        let index = Selector::default().select(Algorithm::IpHash1, &candidates, client);
        clients[index.expect("candidates")] += 1;
    }
    assert!(clients.iter().all(|count| count.abs_diff(10_000) < 1_000), "{clients:?}");
}
