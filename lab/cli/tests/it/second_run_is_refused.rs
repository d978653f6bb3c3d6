//! Only one run at a time may inject faults: a second one reports the first and exits.

use crate::fake_lab::{FakeLab, output, signal};

#[tokio::test]
async fn a_second_run_reports_the_first_and_leaves_its_fault_active() {
    let lab = FakeLab::start("second").await;
    let first = lab.command(&["alert", "errors"]).spawn().unwrap();
    lab.until_fault_is_active().await;

    for second in [&["alert", "slow"][..], &["check"]] {
        let (code, stdout, stderr) = output(lab.command(second).spawn().unwrap()).await;
        assert_eq!(code, Some(1), "{stdout}{stderr}");
        assert!(stderr.contains("`make alert FAULT=errors` is running"), "{stderr}");
    }
    let (code, stdout, _) = output(lab.command(&["restore"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0));
    assert!(stdout.contains("clears its fault itself"), "{stdout}");
    assert!(lab.fault_is_active());

    signal(first.id(), "INT");
    output(first).await;
    assert!(!lab.fault_is_active());
}
