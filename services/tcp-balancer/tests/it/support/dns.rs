//! A DNS server with records that a test changes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record};
use tokio::net::UdpSocket;

/// What it answers; a name without records does not exist.
#[derive(Clone, Default)]
pub(crate) struct Records(Arc<Mutex<Vec<Record>>>, Arc<AtomicU64>);

impl Records {
    pub(crate) fn clear(&self) {
        self.0.lock().expect("not poisoned").clear();
    }

    pub(crate) fn address(&self, name: &str, address: Ipv4Addr) {
        self.add(name, RData::A(A(address)));
    }

    pub(crate) fn service(&self, name: &str, weight: u16, port: u16, target: &str) {
        let target = Name::from_ascii(target).expect("a name");
        self.add(name, RData::SRV(SRV::new(1, weight, port, target)));
    }

    /// How many questions it has answered.
    pub(crate) fn asked(&self) -> u64 {
        self.1.load(SeqCst)
    }

    fn add(&self, name: &str, data: RData) {
        let name = Name::from_ascii(name).expect("a name");
        self.0.lock().expect("not poisoned").push(Record::from_rdata(name, 3600, data));
    }

    fn answer(&self, request: &Message) -> Message {
        self.1.fetch_add(1, SeqCst);
        let query = &request.queries[0];
        let records = self.0.lock().expect("not poisoned");
        let of_name = records.iter().filter(|record| record.name == *query.name());
        let of_kind = |record: &&Record| record.record_type() == query.query_type();
        let mut reply = Message::response(request.metadata.id, OpCode::Query);
        if of_name.clone().next().is_none() {
            reply.metadata.response_code = ResponseCode::NXDomain;
        }
        reply.add_query(query.clone());
        reply.answers = of_name.filter(of_kind).cloned().collect();
        reply
    }
}

/// Starts one on a free port of 127.0.0.1.
pub(crate) async fn start() -> (SocketAddr, Records) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let (address, records) = (socket.local_addr().expect("bound"), Records::default());
    let answers = records.clone();
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = socket.recv_from(&mut buffer).await {
            let request = Message::from_vec(&buffer[..length]).expect("a question");
            let reply = answers.answer(&request).to_vec().expect("a reply");
            socket.send_to(&reply, client).await.expect("sent");
        }
    });
    (address, records)
}
