//! `lab alert` lists the faults on request, and after an unknown name.

use crate::fake_lab::{FakeLab, output};

#[tokio::test]
async fn help_and_an_unknown_name_list_every_fault_with_its_effect() {
    let lab = FakeLab::start("help").await;
    let (code, stdout, _) = output(lab.command(&["alert", "help"]).spawn().unwrap()).await;
    assert_eq!(code, Some(0));
    assert!(stdout.contains("  order-slow      each operation of the order store"), "{stdout}");
    let (code, _, stderr) = output(lab.command(&["alert", "sloww"]).spawn().unwrap()).await;
    assert_eq!(code, Some(2));
    assert!(stderr.contains("  balancer-full ") && stderr.contains("(BalancerFull)"), "{stderr}");
}
