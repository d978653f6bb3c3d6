//! Finds a head whose `content-length` and `transfer-encoding` contradict each other. hyper ignores the first, while a proxy in
//! front of the server may have used it: the two then disagree about where the next request starts.

/// More than the longest name that is looked for, with its colon.
const MAX_NAME: usize = 20;

/// The lines of one HTTP/1 head, from its first byte to the empty line. Later bytes are ignored.
#[derive(Debug, Default)]
pub(super) struct HeadScan {
    /// The start of the current line, in lower case.
    line: Vec<u8>,
    has_length: bool,
    has_encoding: bool,
    ended: bool,
}

impl HeadScan {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if self.ended {
            return;
        }
        for byte in bytes {
            match byte {
                b'\r' => {}
                b'\n' if self.line.is_empty() => {
                    self.ended = true;
                    return;
                }
                b'\n' => {
                    self.has_length |= self.line.starts_with(b"content-length:");
                    self.has_encoding |= self.line.starts_with(b"transfer-encoding:");
                    self.line.clear();
                }
                byte if self.line.len() < MAX_NAME => self.line.push(byte.to_ascii_lowercase()),
                _ => {}
            }
        }
    }

    pub(super) fn has_two_lengths(&self) -> bool {
        self.has_length && self.has_encoding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_both_headers_of_a_head_in_any_chunking() {
        for (head, expected) in [
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\nTRANSFER-encoding: chunked\r\n\r\n", true),
            ("POST / HTTP/1.1\nTransfer-Encoding: chunked\nContent-Length: 1\n\n", true),
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nTransfer-Encoding: chunked\r\n\r\n", false),
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\nX: transfer-encoding: chunked\r\n\r\n", false),
        ] {
            for chunk in 1..=head.len() {
                let mut scan = HeadScan::default();
                head.as_bytes().chunks(chunk).for_each(|chunk| scan.feed(chunk));
                assert_eq!(scan.has_two_lengths(), expected, "{head}");
            }
        }
    }
}
