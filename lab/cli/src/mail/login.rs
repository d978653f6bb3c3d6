//! The login, with the mechanism that Alertmanager would choose.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;

use super::{connection::Connection, error::Problem};
use crate::render::smtp::Smtp;

/// A mechanism of `AUTH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mechanism {
    CramMd5,
    Plain,
    Login,
}

impl Mechanism {
    fn name(self) -> &'static str {
        match self {
            Self::CramMd5 => "CRAM-MD5",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
        }
    }

    /// The first that is supported, in the server's order.
    fn choose(offered: &str) -> Option<Self> {
        let all = [Self::CramMd5, Self::Plain, Self::Login];
        offered.split_whitespace().find_map(|name| all.into_iter().find(|one| one.name() == name))
    }
}

/// Logs in, and returns the mechanism's name. `offered` are the mechanisms in the reply to `EHLO`.
pub(super) async fn login(
    connection: &mut Connection,
    offered: Option<&str>,
    smtp: &Smtp,
) -> Result<&'static str, Problem> {
    let offered = offered.ok_or(Problem::NoLogin)?;
    let mechanism = Mechanism::choose(offered).ok_or_else(|| Problem::NoMechanism(offered.to_owned()))?;
    let Smtp { username, password, .. } = smtp;
    let refused =
        |reply| Problem::LoginRefused { mechanism: mechanism.name(), username: username.clone(), reply };
    let encode = |text: &str| BASE64_STANDARD.encode(text);
    let last = match mechanism {
        Mechanism::Plain => {
            let response = encode(&format!("\0{username}\0{password}"));
            connection.command(&format!("AUTH PLAIN {response}")).await?
        }
        Mechanism::Login => {
            connection.command("AUTH LOGIN").await?.expect(334, refused)?;
            connection.command(&encode(username)).await?.expect(334, refused)?;
            connection.command(&encode(password)).await?
        }
        Mechanism::CramMd5 => {
            let challenge = connection.command("AUTH CRAM-MD5").await?.expect(334, refused)?;
            let challenge = BASE64_STANDARD.decode(challenge.first()).map_err(|_| Problem::NotSmtp)?;
            connection.command(&encode(&format!("{username} {}", digest(password, &challenge)))).await?
        }
    };
    last.expect(235, refused)?;
    Ok(mechanism.name())
}

/// RFC 2195: the HMAC-MD5 of the challenge, in hexadecimal.
fn digest(password: &str, challenge: &[u8]) -> String {
    let mut mac = Hmac::<Md5>::new_from_slice(password.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(challenge);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mechanism_is_the_first_supported_one_in_the_servers_order() {
        assert_eq!(Mechanism::choose("XOAUTH2 LOGIN PLAIN"), Some(Mechanism::Login));
        assert_eq!(Mechanism::choose("CRAM-MD5 PLAIN"), Some(Mechanism::CramMd5));
        assert_eq!(Mechanism::choose("GSSAPI NTLM"), None);
    }

    /// The example of RFC 2195, section 2.
    #[test]
    fn the_digest_is_that_of_the_rfc() {
        let challenge = b"<1896.697170952@postoffice.reston.mci.net>";
        assert_eq!(digest("tanstaaftanstaaf", challenge), "b913a602c7eda7a495b4e6e7334d3890");
    }
}
