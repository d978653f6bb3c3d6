//! A fault never outlives its run, whatever ends it.

use catalog::Fault;
use faults::fault_guard::{self, FaultGuardError};

use crate::fake_lab::{FakeLab, output, signal};

async fn ended_by(name: &str, fault: &str, signals: &[&str]) {
    let lab = FakeLab::start(name).await;
    // Its condition does not hold: it is waited for until the signal.
    lab.rule_of("OrderFailures");
    let run = lab.command(&["alert", fault]).spawn().unwrap();
    lab.until_fault_is_on().await;
    for name in signals {
        signal(run.id(), name);
    }
    let (code, stdout, stderr) = output(run).await;
    assert!(!lab.fault_is_on(), "{stdout}{stderr}");
    assert_eq!(code, Some(130), "{stdout}{stderr}");
    assert!(stderr.contains("no fault is left"), "{stderr}");
}

#[tokio::test]
async fn ctrl_c_takes_envoys_fault_back() {
    ended_by("int", "errors", &["INT"]).await;
}

#[tokio::test]
async fn sigterm_starts_the_stopped_part_again() {
    ended_by("term", "down", &["TERM"]).await;
}

#[tokio::test]
async fn ctrl_c_mends_the_orders_store() {
    ended_by("store", "order-failures", &["INT"]).await;
}

#[tokio::test]
async fn an_impatient_second_ctrl_c_does_not_leave_the_fault() {
    ended_by("twice", "slow", &["INT", "INT", "TERM"]).await;
}

#[tokio::test]
async fn a_panic_while_watching_takes_the_fault_back() {
    let lab = FakeLab::start("panic").await;
    let fault_was_on = lab.inner.clone();
    let watch = async move {
        assert!(fault_was_on.lock().unwrap().fault_is_on());
        panic!("a fault of the watch itself");
    };
    let error =
        fault_guard::with_fault::<()>(&lab.parts(), Fault::Errors.injection(), watch).await.unwrap_err();
    assert!(matches!(error, FaultGuardError::Panicked(_)), "{error}");
    assert!(!lab.fault_is_on());
}

#[tokio::test]
async fn a_mail_that_does_not_come_takes_the_fault_back_and_fails() {
    let lab = FakeLab::start("timeout").await;
    // The lab comes to rest within the limit; the mail does not come within it.
    let run = lab.command(&["alert", "errors", "--timeout", "5"]).spawn().unwrap();
    lab.until_fault_is_on().await;
    let (code, stdout, stderr) = output(run).await;
    assert!(!lab.fault_is_on());
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("✗ the alert's mail comes"), "{stdout}");
}

#[tokio::test]
async fn what_a_killed_run_left_is_taken_back_by_restore() {
    let lab = FakeLab::start("killed").await;
    let run = lab.command(&["alert", "silent"]).spawn().unwrap();
    lab.until_fault_is_on().await;
    signal(run.id(), "KILL");
    output(run).await;
    assert!(lab.fault_is_on());
    {
        let mut inner = lab.inner.lock().unwrap();
        inner.runtime.insert("fault.http.delay.fixed_delay_percent".into(), "100".into());
        (inner.slow_ms, inner.read_only) = (500, true);
    }

    let (code, stdout, stderr) = output(lab.command(&["restore"]).spawn().unwrap()).await;
    assert!(!lab.fault_is_on(), "{stdout}{stderr}");
    assert_eq!(code, Some(0), "{stderr}");
    for fault in ["silent", "slow", "order-slow", "order-failures"] {
        assert!(stdout.contains(&format!("took back {fault} that an earlier run left")), "{stdout}");
    }
}
