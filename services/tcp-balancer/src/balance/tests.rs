use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn targets(count: usize) -> Vec<Target> {
    (0..count).map(|number| Target { host: format!("backend-{number}"), port: 3000 }).collect()
}

fn candidate(target: &Target) -> Candidate<'_> {
    Candidate { target, share: Share::default(), active: 0, bandwidth: 0 }
}

fn with_share<'a>(target: &'a Target, (weight, priority): &(u32, u32)) -> Candidate<'a> {
    let share = Share { weight: *weight, priority: *priority, max_connections: 0 };
    Candidate { share, ..candidate(target) }
}

/// How often each is chosen, when each choice makes a connection that stays.
fn held(balance: Balance, count: usize, choices: usize) -> Vec<u64> {
    let (targets, mut turns) = (targets(count), Turns::default());
    let mut active = vec![0; count];
    for _ in 0..choices {
        let loaded = |(target, &active)| Candidate { active, ..candidate(target) };
        let candidates: Vec<_> = targets.iter().zip(&active).map(loaded).collect();
        active[turns.choose(balance, &candidates, CLIENT).expect("there are some")] += 1;
    }
    active
}

#[test]
fn nothing_is_chosen_from_nothing() {
    use Balance::{IpHash1, LeastBandwidth, LeastConn, RoundRobin, Weight};
    for balance in [Weight, RoundRobin, LeastConn, LeastBandwidth, IpHash1] {
        assert_eq!(Turns::default().choose(balance, &[], CLIENT), None, "{balance:?}");
    }
}

#[test]
fn leastbandwidth_is_both_ways_together() {
    let targets = targets(3);
    let rates = [30, 10, 20];
    let candidates: Vec<_> = targets
        .iter()
        .zip(rates)
        .map(|(target, bandwidth)| Candidate { bandwidth, ..candidate(target) })
        .collect();
    for _ in 0..10 {
        assert_eq!(Turns::default().choose(Balance::LeastBandwidth, &candidates, CLIENT), Some(1));
    }
}

proptest! {
    #[test]
    fn in_turns_each_gets_the_same(count in 1..8_usize, rounds in 1..20_usize) {
        prop_assert_eq!(held(Balance::RoundRobin, count, count * rounds), vec![rounds as u64; count]);
    }

    #[test]
    fn the_fewest_connections_differ_by_at_most_one(count in 1..8_usize, choices in 0..100_usize) {
        let active = held(Balance::LeastConn, count, choices);
        let (least, most) = (active.iter().min().expect("some"), active.iter().max().expect("some"));
        prop_assert!(most - least <= 1, "{:?}", active);
    }

    #[test]
    fn each_point_of_the_weights_belongs_to_one_of_the_lowest_priority(
        shares in prop::collection::vec((0..50_u32, 0..3_u32), 1..8),
    ) {
        let targets = targets(shares.len());
        let candidates: Vec<_> = targets.iter().zip(&shares).map(|(t, share)| with_share(t, share)).collect();
        let lowest = shares.iter().map(|share| share.1).min().expect("some");
        let of_lowest = |(weight, priority): &(u32, u32)| if *priority == lowest { u64::from(*weight) } else { 0 };
        let expected: Vec<_> = shares.iter().map(of_lowest).collect();
        let mut points = vec![0; shares.len()];
        for point in 0..expected.iter().sum() {
            points[at_weight(&candidates, point).expect("a point below the sum")] += 1;
        }
        prop_assert_eq!(points, expected);
        prop_assert_eq!(at_weight(&candidates, shares.iter().map(of_lowest).sum()), None);
    }

    #[test]
    fn weights_of_0_alone_are_in_turns(count in 1..5_usize) {
        let targets = targets(count);
        let candidates: Vec<_> = targets.iter().map(|target| with_share(target, &(0, 1))).collect();
        let mut turns = Turns::default();
        let chosen: Vec<_> =
            (0..count).filter_map(|_| turns.choose(Balance::Weight, &candidates, CLIENT)).collect();
        prop_assert_eq!(chosen, (0..count).collect::<Vec<_>>());
    }

    #[test]
    fn without_a_back_end_only_its_own_clients_move(
        clients in prop::collection::vec(any::<u32>(), 1..200), count in 2..8_usize, gone in 0..8_usize,
    ) {
        let (all, gone) = (targets(count), gone % count);
        let candidates: Vec<_> = all.iter().map(candidate).collect();
        let left: Vec<_> = candidates.iter().copied().filter(|one| *one.target != all[gone]).collect();
        for client in clients {
            let client = IpAddr::V4(Ipv4Addr::from_bits(client));
            let choose = |from: &[Candidate<'_>]| {
                let index = Turns::default().choose(Balance::IpHash1, from, client).expect("some");
                from[index].target.clone()
            };
            let before = choose(&candidates);
            if before != all[gone] {
                prop_assert_eq!(choose(&left), before);
            }
        }
    }
}

/// A fair hash: 4 of 10,000 clients each, give or take a tenth (the random spread is a hundredth).
#[test]
fn iphash1_spreads_clients_evenly() {
    let targets = targets(4);
    let candidates: Vec<_> = targets.iter().map(candidate).collect();
    let mut clients = [0_u32; 4];
    for client in 0..40_000 {
        let client = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + client));
        clients[Turns::default().choose(Balance::IpHash1, &candidates, client).expect("some")] += 1;
    }
    assert!(clients.iter().all(|count| count.abs_diff(10_000) < 1_000), "{clients:?}");
}
