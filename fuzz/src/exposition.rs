/// Parses a text exposition. What parses is rendered as text that parses to an equal exposition.
pub fn exposition(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(parsed) = prometheus_text::parse(text) else { return };
    let rendered = parsed.to_string();
    let reparsed = prometheus_text::parse(&rendered);
    assert_eq!(reparsed.as_ref(), Ok(&parsed), "{rendered:?}");
    assert_eq!(prometheus_text::compare(&parsed, &parsed), []);
}
