//! The PROXY protocol's header, by which a back end learns who its client is.
//!
//! As `proxy-protocol.txt` specifies it. It is no part of what the client sends, and is not counted.

use std::net::{IpAddr, SocketAddr};

use crate::config::ProxyVersion;

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2, the command PROXY.
const PROXY: u8 = 0x21;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;

/// What goes before a connection's first byte. `source` is the client, `destination` where it connected to.
pub(crate) fn header(version: ProxyVersion, source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    // A socket for both families has IPv4 addresses in IPv6's clothes.
    let addresses = (source.ip().to_canonical(), destination.ip().to_canonical());
    let ports = (source.port(), destination.port());
    match version {
        ProxyVersion::V1 => text(addresses, ports).into_bytes(),
        ProxyVersion::V2 => binary(addresses, ports),
    }
}

fn text((source, destination): (IpAddr, IpAddr), (from, to): (u16, u16)) -> String {
    let family = match (source, destination) {
        (IpAddr::V4(_), IpAddr::V4(_)) => "TCP4",
        (IpAddr::V6(_), IpAddr::V6(_)) => "TCP6",
        _ => return "PROXY UNKNOWN\r\n".into(),
    };
    format!("PROXY {family} {source} {destination} {from} {to}\r\n")
}

fn binary(addresses: (IpAddr, IpAddr), (from, to): (u16, u16)) -> Vec<u8> {
    let (family, addresses) = match addresses {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            (TCP_OVER_IPV4, [source.octets(), destination.octets()].concat())
        }
        (source, destination) => {
            let octets = |address: IpAddr| match address {
                IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
                IpAddr::V6(address) => address.octets(),
            };
            (TCP_OVER_IPV6, [octets(source), octets(destination)].concat())
        }
    };
    let ports = [from.to_be_bytes(), to.to_be_bytes()].concat();
    // At most 36.
    let length = (addresses.len() + ports.len()) as u16;
    [&SIGNATURE, &[PROXY, family][..], &length.to_be_bytes(), &addresses, &ports].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v1(source: &str, destination: &str) -> String {
        let (source, destination) = (source.parse().expect("address"), destination.parse().expect("address"));
        String::from_utf8(header(ProxyVersion::V1, source, destination)).expect("text")
    }

    #[test]
    fn version_1_is_a_line() {
        assert_eq!(v1("192.0.2.1:56324", "192.0.2.2:443"), "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n");
        assert_eq!(v1("[2001:db8::1]:1", "[::1]:65535"), "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n");
        assert_eq!(
            v1("[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:2"),
            "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"
        );
        assert_eq!(v1("192.0.2.1:1", "[::1]:2"), "PROXY UNKNOWN\r\n");
    }

    #[test]
    fn version_2_is_binary() {
        let v2 = |source: &str, destination: &str| {
            let (source, destination) =
                (source.parse().expect("address"), destination.parse().expect("address"));
            header(ProxyVersion::V2, source, destination)
        };
        let ipv4 = [
            b"\x0D\x0A\x0D\x0A\x00\x0D\x0A\x51\x55\x49\x54\x0A\x21\x11\x00\x0C".as_slice(),
            &[192, 0, 2, 1, 192, 0, 2, 2, 0xDC, 0x04, 0x01, 0xBB],
        ];
        assert_eq!(v2("192.0.2.1:56324", "192.0.2.2:443"), ipv4.concat());
        let ipv6 = v2("[2001:db8::1]:1", "[::1]:2");
        assert_eq!(ipv6[12..16], [0x21, 0x21, 0, 36]);
        assert_eq!(ipv6.len(), 16 + 36);
        assert_eq!(ipv6[48..], [0, 1, 0, 2]);
    }
}
