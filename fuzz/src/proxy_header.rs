//! The PROXY protocol header that the TCP balancer writes, read by an independent parser (`ppp`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ppp::{HeaderResult, v1, v2};
use tcp_balancer::proxy_protocol::{Version, header};

/// Any addresses give a header that the parser reads back, with any payload after it. No proper prefix is a header, so that
/// it is read correctly however it is split into segments.
///
/// Input: a byte whose bits choose version 2, an IPv4 source and an IPv4 destination; 18 bytes of address and port for each;
/// the payload. Missing bytes are 0.
pub fn proxy_header(data: &[u8]) {
    let mut fields = [0; 37];
    let length = data.len().min(fields.len());
    fields[..length].copy_from_slice(&data[..length]);
    let (flags, payload) = (fields[0], &data[length..]);
    let source = address(&fields[1..19], flags & 2 != 0);
    let destination = address(&fields[19..], flags & 4 != 0);
    let version = if flags & 1 != 0 { Version::V2 } else { Version::V1 };

    let header = header(version, source, destination);
    for length in 0..header.len() {
        let is_header = match HeaderResult::parse(&header[..length]) {
            HeaderResult::V1(result) => result.is_ok(),
            HeaderResult::V2(result) => result.is_ok(),
        };
        assert!(!is_header, "a prefix of {length} bytes is a header");
    }
    let stream = [header.as_slice(), payload].concat();
    let (from, to) = (source.ip().to_canonical(), destination.ip().to_canonical());
    let (from_port, to_port) = (source.port(), destination.port());
    match HeaderResult::parse(&stream) {
        HeaderResult::V1(parsed) => {
            let parsed = parsed.expect("a header of version 1");
            assert_eq!((version, parsed.header.as_bytes()), (Version::V1, header.as_slice()));
            let expected = match (from, to) {
                (IpAddr::V4(from), IpAddr::V4(to)) => v1::Addresses::new_tcp4(from, to, from_port, to_port),
                (IpAddr::V6(from), IpAddr::V6(to)) => v1::Addresses::new_tcp6(from, to, from_port, to_port),
                _ => v1::Addresses::Unknown,
            };
            assert_eq!(parsed.addresses, expected);
        }
        HeaderResult::V2(parsed) => {
            let parsed = parsed.expect("a header of version 2");
            assert_eq!((version, parsed.as_bytes()), (Version::V2, header.as_slice()));
            assert_eq!((parsed.command, parsed.protocol), (v2::Command::Proxy, v2::Protocol::Stream));
            let expected = match (from, to) {
                (IpAddr::V4(from), IpAddr::V4(to)) => {
                    v2::Addresses::IPv4(v2::IPv4::new(from, to, from_port, to_port))
                }
                _ => v2::Addresses::IPv6(v2::IPv6::new(to_v6(from), to_v6(to), from_port, to_port)),
            };
            assert_eq!(parsed.addresses, expected);
        }
    }
}

/// An address from 18 bytes: 16 of the IP address, of which IPv4 takes the first four, and two of the port.
fn address(bytes: &[u8], is_ipv4: bool) -> SocketAddr {
    let ip: [u8; 16] = bytes[..16].try_into().expect("16 bytes");
    let port = u16::from_be_bytes([bytes[16], bytes[17]]);
    let ip = if is_ipv4 {
        IpAddr::V4(Ipv4Addr::new(ip[0], ip[1], ip[2], ip[3]))
    } else {
        Ipv6Addr::from(ip).into()
    };
    SocketAddr::new(ip, port)
}

fn to_v6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}
