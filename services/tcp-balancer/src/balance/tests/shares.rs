//! Shares in proportion to the weights, while backends fail and are retried, come and go.

use super::*;

/// nginx's smooth weighted round robin over a constant set.
struct Nginx {
    current: Vec<i64>,
}

impl Nginx {
    fn next(&mut self, weights: &[u32]) -> usize {
        let total: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
        for (current, weight) in self.current.iter_mut().zip(weights) {
            *current += i64::from(*weight);
        }
        let most = *self.current.iter().max().expect("backends");
        let selected = self.current.iter().position(|current| *current == most).expect("the maximum");
        self.current[selected] -= total;
        selected
    }
}

/// Serves a client: selects until a backend does not fail. Returns it, or `None` if all have failed.
fn serve(algorithm: Algorithm, members: &[Member], eligible: &[usize], fails: &[bool]) -> Option<usize> {
    let mut untried = eligible.to_vec();
    while let Some(selected) = select(algorithm, members, &untried) {
        if !fails[selected] {
            return Some(selected);
        }
        untried.retain(|index| *index != selected);
    }
    None
}

/// A change of the set of backends, or a client.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The backend becomes eligible or ineligible: it goes down or recovers, is drained or full.
    Toggle(usize),
    /// The backend begins to refuse connections or accepts them again.
    Fail(usize),
    /// Another backend takes the backend's place.
    Replace(usize),
    /// This many clients arrive.
    Clients(u8),
}

fn step(backends: usize) -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..backends).prop_map(Step::Toggle),
        2 => (0..backends).prop_map(Step::Fail),
        1 => (0..backends).prop_map(Step::Replace),
        4 => any::<u8>().prop_map(Step::Clients),
    ]
}

/// Weights, and changes of as many backends.
fn churn() -> impl Strategy<Value = (Vec<u32>, Vec<Step>)> {
    weights(10).prop_flat_map(|weights| {
        let steps = prop::collection::vec(step(weights.len()), 1..40);
        (Just(weights), steps)
    })
}

proptest! {
    #[test]
    fn a_constant_set_has_nginxs_sequence(algorithm in in_turn(), weights in weights(20), rounds in 1..5_u32) {
        let (members, mut nginx) = (weighted(&weights), Nginx { current: vec![0; weights.len()] });
        let all: Vec<_> = (0..weights.len()).collect();
        for _ in 0..rounds * weights.iter().sum::<u32>() {
            prop_assert_eq!(select(algorithm, &members, &all), Some(nginx.next(&weights)));
        }
    }

    #[test]
    fn backends_that_serve_have_exact_shares_while_others_refuse(
        algorithm in in_turn(), weights in weights(20), fails: [bool; 8], rounds in 1..5_u32,
    ) {
        let (members, all) = (weighted(&weights), (0..weights.len()).collect::<Vec<_>>());
        let expected: Vec<_> =
            weights.iter().zip(fails).map(|(weight, fails)| if fails { 0 } else { rounds * weight }).collect();
        let mut served = vec![0; weights.len()];
        for _ in 0..expected.iter().sum() {
            served[serve(algorithm, &members, &all, &fails).expect("a backend serves")] += 1;
        }
        prop_assert_eq!(served, expected);
    }

    /// As long as two backends can both be had, neither gets a connection more or less than its weight gives it, apart
    /// from a bound that does not grow.
    #[test]
    fn shares_are_those_of_the_weights_while_backends_come_go_and_fail(
        algorithm in in_turn(), (weights, steps) in churn(),
    ) {
        let count = weights.len();
        let mut members = weighted(&weights);
        let (mut is_eligible, mut fails) = (vec![true; count], vec![false; count]);
        // Connections since the set last changed.
        let mut served = vec![0_i64; count];
        for step in steps {
            match step {
                Step::Toggle(index) => is_eligible[index] = !is_eligible[index],
                Step::Fail(index) => fails[index] = !fails[index],
                Step::Replace(index) => members[index].turn = Turn::default(),
                Step::Clients(clients) => {
                    let eligible: Vec<_> = (0..count).filter(|index| is_eligible[*index]).collect();
                    for _ in 0..clients {
                        if let Some(selected) = serve(algorithm, &members, &eligible, &fails) {
                            served[selected] += 1;
                        }
                    }
                    let available = || eligible.iter().filter(|index| !fails[**index]);
                    for (a, b) in available().flat_map(|a| available().map(move |b| (*a, *b))) {
                        let (a_weight, b_weight) = (i64::from(weights[a]), i64::from(weights[b]));
                        let difference = (served[a] * b_weight - served[b] * a_weight).abs();
                        prop_assert!(difference <= 2 * (a_weight + b_weight), "{:?} {:?}", served, weights);
                    }
                    continue;
                }
            }
            served.fill(0);
        }
    }

    #[test]
    fn leastconn_gives_connections_that_stay_open_in_proportion_to_the_weights(
        weights in weights(20), rounds in 1..5_u32,
    ) {
        let connections = (rounds * weights.iter().sum::<u32>()) as usize;
        let expected: Vec<_> = weights.iter().map(|weight| u64::from(rounds * weight)).collect();
        prop_assert_eq!(active_after(Algorithm::LeastConn, &weights, connections), expected);
    }

    #[test]
    fn every_algorithm_prefers_the_lowest_priority_number_and_then_those_with_a_weight(
        algorithm in prop::sample::select(ALL.to_vec()),
        weights_and_priorities in prop::collection::vec((0..3_u32, 0..3_u32), 1..8),
    ) {
        let members: Vec<_> = weights_and_priorities
            .iter()
            .enumerate()
            .map(|(number, &(weight, priority))| member(number, weight, priority))
            .collect();
        let rank = |index: usize| (members[index].priority, members[index].weight == 0);
        let mut remaining: Vec<_> = (0..members.len()).collect();
        while let Some(selected) = select(algorithm, &members, &remaining) {
            let first = remaining.iter().map(|index| rank(*index)).min().expect("candidates");
            prop_assert_eq!(rank(selected), first);
            remaining.retain(|index| *index != selected);
        }
        prop_assert!(remaining.is_empty());
    }
}

#[test]
fn leastbandwidth_compares_bandwidths_per_weight() {
    let members = weighted(&[4, 1]);
    let [heavy, light] = [0, 1].map(|index: usize| members[index].candidate());
    for (heavy_rate, light_rate, expected) in [(399, 100, 0), (401, 100, 1), (u64::MAX, u64::MAX, 0)] {
        let candidates = [
            Candidate { bytes_per_second: heavy_rate, ..heavy },
            Candidate { bytes_per_second: light_rate, ..light },
        ];
        let selected = Selector::default().select(Algorithm::LeastBandwidth, &candidates, CLIENT);
        assert_eq!(selected, Some(expected), "{heavy_rate} {light_rate}");
    }
}

/// 40,000 clients over weights that add up to 8: each backend gets its share within 5 % of all clients' eighth.
#[test]
fn iphash1_spreads_clients_in_proportion_to_the_weights() {
    let weights = [1, 2, 5];
    let members = weighted(&weights);
    let candidates: Vec<_> = members.iter().map(Member::candidate).collect();
    let mut clients = [0_u32; 3];
    for client in 0..40_000 {
        let client = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + client));
        let index = Selector::default().select(Algorithm::IpHash1, &candidates, client);
        clients[index.expect("candidates")] += 1;
    }
    for (count, weight) in clients.iter().zip(weights) {
        assert!(count.abs_diff(5_000 * weight) < 250 * weight, "{clients:?}");
    }
}
