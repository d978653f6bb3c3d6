//! A fault is cleared whatever ends the run that injected it.

use catalog::Fault;
use faults::fault_guard::{self, FaultGuardError};

use crate::fake_lab::{FakeLab, output, signal};

async fn ended_by(name: &str, fault: &str, signals: &[&str]) {
    let lab = FakeLab::start(name).await;
    // The rule's condition does not hold, so the run waits until the signal.
    lab.rename_rule("OrderFailures");
    let run = lab.command(&["alert", fault]).spawn().unwrap();
    lab.until_fault_is_active().await;
    for name in signals {
        signal(run.id(), name);
    }
    let (code, stdout, stderr) = output(run).await;
    assert!(!lab.fault_is_active(), "{stdout}{stderr}");
    assert_eq!(code, Some(130), "{stdout}{stderr}");
    assert!(stderr.contains("no fault is active"), "{stderr}");
}

#[tokio::test]
async fn ctrl_c_clears_envoys_fault() {
    ended_by("int", "errors", &["INT"]).await;
}

#[tokio::test]
async fn sigterm_restarts_the_stopped_service() {
    ended_by("term", "down", &["TERM"]).await;
}

#[tokio::test]
async fn ctrl_c_clears_the_order_stores_fault() {
    ended_by("store", "order-failures", &["INT"]).await;
}

#[tokio::test]
async fn a_second_ctrl_c_does_not_leave_the_fault_active() {
    ended_by("twice", "slow", &["INT", "INT", "TERM"]).await;
}

#[tokio::test]
async fn a_panic_clears_the_fault() {
    let lab = FakeLab::start("panic").await;
    let state = lab.inner.clone();
    let task = async move {
        assert!(state.lock().unwrap().fault_is_active());
        panic!("the task panics");
    };
    let error =
        fault_guard::with_fault::<()>(&lab.clients(), Fault::Errors.injection(), task).await.unwrap_err();
    assert!(matches!(error, FaultGuardError::Panicked(_)), "{error}");
    assert!(!lab.fault_is_active());
}

#[tokio::test]
async fn a_missing_mail_clears_the_fault_and_fails() {
    let lab = FakeLab::start("timeout").await;
    // The timeout is long enough for the lab to come to rest; the mail never arrives.
    let run = lab.command(&["alert", "errors", "--timeout", "5"]).spawn().unwrap();
    lab.until_fault_is_active().await;
    let (code, stdout, stderr) = output(run).await;
    assert!(!lab.fault_is_active());
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("✗ the firing mail arrives"), "{stdout}");
}

#[tokio::test]
async fn restore_clears_the_faults_of_a_killed_run() {
    let lab = FakeLab::start("killed").await;
    let run = lab.command(&["alert", "silent"]).spawn().unwrap();
    lab.until_fault_is_active().await;
    signal(run.id(), "KILL");
    output(run).await;
    assert!(lab.fault_is_active());
    {
        let mut inner = lab.inner.lock().unwrap();
        inner.runtime.insert("fault.http.delay.fixed_delay_percent".into(), "100".into());
        (inner.slow_ms, inner.read_only) = (500, true);
    }

    let (code, stdout, stderr) = output(lab.command(&["restore"]).spawn().unwrap()).await;
    assert!(!lab.fault_is_active(), "{stdout}{stderr}");
    assert_eq!(code, Some(0), "{stderr}");
    for fault in ["silent", "slow", "order-slow", "order-failures"] {
        assert!(stdout.contains(&format!("cleared {fault}, left by an earlier run")), "{stdout}");
    }
}
