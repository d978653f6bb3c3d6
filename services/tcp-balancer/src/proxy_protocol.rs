//! The PROXY protocol header, which passes the client's address to a backend.
//!
//! Specification: <https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt>.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

/// Version of the PROXY protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Version {
    /// A line of text.
    #[serde(rename = "1")]
    V1,
    /// A binary header.
    #[serde(rename = "2")]
    V2,
}

/// Encodes the header of a connection that the balancer opens for itself, such as a health check. Version 2 has the command
/// LOCAL for it, without addresses. Version 1 has none: its header has the connection's own addresses, as from `HAProxy`.
pub fn local_header(version: Version, source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    match version {
        Version::V1 => header(version, source, destination),
        Version::V2 => [&V2_SIGNATURE, &[V2_COMMAND_LOCAL, V2_UNSPECIFIED, 0, 0][..]].concat(),
    }
}

const V2_SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
const V2_COMMAND_LOCAL: u8 = 0x20;
const V2_COMMAND_PROXY: u8 = 0x21;
const V2_UNSPECIFIED: u8 = 0x00;
const V2_TCP_OVER_IPV4: u8 = 0x11;
const V2_TCP_OVER_IPV6: u8 = 0x21;

/// Encodes the header that precedes a connection's first byte. `source` is the client's address, `destination` the
/// address that it connected to. IPv4-mapped IPv6 addresses are written as IPv4.
///
/// If one address is IPv4 and the other is IPv6, version 1 sends `UNKNOWN` and version 2 maps the IPv4 address to IPv6.
pub fn header(version: Version, source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    // A dual-stack socket reports IPv4 peers as IPv4-mapped IPv6 addresses.
    let addresses = (source.ip().to_canonical(), destination.ip().to_canonical());
    let ports = (source.port(), destination.port());
    match version {
        Version::V1 => v1(addresses, ports).into_bytes(),
        Version::V2 => v2(addresses, ports),
    }
}

fn v1((source, destination): (IpAddr, IpAddr), (source_port, destination_port): (u16, u16)) -> String {
    let family = match (source, destination) {
        (IpAddr::V4(_), IpAddr::V4(_)) => "TCP4",
        (IpAddr::V6(_), IpAddr::V6(_)) => "TCP6",
        _ => return "PROXY UNKNOWN\r\n".into(),
    };
    format!("PROXY {family} {source} {destination} {source_port} {destination_port}\r\n")
}

fn v2(addresses: (IpAddr, IpAddr), (source_port, destination_port): (u16, u16)) -> Vec<u8> {
    let (family, addresses) = match addresses {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            (V2_TCP_OVER_IPV4, [source.octets(), destination.octets()].concat())
        }
        (source, destination) => {
            let octets = |address: IpAddr| match address {
                IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
                IpAddr::V6(address) => address.octets(),
            };
            (V2_TCP_OVER_IPV6, [octets(source), octets(destination)].concat())
        }
    };
    let ports = [source_port.to_be_bytes(), destination_port.to_be_bytes()].concat();
    // At most 36 bytes.
    let length = (addresses.len() + ports.len()) as u16;
    [&V2_SIGNATURE, &[V2_COMMAND_PROXY, family][..], &length.to_be_bytes(), &addresses, &ports].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(version: Version, source: &str, destination: &str) -> Vec<u8> {
        header(version, source.parse().expect("address"), destination.parse().expect("address"))
    }

    #[test]
    fn version_1_is_a_line_of_text() {
        for (source, destination, expected) in [
            ("192.0.2.1:56324", "192.0.2.2:443", "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"),
            ("[2001:db8::1]:1", "[::1]:65535", "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n"),
            ("[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:2", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"),
            ("192.0.2.1:1", "[::1]:2", "PROXY UNKNOWN\r\n"),
        ] {
            assert_eq!(encode(Version::V1, source, destination), expected.as_bytes());
        }
    }

    #[test]
    fn a_local_connection_has_the_command_local_or_its_own_addresses() {
        let [source, destination] = ["192.0.2.1:1", "192.0.2.2:2"].map(|text| text.parse().expect("address"));
        let v2 = local_header(Version::V2, source, destination);
        assert_eq!(v2, b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0");
        let v1 = local_header(Version::V1, source, destination);
        assert_eq!(v1, b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
    }

    #[test]
    fn version_2_is_binary() {
        let ipv4 = [
            b"\x0D\x0A\x0D\x0A\x00\x0D\x0A\x51\x55\x49\x54\x0A\x21\x11\x00\x0C".as_slice(),
            &[192, 0, 2, 1, 192, 0, 2, 2, 0xDC, 0x04, 0x01, 0xBB],
        ];
        assert_eq!(encode(Version::V2, "192.0.2.1:56324", "192.0.2.2:443"), ipv4.concat());
        let ipv6 = encode(Version::V2, "[2001:db8::1]:1", "[::1]:2");
        assert_eq!(ipv6[12..16], [0x21, 0x21, 0, 36]);
        assert_eq!(ipv6.len(), 16 + 36);
        assert_eq!(ipv6[48..], [0, 1, 0, 2]);
    }
}
