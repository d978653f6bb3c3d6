use proptest::prelude::*;

use super::*;

const HOLD: i64 = 1000;

fn inactive() -> Observation {
    Observation { state: AlertState::Inactive, active_at: None, hold_ms: HOLD }
}

fn active(state: AlertState, active_at: i64) -> Observation {
    Observation { state, active_at: Some(active_at), hold_ms: HOLD }
}

fn mail(status: Status, at: i64) -> Notice {
    Notice { alert: "A".into(), status, at }
}

fn steps(timeline: &Timeline, mails: &[Notice]) -> Vec<(StepKind, i64)> {
    timeline.steps(&mails.iter().collect::<Vec<_>>()).iter().map(|step| (step.kind, step.at)).collect()
}

#[test]
fn records_an_incident_from_the_fault_to_the_resolved_mail() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, inactive());
    timeline.observe_fault("f", Some(1500), 2000);
    timeline.observe(2000, inactive());
    timeline.observe(3000, active(AlertState::Pending, 2600));
    timeline.observe(4000, active(AlertState::Firing, 2600));
    timeline.observe_fault("f", None, 5000);
    timeline.observe(5000, active(AlertState::Firing, 2600));
    timeline.observe(9000, inactive());
    let mails = [mail(Status::Firing, 3700), mail(Status::Resolved, 8900)];
    assert_eq!(
        steps(&timeline, &mails),
        [
            (StepKind::Fault, 1500),
            (StepKind::Pending, 2600),
            (StepKind::Firing, 3600),
            (StepKind::Mailed, 3700),
            (StepKind::Cleared, 5000),
            // The mail shows that it was resolved before the poll.
            (StepKind::Resolved, 8900),
            (StepKind::ResolvedMail, 8900),
        ]
    );
    assert_eq!((timeline.state(), timeline.since()), (AlertState::Inactive, 9000));
}

#[test]
fn dates_an_alert_that_already_fires_by_its_activation() {
    let mut timeline = Timeline::default();
    timeline.observe(60_000, active(AlertState::Firing, 10_000));
    assert_eq!(steps(&timeline, &[]), [(StepKind::Pending, 10_000), (StepKind::Firing, 11_000)]);
    assert_eq!(timeline.since(), 11_000);
    let mails = [mail(Status::Firing, 4000), mail(Status::Firing, 11_200)];
    assert_eq!(steps(&timeline, &mails)[2], (StepKind::Mailed, 11_200));
}

#[test]
fn a_mail_may_arrive_before_the_poll_that_reports_firing() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, inactive());
    timeline.observe(2000, active(AlertState::Pending, 1900));
    let mails = [mail(Status::Firing, 2950)];
    assert_eq!(steps(&timeline, &mails), [(StepKind::Pending, 1900), (StepKind::Mailed, 2950)]);
    timeline.observe(3000, active(AlertState::Firing, 1900));
    assert_eq!(
        steps(&timeline, &mails),
        [(StepKind::Pending, 1900), (StepKind::Firing, 2900), (StepKind::Mailed, 2950)]
    );
}

#[test]
fn a_second_incident_drops_the_steps_and_mails_of_the_first() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, active(AlertState::Firing, 0));
    timeline.observe(2000, inactive());
    timeline.observe(5000, active(AlertState::Pending, 4500));
    let mails = [mail(Status::Firing, 1100), mail(Status::Resolved, 2100)];
    assert_eq!(steps(&timeline, &mails), [(StepKind::Pending, 4500)]);
    timeline.observe(6000, active(AlertState::Firing, 4500));
    timeline.observe(7000, inactive());
    assert_eq!(
        steps(&timeline, &mails),
        [(StepKind::Pending, 4500), (StepKind::Firing, 5500), (StepKind::Resolved, 7000)]
    );
}

#[test]
fn separates_two_incidents_between_two_polls() {
    let mut timeline = Timeline::default();
    timeline.observe(10_000, active(AlertState::Firing, 1000));
    timeline.observe(20_000, active(AlertState::Firing, 15_000));
    assert_eq!(steps(&timeline, &[]), [(StepKind::Pending, 15_000), (StepKind::Firing, 16_000)]);
}

#[test]
fn flapping_during_a_fault_is_one_incident() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, inactive());
    timeline.observe_fault("f", Some(1200), 2000);
    timeline.observe(2000, active(AlertState::Pending, 1800));
    timeline.observe(3000, inactive());
    assert_eq!(
        steps(&timeline, &[]),
        [(StepKind::Fault, 1200), (StepKind::Pending, 1800), (StepKind::Resolved, 3000)]
    );
    timeline.observe(4000, active(AlertState::Pending, 3500));
    timeline.observe(5000, active(AlertState::Firing, 3500));
    assert_eq!(
        steps(&timeline, &[]),
        [(StepKind::Fault, 1200), (StepKind::Pending, 3500), (StepKind::Firing, 4500)]
    );
}

#[test]
fn an_unseen_incident_has_no_steps_and_one_without_a_hold_no_pending() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, inactive());
    timeline.observe(9000, inactive());
    let mails = [mail(Status::Firing, 3000), mail(Status::Resolved, 5000)];
    assert_eq!(steps(&timeline, &mails), []);
    timeline.observe(10_000, Observation { hold_ms: 0, ..active(AlertState::Firing, 9500) });
    assert_eq!(steps(&timeline, &mails), [(StepKind::Firing, 9500)]);
}

proptest! {
    #[test]
    fn any_sequence_yields_each_step_once_in_order_and_none_in_the_future(
        polls in proptest::collection::vec((1..3000_i64, 0..3_u8, 0..4000_i64, any::<bool>()), 1..60),
        mailed in proptest::collection::vec((any::<bool>(), 0..100_000_i64), 0..20),
    ) {
        let mails: Vec<Notice> = mailed
            .into_iter()
            .map(|(firing, at)| mail(if firing { Status::Firing } else { Status::Resolved }, at))
            .collect();
        let (mut timeline, mut now) = (Timeline::default(), 0);
        for (pause, state, ago, fault) in polls {
            now += pause;
            timeline.observe_fault("f", fault.then_some(now - ago), now);
            timeline.observe(now, match state {
                0 => inactive(),
                1 => active(AlertState::Pending, now - ago),
                _ => active(AlertState::Firing, now - ago),
            });
            let known: Vec<&Notice> = mails.iter().filter(|mail| mail.at <= now).collect();
            let steps = timeline.steps(&known);
            prop_assert!(steps.windows(2).all(|pair| pair[0].at <= pair[1].at));
            prop_assert!(steps.iter().all(|step| step.at <= now));
            let mut events: Vec<StepKind> = steps.iter().map(|step| step.kind).collect();
            events.sort_unstable();
            events.dedup();
            prop_assert_eq!(events.len(), steps.len());
            prop_assert_eq!(timeline.state() == AlertState::Firing, events.contains(&StepKind::Firing) && !events.contains(&StepKind::Resolved));
        }
    }
}
