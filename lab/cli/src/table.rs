//! Claims with their evidence, and the table that they are printed in.

use std::io::{self, Write};

use clients::{docker::DockerError, fetch::FetchError};
use dashboards::{LoadError, Unsupported};
use evaluate::panel::QueryError;
use faults::{fault_guard::FaultGuardError, load::EchoError};
use tokio::task::JoinError;

use crate::leftovers::LeftoverError;

/// Width of the table, in columns.
const WIDTH: usize = 100;
/// Width of the claims, in columns; the evidence takes the rest.
const CLAIM_WIDTH: usize = 44;

/// The evidence for a claim, or the reason why it fails.
pub type Evidence = Result<String, Failure>;

/// Why a claim does not hold or could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self(reason)
    }
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        Self(reason.into())
    }
}

impl From<Failure> for String {
    fn from(Failure(reason): Failure) -> Self {
        reason
    }
}

/// Implements `From` for errors whose message is the reason.
macro_rules! from_errors {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self(error.to_string())
            }
        })+
    };
}

from_errors!(
    DockerError,
    EchoError,
    FaultGuardError,
    FetchError,
    JoinError,
    LeftoverError,
    LoadError,
    QueryError,
    Unsupported,
    io::Error,
    reqwest::Error,
    tonic::Status,
);

/// The verdict on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The claim holds.
    Proven,
    /// The claim does not hold, or could not be checked although it should be possible here.
    Failed,
    /// The claim cannot be checked here.
    NotProvable,
}

impl Verdict {
    fn mark(self) -> char {
        match self {
            Self::Proven => '✓',
            Self::Failed => '✗',
            Self::NotProvable => '–',
        }
    }
}

/// A claim with its verdict and evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The verdict.
    pub verdict: Verdict,
    /// The claim.
    pub claim: String,
    /// The evidence.
    pub evidence: String,
}

impl Claim {
    /// A claim that holds.
    pub fn proven(claim: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self { verdict: Verdict::Proven, claim: claim.into(), evidence: evidence.into() }
    }

    /// A claim that does not hold.
    pub fn failed(claim: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, claim: claim.into(), evidence: evidence.into() }
    }

    /// A claim that cannot be checked here.
    pub fn not_provable(claim: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotProvable, claim: claim.into(), evidence: evidence.into() }
    }

    /// `Ok` is proven, `Err` is failed; each contains the evidence.
    pub fn from_result<E: std::fmt::Display>(claim: impl Into<String>, result: Result<String, E>) -> Self {
        match result {
            Ok(evidence) => Self::proven(claim, evidence),
            Err(error) => Self::failed(claim, error.to_string()),
        }
    }
}

/// The number of claims by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Proven.
    pub proven: usize,
    /// Failed.
    pub failed: usize,
    /// Not provable.
    pub not_provable: usize,
}

/// Writes groups of claims immediately, and counts them.
#[derive(Debug)]
pub struct Table<W> {
    out: W,
    tally: Tally,
    unproven: Vec<Claim>,
}

impl<W: Write> Table<W> {
    /// An empty table.
    pub fn new(out: W) -> Self {
        Self { out, tally: Tally::default(), unproven: Vec::new() }
    }

    /// Writes one group; an empty one is skipped.
    ///
    /// # Errors
    ///
    /// Returns an error if the output cannot be written.
    pub fn group(&mut self, title: &str, claims: Vec<Claim>) -> io::Result<()> {
        if claims.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n{title}")?;
        for claim in claims {
            match claim.verdict {
                Verdict::Proven => self.tally.proven += 1,
                Verdict::Failed => self.tally.failed += 1,
                Verdict::NotProvable => self.tally.not_provable += 1,
            }
            write_claim(&mut self.out, &claim)?;
            if claim.verdict != Verdict::Proven {
                self.unproven.push(claim);
            }
        }
        self.out.flush()
    }

    /// Writes the claims that are not proven again, and the totals.
    ///
    /// # Errors
    ///
    /// Returns an error if the output cannot be written.
    pub fn finish(mut self) -> io::Result<Tally> {
        for (verdict, title) in [(Verdict::NotProvable, "Not provable here"), (Verdict::Failed, "Failed")] {
            let claims: Vec<&Claim> = self.unproven.iter().filter(|claim| claim.verdict == verdict).collect();
            if !claims.is_empty() {
                let names: Vec<&str> = claims.iter().map(|claim| claim.claim.as_str()).collect();
                writeln!(self.out)?;
                for line in wrap(&format!("{title}: {}.", names.join("; ")), WIDTH) {
                    writeln!(self.out, "{line}")?;
                }
            }
        }
        let Tally { proven, failed, not_provable } = self.tally;
        writeln!(self.out, "\n{proven} claims proven, {failed} failed, {not_provable} not provable here")?;
        self.out.flush()?;
        Ok(self.tally)
    }
}

fn write_claim(out: &mut impl Write, claim: &Claim) -> io::Result<()> {
    let left = wrap(&claim.claim, CLAIM_WIDTH);
    let right = wrap(&claim.evidence, WIDTH - CLAIM_WIDTH - 4);
    for row in 0..left.len().max(right.len()) {
        let mark = if row == 0 { claim.verdict.mark() } else { ' ' };
        let (left, right) = (left.get(row).map_or("", |s| s), right.get(row).map_or("", |s| s));
        writeln!(out, "{}", format!("{mark} {left:CLAIM_WIDTH$}  {right}").trim_end())?;
    }
    Ok(())
}

/// Breaks a text into lines at spaces, and words only if they are longer than a line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        let used = line.chars().count();
        if used > 0 && used + 1 + word.len() > width {
            lines.push(std::mem::take(&mut line));
        } else if used > 0 {
            line.push(' ');
        }
        while word.len() > width {
            lines.push(word.drain(..width).collect());
        }
        line.extend(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(claims: Vec<Claim>) -> (String, Tally) {
        let mut out = Vec::new();
        let mut table = Table::new(&mut out);
        table.group("Group", claims).unwrap();
        let tally = table.finish().unwrap();
        (String::from_utf8(out).unwrap(), tally)
    }

    #[test]
    fn every_verdict_has_a_mark_and_is_counted() {
        let (text, tally) = written(vec![
            Claim::proven("a holds", "seen"),
            Claim::failed("b holds", "not so"),
            Claim::not_provable("c holds", "Grafana is not here"),
        ]);
        assert!(text.contains("✓ a holds"), "{text}");
        assert!(text.contains("✗ b holds"), "{text}");
        assert!(text.contains("– c holds"), "{text}");
        assert!(text.ends_with("1 claims proven, 1 failed, 1 not provable here\n"), "{text}");
        assert_eq!(tally, Tally { proven: 1, failed: 1, not_provable: 1 });
    }

    #[test]
    fn unproven_claims_are_repeated_at_the_end() {
        let (text, _) = written(vec![
            Claim::not_provable("Grafana is healthy", "not here"),
            Claim::failed("traces arrive", "none"),
        ]);
        assert!(text.contains("\nNot provable here: Grafana is healthy.\n"), "{text}");
        assert!(text.contains("\nFailed: traces arrive.\n"), "{text}");
    }

    #[test]
    fn lines_are_wrapped_at_the_width_without_loss() {
        let claim = "word ".repeat(40) + &"x".repeat(150);
        let (text, _) = written(vec![Claim::failed(claim.clone(), claim)]);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.matches('x').count(), 3 * 150);
    }
}
