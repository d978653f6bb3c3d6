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
