//! The lines of an SMTP connection: commands and replies.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    time::timeout,
};

use super::error::Problem;

/// Timeout for the reply to a command.
const REPLY_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for the reply to a message, which the server may check first.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// Maximum length of a reply's line, and number of its lines. What exceeds them is not SMTP.
const MAX_LINE_BYTES: u64 = 4096;
const MAX_LINES: usize = 100;

/// A stream to the server, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection to a mail server.
pub(super) struct Connection {
    stream: BufReader<Box<dyn Stream>>,
}

/// A reply: a code of three digits, and lines of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Connection {
    pub(super) fn new(stream: impl Stream + 'static) -> Self {
        Self { stream: BufReader::new(Box::new(stream)) }
    }

    /// The stream, without what the server sent before its encryption.
    pub(super) fn into_stream(self) -> Box<dyn Stream> {
        self.stream.into_inner()
    }

    /// Reads the first reply of the connection.
    pub(super) async fn greeting(&mut self) -> Result<Reply, Problem> {
        self.reply(REPLY_TIMEOUT).await.map_err(|problem| match problem {
            Problem::TimedOut { timeout, .. } => Problem::NoGreeting(timeout),
            other => other,
        })
    }

    /// Sends a command, and reads its reply.
    pub(super) async fn command(&mut self, command: &str) -> Result<Reply, Problem> {
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.reply(REPLY_TIMEOUT).await
    }

    /// Sends the message, and reads its reply. Lines end with CR LF and do not begin with a dot.
    pub(super) async fn message(&mut self, message: &str) -> Result<Reply, Problem> {
        self.write(format!("{message}\r\n.\r\n").as_bytes()).await?;
        self.reply(MESSAGE_TIMEOUT).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        within(REPLY_TIMEOUT, write).await
    }

    async fn reply(&mut self, limit: Duration) -> Result<Reply, Problem> {
        let mut reply = Reply { code: 0, lines: Vec::new() };
        loop {
            let mut line = Vec::new();
            let mut limited = (&mut self.stream).take(MAX_LINE_BYTES);
            within(limit, limited.read_until(b'\n', &mut line)).await?;
            if line.is_empty() {
                return Err(Problem::Closed);
            }
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            let code = text.get(..3).and_then(|code| code.parse().ok());
            let is_separator = |c: u8| matches!(c, b' ' | b'-');
            let is_reply = line.ends_with(b"\n") && text.as_bytes().get(3).is_none_or(|c| is_separator(*c));
            let (Some(code), true) = (code, is_reply && reply.lines.len() < MAX_LINES) else {
                return Err(Problem::NotSmtp);
            };
            reply.code = code;
            reply.lines.push(text.get(4..).unwrap_or_default().to_owned());
            if text.as_bytes().get(3) != Some(&b'-') {
                return Ok(reply);
            }
        }
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> Result<T, Problem> {
    match timeout(limit, work).await {
        Ok(Ok(value)) => Ok(value),
        // A server that ends TLS without its closing message, or resets the connection, has closed it.
        Ok(Err(error)) => Err(match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                Problem::Closed
            }
            _ => Problem::Broken(error),
        }),
        Err(_) => Err(Problem::TimedOut { step: "a reply", timeout: limit }),
    }
}

impl Reply {
    /// The code, such as 250.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Its first line.
    pub(super) fn first(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    /// The reply if its code begins with the digits of `code`, or else the problem.
    pub(super) fn expect(self, code: u16, problem: impl FnOnce(Self) -> Problem) -> Result<Self, Problem> {
        if self.code.to_string().starts_with(&code.to_string()) { Ok(self) } else { Err(problem(self)) }
    }

    /// Whether a reply to `EHLO` has this extension.
    pub(super) fn has(&self, extension: &str) -> bool {
        self.parameters(extension).is_some()
    }

    /// The parameters of an extension, in a reply to `EHLO`.
    pub(super) fn parameters(&self, extension: &str) -> Option<&str> {
        self.lines.iter().skip(1).find_map(|line| {
            let (name, parameters) = line.split_once(' ').unwrap_or((line, ""));
            name.eq_ignore_ascii_case(extension).then_some(parameters)
        })
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.lines.join(" "))
    }
}
