use proptest::prelude::*;

use super::*;

const HOLD: i64 = 1000;

fn inactive() -> Seen {
    Seen { standing: Standing::Inactive, active_at: None, hold: HOLD }
}

fn active(standing: Standing, active_at: i64) -> Seen {
    Seen { standing, active_at: Some(active_at), hold: HOLD }
}

fn mail(status: Status, at: i64) -> Told {
    Told { alert: "A".into(), status, at }
}

fn steps(timeline: &Timeline, mails: &[Told]) -> Vec<(Event, i64)> {
    timeline.steps(&mails.iter().collect::<Vec<_>>()).iter().map(|step| (step.event, step.at)).collect()
}

#[test]
fn a_round_goes_from_the_fault_over_the_mails_to_the_end() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, inactive());
    timeline.fault("f", Some(1500), 2000);
    timeline.observe(2000, inactive());
    timeline.observe(3000, active(Standing::Pending, 2600));
    timeline.observe(4000, active(Standing::Firing, 2600));
    timeline.fault("f", None, 5000);
    timeline.observe(5000, active(Standing::Firing, 2600));
    timeline.observe(9000, inactive());
    let mails = [mail(Status::Firing, 3700), mail(Status::Resolved, 8900)];
    assert_eq!(
        steps(&timeline, &mails),
        [
            (Event::Fault, 1500),
            (Event::Pending, 2600),
            (Event::Firing, 3600),
            (Event::Mailed, 3700),
            (Event::Back, 5000),
            // The mail proves that it was over before the look.
            (Event::Resolved, 8900),
            (Event::ResolvedMail, 8900),
        ]
    );
    assert_eq!((timeline.standing(), timeline.since()), (Standing::Inactive, 9000));
}

#[test]
fn what_fires_already_is_shown_since_it_became_active() {
    let mut timeline = Timeline::default();
    timeline.observe(60_000, active(Standing::Firing, 10_000));
    assert_eq!(steps(&timeline, &[]), [(Event::Pending, 10_000), (Event::Firing, 11_000)]);
    assert_eq!(timeline.since(), 11_000);
    let mails = [mail(Status::Firing, 4000), mail(Status::Firing, 11_200)];
    assert_eq!(steps(&timeline, &mails)[2], (Event::Mailed, 11_200));
}

#[test]
fn a_mail_may_be_there_before_we_look() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, inactive());
    timeline.observe(2000, active(Standing::Pending, 1900));
    let mails = [mail(Status::Firing, 2950)];
    assert_eq!(steps(&timeline, &mails), [(Event::Pending, 1900), (Event::Mailed, 2950)]);
    timeline.observe(3000, active(Standing::Firing, 1900));
    assert_eq!(
        steps(&timeline, &mails),
        [(Event::Pending, 1900), (Event::Firing, 2900), (Event::Mailed, 2950)]
    );
}

#[test]
fn a_second_round_forgets_the_first_and_its_mails() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, active(Standing::Firing, 0));
    timeline.observe(2000, inactive());
    timeline.observe(5000, active(Standing::Pending, 4500));
    let mails = [mail(Status::Firing, 1100), mail(Status::Resolved, 2100)];
    assert_eq!(steps(&timeline, &mails), [(Event::Pending, 4500)]);
    timeline.observe(6000, active(Standing::Firing, 4500));
    timeline.observe(7000, inactive());
    assert_eq!(
        steps(&timeline, &mails),
        [(Event::Pending, 4500), (Event::Firing, 5500), (Event::Resolved, 7000)]
    );
}

#[test]
fn two_rounds_between_two_looks_are_told_apart() {
    let mut timeline = Timeline::default();
    timeline.observe(10_000, active(Standing::Firing, 1000));
    timeline.observe(20_000, active(Standing::Firing, 15_000));
    assert_eq!(steps(&timeline, &[]), [(Event::Pending, 15_000), (Event::Firing, 16_000)]);
}

#[test]
fn flapping_under_a_fault_is_one_round() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, inactive());
    timeline.fault("f", Some(1200), 2000);
    timeline.observe(2000, active(Standing::Pending, 1800));
    timeline.observe(3000, inactive());
    assert_eq!(
        steps(&timeline, &[]),
        [(Event::Fault, 1200), (Event::Pending, 1800), (Event::Resolved, 3000)]
    );
    timeline.observe(4000, active(Standing::Pending, 3500));
    timeline.observe(5000, active(Standing::Firing, 3500));
    assert_eq!(steps(&timeline, &[]), [(Event::Fault, 1200), (Event::Pending, 3500), (Event::Firing, 4500)]);
}

#[test]
fn an_alert_that_was_missed_whole_leaves_no_steps_and_one_without_a_hold_no_pending() {
    let mut timeline = Timeline::default();
    timeline.observe(1000, inactive());
    timeline.observe(9000, inactive());
    let mails = [mail(Status::Firing, 3000), mail(Status::Resolved, 5000)];
    assert_eq!(steps(&timeline, &mails), []);
    timeline.observe(10_000, Seen { hold: 0, ..active(Standing::Firing, 9500) });
    assert_eq!(steps(&timeline, &mails), [(Event::Firing, 9500)]);
}

proptest! {
    #[test]
    fn any_sequence_leaves_each_step_once_in_order_and_none_in_the_future(
        looks in proptest::collection::vec((1..3000_i64, 0..3_u8, 0..4000_i64, any::<bool>()), 1..60),
        mailed in proptest::collection::vec((any::<bool>(), 0..100_000_i64), 0..20),
    ) {
        let mails: Vec<Told> = mailed
            .into_iter()
            .map(|(firing, at)| mail(if firing { Status::Firing } else { Status::Resolved }, at))
            .collect();
        let (mut timeline, mut now) = (Timeline::default(), 0);
        for (pause, standing, ago, fault) in looks {
            now += pause;
            timeline.fault("f", fault.then_some(now - ago), now);
            timeline.observe(now, match standing {
                0 => inactive(),
                1 => active(Standing::Pending, now - ago),
                _ => active(Standing::Firing, now - ago),
            });
            let known: Vec<&Told> = mails.iter().filter(|mail| mail.at <= now).collect();
            let steps = timeline.steps(&known);
            prop_assert!(steps.windows(2).all(|pair| pair[0].at <= pair[1].at));
            prop_assert!(steps.iter().all(|step| step.at <= now));
            let mut events: Vec<Event> = steps.iter().map(|step| step.event).collect();
            events.sort_unstable();
            events.dedup();
            prop_assert_eq!(events.len(), steps.len());
            prop_assert_eq!(timeline.standing() == Standing::Firing, events.contains(&Event::Firing) && !events.contains(&Event::Resolved));
        }
    }
}
