//! A DNS server whose records a test changes.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;

/// The server's records and query count. A name without records does not exist (`NXDOMAIN`).
#[derive(Clone, Default)]
pub(crate) struct Records {
    records: Arc<Mutex<Vec<Record>>>,
    faults: Arc<Mutex<Vec<(Name, RecordType, Fault)>>>,
    queries: Arc<AtomicU64>,
}

/// The server's response to some queries, instead of the records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No response.
    Silent,
    /// `SERVFAIL`.
    ServerFailure,
}

impl Records {
    /// Removes all records and faults.
    pub(crate) fn clear(&self) {
        self.records.lock().expect("not poisoned").clear();
        self.faults.lock().expect("not poisoned").clear();
    }

    /// Injects a fault for queries of this type.
    pub(crate) fn inject(&self, name: &str, kind: RecordType, fault: Fault) {
        let name = Name::from_ascii(name).expect("a name");
        self.faults.lock().expect("not poisoned").push((name, kind, fault));
    }

    pub(crate) fn add_address(&self, name: &str, address: Ipv4Addr) {
        self.add(name, RData::A(A(address)));
    }

    pub(crate) fn add_ipv6(&self, name: &str, address: Ipv6Addr) {
        self.add(name, RData::AAAA(AAAA(address)));
    }

    pub(crate) fn add_service(&self, name: &str, weight: u16, port: u16, target: &str) {
        let target = Name::from_ascii(target).expect("a name");
        self.add(name, RData::SRV(SRV::new(1, weight, port, target)));
    }

    /// Number of queries received.
    pub(crate) fn queries(&self) -> u64 {
        self.queries.load(SeqCst)
    }

    fn add(&self, name: &str, data: RData) {
        let name = Name::from_ascii(name).expect("a name");
        self.records.lock().expect("not poisoned").push(Record::from_rdata(name, 3600, data));
    }

    /// The response; `None` if there is none.
    fn respond(&self, request: &Message) -> Option<Message> {
        self.queries.fetch_add(1, SeqCst);
        let query = &request.queries[0];
        let faults = self.faults.lock().expect("not poisoned");
        let mut faults = faults.iter();
        let fault = faults.find(|(name, kind, _)| name == query.name() && *kind == query.query_type());
        let fault = fault.map(|(.., fault)| *fault);
        if fault == Some(Fault::Silent) {
            return None;
        }
        let records = self.records.lock().expect("not poisoned");
        let with_name = records.iter().filter(|record| record.name == *query.name());
        let has_type = |record: &&Record| record.record_type() == query.query_type();
        let mut response = Message::response(request.metadata.id, OpCode::Query);
        if fault == Some(Fault::ServerFailure) {
            response.metadata.response_code = ResponseCode::ServFail;
            response.add_query(query.clone());
            return Some(response);
        }
        if with_name.clone().next().is_none() {
            response.metadata.response_code = ResponseCode::NXDomain;
        }
        response.add_query(query.clone());
        response.answers = with_name.filter(has_type).cloned().collect();
        Some(response)
    }
}

/// Starts a server on a free port of 127.0.0.1.
pub(crate) async fn start() -> (SocketAddr, Records) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let (address, records) = (socket.local_addr().expect("bound"), Records::default());
    let server_records = records.clone();
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = socket.recv_from(&mut buffer).await {
            let request = Message::from_vec(&buffer[..length]).expect("a query");
            if let Some(response) = server_records.respond(&request) {
                let response = response.to_vec().expect("a response");
                socket.send_to(&response, client).await.expect("sent");
            }
        }
    });
    (address, records)
}
