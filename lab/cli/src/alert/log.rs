//! The reason, in Alertmanager's log, why a mail could not be sent.

use catalog::Service;
use clients::{Clients, time::unix_now};

use crate::table::Failure;

/// The last reason that Alertmanager has logged in the last `seconds`; `None` without one.
async fn mail_failure(clients: &Clients, seconds: f64) -> Option<String> {
    let since = (unix_now() - seconds).max(0.0) as u64;
    let log = clients.docker.logs(Service::Alertmanager, since).await.ok()?;
    reason(&log)
}

/// Adds the logged reason to a failure.
pub(super) async fn explain(clients: &Clients, seconds: f64, failure: Failure) -> Failure {
    match mail_failure(clients, seconds).await {
        Some(reason) => format!("{failure}; Alertmanager cannot send: {reason}").into(),
        None => failure,
    }
}

/// The error of the last attempt that failed, in logfmt.
fn reason(log: &str) -> Option<String> {
    let failed =
        |line: &&str| line.contains("Notify attempt failed") || line.contains("Notify for alerts failed");
    let line = log.lines().rfind(failed)?;
    let (_, value) = line.split_once(" err=")?;
    let Some(quoted) = value.strip_prefix('"') else { return value.split(' ').next().map(str::to_owned) };
    let (mut text, mut is_escaped) = (String::new(), false);
    for c in quoted.chars() {
        match c {
            '"' if !is_escaped => return Some(text),
            '\\' if !is_escaped => is_escaped = true,
            _ => {
                text.push(c);
                is_escaped = false;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reason_is_read_from_the_log() {
        let log = "time=2026-11-30T20:43:46Z level=INFO msg=\"Listening\"\n\
            \u{1}\0\0 time=2026-11-30T20:43:50Z level=WARN source=retry_stage.go:163 msg=\"Notify attempt failed, will retry later\" \
            component=dispatcher receiver=oncall attempts=1 err=\"*smtp.plainAuth auth: 535 5.7.8 \\\"Bad\\\" credentials\"\n\
            time=2026-11-30T20:43:51Z level=INFO msg=\"Completed loading of configuration file\"\n";
        assert_eq!(reason(log).as_deref(), Some(r#"*smtp.plainAuth auth: 535 5.7.8 "Bad" credentials"#));
        assert_eq!(reason("level=INFO msg=fine"), None);
    }
}
