//! The HTTP check: sends a request and reads the response's status.

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::CheckError;
use crate::config::{StatusRanges, Target};

/// Maximum length in bytes of what precedes the final response's header lines.
const MAX_STATUS_BYTES: u64 = 16 << 10;

/// Sends `GET path`, and passes if the response's status is one of `expected`.
pub(super) async fn probe(
    mut stream: TcpStream,
    host: &Target,
    path: &str,
    expected: &StatusRanges,
) -> Result<(), CheckError> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: tcp-balancer\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let status = read_status(BufReader::new(stream.take(MAX_STATUS_BYTES))).await?;
    if expected.contains(status) { Ok(()) } else { Err(CheckError::Status(status)) }
}

/// Reads the status of the final response, however the response is divided into reads. Interim responses (1xx) are
/// skipped, as RFC 9110, section 15.2, requires. The rest is not read.
async fn read_status(mut response: impl AsyncBufRead + Unpin) -> Result<u16, CheckError> {
    loop {
        let status = parse_status(&read_line(&mut response).await?).ok_or(CheckError::NotHttp)?;
        // 101 is final: it ends HTTP on this connection.
        if status == 101 || !(100..200).contains(&status) {
            return Ok(status);
        }
        while !read_line(&mut response).await?.is_empty() {}
    }
}

/// Reads a line without its end, which is CRLF or, as RFC 9112, section 2.2, allows, LF.
async fn read_line(response: &mut (impl AsyncBufRead + Unpin)) -> Result<Vec<u8>, CheckError> {
    let mut line = Vec::new();
    response.read_until(b'\n', &mut line).await?;
    if line.pop() != Some(b'\n') {
        return Err(CheckError::NotHttp);
    }
    line.pop_if(|last| *last == b'\r');
    Ok(line)
}

/// The code of `HTTP/1.x SP code [SP [reason]]` (RFC 9112, section 4).
fn parse_status(line: &[u8]) -> Option<u16> {
    let [minor, b' ', a, b, c, reason @ ..] = line.strip_prefix(b"HTTP/1.")? else { return None };
    let digits = [minor, a, b, c];
    if !digits.iter().all(|digit| digit.is_ascii_digit()) || !matches!(reason, [] | [b' ', ..]) {
        return None;
    }
    let status = [a, b, c].iter().fold(0, |status, digit| status * 10 + u16::from(**digit - b'0'));
    (100..600).contains(&status).then_some(status)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::duplex;

    use super::*;

    /// Reads a response that arrives in pieces of at most `piece` bytes.
    fn status(response: &[u8], piece: usize) -> Result<u16, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (mut backend, checker) = duplex(piece);
            let responding = async move {
                // The check ends the connection after the status.
                let _ = backend.write_all(response).await;
            };
            let ((), status) = tokio::join!(responding, read_status(BufReader::new(checker)));
            status.map_err(|error| error.to_string())
        })
    }

    #[test]
    fn accepts_every_form_of_a_status_line() {
        for (response, expected) in [
            ("HTTP/1.1 200 OK\r\n", 200),
            ("HTTP/1.0 404 Not Found\r\n\r\n", 404),
            ("HTTP/1.1 204\r\n", 204),
            ("HTTP/1.1 204 \n", 204),
            ("HTTP/1.1 503 Caf\u{e9} 200\r\n", 503),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 302 Found\r\n",
                302,
            ),
            ("HTTP/1.1 101 Switching Protocols\r\n", 101),
        ] {
            assert_eq!(status(response.as_bytes(), 1024), Ok(expected), "{response}");
        }
    }

    #[test]
    fn rejects_what_is_not_a_status_line() {
        for response in [
            "",
            "HTTP/1.1 200",
            "HTTP/1.1 2000 OK\r\n",
            "HTTP/1.1 20 OK\r\n",
            "HTTP/1.1 +20 OK\r\n",
            "HTTP/1.1 099 Low\r\n",
            "HTTP/1.1 999 High\r\n",
            "HTTP/1. 200 OK\r\n",
            "HTTP/1.x 200 OK\r\n",
            "HTTP/1.1  200 OK\r\n",
            "HTTP/1.1 200OK\r\n",
            "HTTP/2 200 OK\r\n",
            "http/1.1 200 OK\r\n",
            "SSH-2.0-OpenSSH_9.6\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
        ] {
            let error = status(response.as_bytes(), 1024).expect_err(response);
            assert_eq!(error, "the response is not HTTP/1");
        }
    }

    proptest! {
        #[test]
        fn the_status_does_not_depend_on_how_the_response_is_divided(
            code in 200..600_u16, piece in 1..100_usize,
        ) {
            let interim = "HTTP/1.1 100 Continue\r\nA: b\r\n\r\n";
            let response = format!("{interim}HTTP/1.1 {code} Reason\r\nA: b\r\n\r\nbody");
            prop_assert_eq!(status(response.as_bytes(), piece), Ok(code));
        }
    }
}
