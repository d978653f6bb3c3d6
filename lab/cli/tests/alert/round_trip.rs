//! The whole round of `lab alert`: fault, mail, back, resolved mail, and what is said of them.

use crate::fake_lab::{FakeLab, output};

#[tokio::test]
async fn a_round_that_is_right_passes_with_its_times() {
    let lab = FakeLab::start("round").await;
    lab.inner.lock().unwrap().alerting = true;
    // A round of an earlier hour: its mails are not this round's.
    lab.inner.lock().unwrap().mails =
        vec!["[FIRING] EchoErrorsHigh: words".into(), "[RESOLVED] EchoErrorsHigh: words".into()];
    let (code, stdout, stderr) = output(lab.command(&["alert", "errors"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for line in [
        "  firing ",
        "  resolved mail ",
        "✓ exactly one firing mail",
        "✓ grpc-client panel 2 moves and comes back",
        "✓ it links to the panel that shows the fault",
        "✓ the panel's link opens in the console",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    assert!(!lab.fault_is_on());
}

#[tokio::test]
async fn another_alerts_mail_fails_the_round() {
    let lab = FakeLab::start("noisy").await;
    {
        let mut inner = lab.inner.lock().unwrap();
        (inner.alerting, inner.noisy) = (true, true);
    }
    let (code, stdout, stderr) = output(lab.command(&["alert", "errors"]).spawn().unwrap()).await;
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("✗ no other alert's mail"), "{stdout}");
}
