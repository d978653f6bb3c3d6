//! The round trip of an alert that Grafana owns: with mails where Grafana is available, by the rule's condition where not.

use crate::fake_lab::{FakeLab, output};

#[tokio::test]
async fn without_grafana_the_condition_is_evaluated_and_the_mails_are_not_provable() {
    let lab = FakeLab::start("condition").await;
    let (code, stdout, stderr) = output(lab.command(&["alert", "order-slow"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for line in [
        "OrderSlow: holds, 1.1000 fires",
        "OrderSlow: no longer holds, 0.0100 does not fire",
        "✓ OrderSlow's condition does not hold at rest",
        "✓ it holds during order-slow",
        "✓ it no longer holds after the fault",
        "✓ orders panel 2 shows the fault and",
        "✓ its rule links to the panel that shows the",
        "✓ the runbook that it links to exists",
        "– the firing mail arrives through Grafana",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    let last = stdout.lines().last().unwrap_or_default();
    assert!(last.contains("mails through Grafana are not proven here"), "{last}");
    assert!(!lab.fault_is_active());
}

#[tokio::test]
async fn with_grafana_its_mails_prove_the_round_trip() {
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
    assert!(!lab.fault_is_active());
}

#[tokio::test]
async fn a_condition_that_never_holds_fails_and_the_fault_is_cleared() {
    let lab = FakeLab::start("never-holds").await;
    // The fault makes the store refuse writes, but the rule reads its duration.
    lab.rename_rule("OrderFailures");
    let arguments = ["alert", "order-failures", "--timeout", "1"];
    let (code, stdout, stderr) = output(lab.command(&arguments).spawn().unwrap()).await;
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("✗ it holds during order-failures"), "{stdout}");
    assert!(!lab.fault_is_active());
}
