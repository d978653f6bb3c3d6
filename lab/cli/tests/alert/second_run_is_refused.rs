//! Two runs at once would blame each other's faults: the second says who runs, and ends.

use crate::fake_lab::{FakeLab, output, signal};

#[tokio::test]
async fn a_second_alert_and_a_check_are_told_who_runs_and_the_fault_is_left_alone() {
    let lab = FakeLab::start("second").await;
    let first = lab.command(&["alert", "errors"]).spawn().unwrap();
    lab.until_fault_is_on().await;

    for second in [&["alert", "slow"][..], &["check"]] {
        let (code, stdout, stderr) = output(lab.command(second).spawn().unwrap()).await;
        assert_eq!(code, Some(1), "{stdout}{stderr}");
        assert!(stderr.contains("`make alert FAULT=errors` is running"), "{stderr}");
    }
    let (code, stdout, _) = output(lab.command(&["restore"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0));
    assert!(stdout.contains("its fault is left to it"), "{stdout}");
    assert!(lab.fault_is_on());

    signal(first.id(), "INT");
    output(first).await;
    assert!(!lab.fault_is_on());
}
