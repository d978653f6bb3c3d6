//! A restart loses no order, and all continue to advance.

use lookout_proto::order::State;

use crate::support::{Options, Service, create, folder, get, list, program, quick, reaches};

#[tokio::test]
async fn orders_and_keys_survive_and_states_advance() {
    let service = Service::start().await;
    let client = service.client().await;
    let first = create(&client, "1").await;
    let second = create(&client, "2").await;
    let folder = service.stop().await;

    let service = Service::with(Options::default(), folder).await;
    let client = service.client().await;
    assert_eq!(list(&client, 10).await, [second.clone(), first.clone()]);
    assert_eq!(create(&client, "1").await, first);
    let placed = service.scrape().await.value("order_service_orders", &[("state", "placed")]);
    assert_eq!(placed, 2.0);
    let folder = service.stop().await;

    let service = Service::with(quick(), folder).await;
    let client = service.client().await;
    for order in [&first, &second] {
        reaches(&client, &order.id, State::Shipped).await;
        assert_eq!(get(&client, &order.id).await.created_at, order.created_at);
    }
}

#[tokio::test]
async fn a_newer_programs_database_is_left_unchanged() {
    let folder = folder();
    let path = crate::support::database(folder.path());
    let connection = rusqlite::Connection::open(&path).expect("a file");
    connection.pragma_update(None, "user_version", 99).expect("set");
    drop(connection);
    let ports = [("GRPC_SERVER_PORT", "0"), ("METRICS_PORT", "0")];
    let message = testkit::failure_message(program::command(&ports).env("DATABASE", &path)).await;
    assert!(message.contains(&format!("--database: cannot migrate {}", path.display())), "{message}");
}
