//! Properties of the calculations, checked against their definitions.

use dashboards::reduce::Calc;
use proptest::prelude::*;

fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::weighted(0.8, -1000..1000_i32), 0..30)
        .prop_map(|values| values.into_iter().map(|value| value.map(f64::from)).collect())
}

proptest! {
    #[test]
    fn calculations_match_their_definitions(values in values()) {
        let present: Vec<f64> = values.iter().copied().flatten().collect();
        let of = |calc: Calc| calc.reduce(&values);
        let sum: f64 = present.iter().sum();
        let min = present.iter().copied().reduce(f64::min);
        let max = present.iter().copied().reduce(f64::max);
        prop_assert_eq!(of(Calc::Last), values.last().copied().flatten());
        prop_assert_eq!(of(Calc::First), values.first().copied().flatten());
        prop_assert_eq!(of(Calc::LastNotNull), present.last().copied());
        prop_assert_eq!(of(Calc::FirstNotNull), present.first().copied());
        prop_assert_eq!(of(Calc::Sum), Some(sum));
        prop_assert_eq!(of(Calc::Count), Some(values.len() as f64));
        prop_assert_eq!(of(Calc::Min), min);
        prop_assert_eq!(of(Calc::Max), max);
        prop_assert_eq!(of(Calc::Range), min.zip(max).map(|(min, max)| max - min));
        prop_assert_eq!(of(Calc::Mean), (!present.is_empty()).then(|| sum / present.len() as f64));
        let ends = present.first().zip(present.last());
        prop_assert_eq!(of(Calc::Diff), ends.map(|(first, last)| last - first));
        let distinct: std::collections::BTreeSet<i64> = present.iter().map(|value| *value as i64).collect();
        prop_assert_eq!(of(Calc::DistinctCount), Some(distinct.len() as f64));
    }

    #[test]
    fn delta_equals_diff_for_a_counter_without_resets(steps in prop::collection::vec(0..100_u32, 1..20)) {
        let mut total = 0.0;
        let counter: Vec<Option<f64>> =
            steps.iter().map(|step| { total += f64::from(*step); Some(total) }).collect();
        prop_assert_eq!(Calc::Delta.reduce(&counter), Calc::Diff.reduce(&counter));
    }
}
