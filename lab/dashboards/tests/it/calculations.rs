//! Calculations against their plain definitions.

use dashboards::reduce::Calc;
use proptest::prelude::*;

fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::weighted(0.8, -1000..1000_i32), 0..30)
        .prop_map(|values| values.into_iter().map(|value| value.map(f64::from)).collect())
}

proptest! {
    #[test]
    fn they_are_what_they_say(values in values()) {
        let there: Vec<f64> = values.iter().copied().flatten().collect();
        let of = |calc: Calc| calc.reduce(&values);
        let sum: f64 = there.iter().sum();
        let min = there.iter().copied().reduce(f64::min);
        let max = there.iter().copied().reduce(f64::max);
        prop_assert_eq!(of(Calc::Last), values.last().copied().flatten());
        prop_assert_eq!(of(Calc::First), values.first().copied().flatten());
        prop_assert_eq!(of(Calc::LastNotNull), there.last().copied());
        prop_assert_eq!(of(Calc::FirstNotNull), there.first().copied());
        prop_assert_eq!(of(Calc::Sum), Some(sum));
        prop_assert_eq!(of(Calc::Count), Some(values.len() as f64));
        prop_assert_eq!(of(Calc::Min), min);
        prop_assert_eq!(of(Calc::Max), max);
        prop_assert_eq!(of(Calc::Range), min.zip(max).map(|(min, max)| max - min));
        prop_assert_eq!(of(Calc::Mean), (!there.is_empty()).then(|| sum / there.len() as f64));
        let ends = there.first().zip(there.last());
        prop_assert_eq!(of(Calc::Diff), ends.map(|(first, last)| last - first));
        let distinct: std::collections::BTreeSet<i64> = there.iter().map(|value| *value as i64).collect();
        prop_assert_eq!(of(Calc::DistinctCount), Some(distinct.len() as f64));
    }

    #[test]
    fn a_counter_without_resets_grew_by_its_difference(steps in prop::collection::vec(0..100_u32, 1..20)) {
        let mut total = 0.0;
        let counter: Vec<Option<f64>> =
            steps.iter().map(|step| { total += f64::from(*step); Some(total) }).collect();
        prop_assert_eq!(Calc::Delta.reduce(&counter), Calc::Diff.reduce(&counter));
    }
}
