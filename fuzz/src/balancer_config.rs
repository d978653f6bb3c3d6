//! The TCP balancer's configuration file.

use tcp_balancer::config::File;

/// Arbitrary text never panics. An error is one line of text and names a line of the file. An accepted file is accepted
/// again, and is equal, after it is rendered as JSON, as REST does.
pub fn balancer_config(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    match File::parse(text) {
        Ok(file) => {
            let rendered = serde_json::to_string(&file).expect("an accepted file can be rendered");
            assert_eq!(serde_json::from_str::<File>(&rendered).ok(), Some(file), "{rendered}");
        }
        Err(error) => {
            let lines = text.matches('\n').count() + 1;
            assert!((1..=lines).contains(&error.line), "{error:?}");
            assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error:?}");
        }
    }
}
