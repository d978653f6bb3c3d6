//! The fault `balancer-full` holds as many connections as the balancer allows, and closes them afterwards.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use catalog::Fault;
use clients::Clients;
use faults::fault_guard::{self, FaultGuardError};
use testkit::{eventually, listener};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::support::clients_from;

/// Counts the open connections; closes the third one.
async fn serve(listener: TcpListener, open: Arc<AtomicUsize>) {
    let mut accepted = 0;
    loop {
        let (mut connection, _) = listener.accept().await.unwrap();
        accepted += 1;
        if accepted == 3 {
            continue;
        }
        let open = open.clone();
        open.fetch_add(1, Relaxed);
        tokio::spawn(async move {
            _ = connection.read(&mut [0; 1]).await;
            open.fetch_sub(1, Relaxed);
        });
    }
}

async fn balancer(limit: usize) -> (Clients, Arc<AtomicUsize>) {
    let open = Arc::<AtomicUsize>::default();
    let (front, rest) = (listener().await, listener().await);
    let front_address = front.local_addr().unwrap().to_string();
    let rest_url = format!("http://{}", rest.local_addr().unwrap());
    tokio::spawn(serve(front, open.clone()));
    let counted = open.clone();
    let page = move || {
        let open = counted.load(Relaxed);
        async move {
            format!(
                "# TYPE gobetween_server_max_connections gauge\n\
                 gobetween_server_max_connections{{server=\"hello\"}} {limit}\n\
                 # TYPE gobetween_server_active_connections gauge\n\
                 gobetween_server_active_connections{{server=\"hello\"}} {open}\n"
            )
        }
    };
    let router = Router::new().route("/metrics", get(page));
    tokio::spawn(axum::serve(rest, router).into_future());
    let clients = clients_from(["lab", "--balancer", &front_address, "--balancer-rest", &rest_url]);
    (clients, open)
}

#[tokio::test]
async fn all_connections_are_held_reopened_and_closed_afterwards() {
    let (clients, open) = balancer(8).await;
    let count = open.clone();
    let task = async move { count.load(Relaxed) };
    assert_eq!(fault_guard::with_fault(&clients, Fault::BalancerFull.injection(), task).await.unwrap(), 8);
    eventually(Duration::from_secs(10), async || open.load(Relaxed) == 0).await;
}

#[tokio::test]
async fn a_panic_closes_the_connections() {
    let (clients, open) = balancer(4).await;
    let task = async { panic!("the task panics") };
    let error =
        fault_guard::with_fault::<()>(&clients, Fault::BalancerFull.injection(), task).await.unwrap_err();
    assert!(matches!(error, FaultGuardError::Panicked(_)), "{error}");
    eventually(Duration::from_secs(10), async || open.load(Relaxed) == 0).await;
}

#[tokio::test]
async fn a_balancer_without_a_reasonable_limit_is_not_filled() {
    for limit in [0, 1_000_000] {
        let (clients, open) = balancer(limit).await;
        let error =
            fault_guard::with_fault(&clients, Fault::BalancerFull.injection(), async {}).await.unwrap_err();
        assert!(matches!(error, FaultGuardError::NotInjected(_)), "{error}");
        assert_eq!(open.load(Relaxed), 0);
    }
}
