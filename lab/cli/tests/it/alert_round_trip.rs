//! The round trip of `lab alert`: fault, firing mail, clearing, resolved mail.

use crate::fake_lab::{FakeLab, output};

#[tokio::test]
async fn a_complete_round_trip_passes_with_its_times() {
    let lab = FakeLab::start("round").await;
    lab.inner.lock().unwrap().alerting = true;
    // Mails of an earlier round trip are ignored.
    lab.inner.lock().unwrap().mails =
        vec!["[FIRING] EchoErrorsHigh: words".into(), "[RESOLVED] EchoErrorsHigh: words".into()];
    let (code, stdout, stderr) = output(lab.command(&["alert", "errors"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for line in [
        "  firing ",
        "  resolved mail ",
        "✓ exactly one firing mail",
        "✓ grpc-client panel 2 shows the fault and",
        "✓ it links to the panel that shows the fault",
        "✓ the panel's link opens in the console",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    assert!(!lab.fault_is_active());
}

#[tokio::test]
async fn a_mail_of_another_alert_fails() {
    let lab = FakeLab::start("noisy").await;
    {
        let mut inner = lab.inner.lock().unwrap();
        (inner.alerting, inner.noisy) = (true, true);
    }
    let (code, stdout, stderr) = output(lab.command(&["alert", "errors"]).spawn().unwrap()).await;
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("✗ no other alert's mail"), "{stdout}");
}

#[tokio::test]
async fn the_mails_of_two_faults_at_once_are_checked_one_by_one() {
    let lab = FakeLab::start("pair").await;
    {
        let mut inner = lab.inner.lock().unwrap();
        (inner.grafana, inner.alerting) = (true, true);
    }
    let (code, stdout, stderr) = output(lab.command(&["alert", "slow,order-slow"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for line in [
        "slow: Envoy delays every gRPC call by 1 s; EchoSlow is expected",
        "s  EchoSlow",
        "s  OrderSlow",
        "EchoSlow: Mails",
        "OrderSlow: Mails",
        "OrderSlow: Links",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    for claim in ["✓ exactly one firing mail", "✓ exactly one resolved mail", "✓ no other alert's mail"]
    {
        assert_eq!(stdout.matches(claim).count(), 2, "{claim} in {stdout}");
    }
    assert!(!lab.fault_is_active());
}

#[tokio::test]
async fn faults_that_exclude_each_other_are_refused_with_the_reason() {
    let lab = FakeLab::start("conflict").await;
    let (code, _, stderr) = output(lab.command(&["alert", "errors,slow"]).spawn().unwrap()).await;
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains("FAULT=errors,slow: calls that fail after a delay raise EchoErrorsHigh alone"),
        "{stderr}"
    );
    assert!(!lab.fault_is_active());
}

#[tokio::test]
async fn a_mail_that_does_not_arrive_is_reported_with_alertmanagers_reason() {
    let lab = FakeLab::start("failing").await;
    {
        let mut inner = lab.inner.lock().unwrap();
        (inner.alerting, inner.mails_fail) = (true, true);
    }
    let arguments = ["alert", "errors", "--timeout", "1"];
    // The lab is at rest after three seconds; the wait for that has a minute more.
    let (code, stdout, stderr) = output(lab.command(&arguments).spawn().unwrap()).await;
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    let words: Vec<&str> = stdout.split_whitespace().collect();
    assert!(words.join(" ").contains("Alertmanager cannot send: *smtp.plainAuth auth: 535 no"), "{stdout}");
}

#[tokio::test]
async fn with_another_mailbox_the_servers_acceptance_is_proven_and_reading_is_not() {
    let lab = FakeLab::start("elsewhere").await;
    lab.inner.lock().unwrap().alerting = true;
    let arguments = ["alert", "errors", "--smtp-host", "smtp.example.com", "--smtp-to", "you@example.com"];
    let (code, stdout, stderr) = output(lab.command(&arguments).spawn().unwrap()).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for line in [
        "✓ the alert fires",
        "✓ the mail server accepts the firing mail",
        "by smtp.example.com",
        "✓ the alert resolves after the fault",
        "– recipient, subject, body and links of the",
        "– the resolved mail",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    assert!(
        stdout.ends_with("The mails are at smtp.example.com: this command cannot read them.\n"),
        "{stdout}"
    );
    assert!(!lab.fault_is_active());
}
