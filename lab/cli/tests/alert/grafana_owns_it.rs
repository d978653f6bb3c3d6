//! The whole round for an alert of Grafana's: with its mails where it is there, by the rule's own condition where not.

use crate::fake_lab::{FakeLab, output};

#[tokio::test]
async fn where_grafana_is_absent_the_condition_is_watched_and_the_mails_are_said_not_to_be_proven() {
    let lab = FakeLab::start("condition").await;
    let (code, stdout, stderr) = output(lab.command(&["alert", "order-slow"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for line in [
        "OrderSlow: holds, 1.1000 fires",
        "OrderSlow: holds no more, 0.0100 does not fire",
        "✓ OrderSlow's condition does not hold at rest",
        "✓ it holds under order-slow",
        "✓ it holds no more once the fault is off",
        "✓ orders panel 2 moves and comes back",
        "✓ its rule names the panel with the fault",
        "✓ the runbook that it names answers",
        "– the firing mail comes through Grafana",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    let last = stdout.lines().last().unwrap_or_default();
    assert!(last.contains("mail's way through Grafana was not proven here"), "{last}");
    assert!(!lab.fault_is_on());
}

#[tokio::test]
async fn where_grafana_is_there_its_mails_prove_the_round() {
    let lab = FakeLab::start("grafana").await;
    {
        let mut inner = lab.inner.lock().unwrap();
        (inner.grafana, inner.alerting) = (true, true);
    }
    let (code, stdout, stderr) = output(lab.command(&["alert", "order-slow"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for line in [
        "  firing ",
        "  resolved mail ",
        "✓ exactly one firing mail",
        "✓ the HTML body names the alert",
        "✓ it links to the panel that shows the fault",
        "✓ the panel's link opens in Grafana",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    assert!(!lab.fault_is_on());
}

#[tokio::test]
async fn a_condition_that_never_holds_fails_the_round_and_the_fault_is_taken_back() {
    let lab = FakeLab::start("deaf").await;
    // The store refuses writes; the rule reads how long it takes.
    lab.rule_of("OrderFailures");
    let arguments = ["alert", "order-failures", "--timeout", "1"];
    let (code, stdout, stderr) = output(lab.command(&arguments).spawn().unwrap()).await;
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("✗ it holds under order-failures"), "{stdout}");
    assert!(!lab.fault_is_on());
}
