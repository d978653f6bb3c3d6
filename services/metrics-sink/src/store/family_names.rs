//! The names of the page. A page is valid if each name on it has one type, over all nodes, and the names of samples
//! that a histogram or a summary implies (`x_bucket`, `x_sum`, `x_count`) are no names of other families.
//!
//! The first family with a name claims it until no node has a series of it on the page. Families that contradict a
//! claim are refused, so the type of a name does not change from scrape to scrape.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::refusal::Reason;
use crate::wire::Kind;

/// The claimed names of all nodes.
#[derive(Debug, Default)]
pub(crate) struct FamilyNames(Mutex<HashMap<Arc<str>, Claim>>);

#[derive(Debug, Clone, Copy)]
struct Claim {
    kind: Kind,
    /// Nodes with a family of this name.
    nodes: usize,
}

/// The suffixes of the samples of a family of this type; those without one have its name.
fn suffixes(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Histogram => &["_bucket", "_sum", "_count"],
        Kind::Summary => &["_sum", "_count"],
        Kind::Counter | Kind::Gauge | Kind::Untyped => &[],
    }
}

impl FamilyNames {
    /// Claims `name` for a node's new family. Returns the name, which all nodes share.
    ///
    /// # Errors
    ///
    /// [`Reason::Type`] if the page would be invalid.
    pub(crate) fn claim(&self, name: &str, kind: Kind) -> Result<Arc<str>, Reason> {
        let mut claims = self.0.lock();
        if let Some((shared, claim)) = claims.get_key_value(name) {
            if claim.kind != kind {
                return Err(Reason::Type);
            }
            let shared = Arc::clone(shared);
            if let Some(claim) = claims.get_mut(name) {
                claim.nodes += 1;
            }
            return Ok(shared);
        }
        check(&claims, name, kind)?;
        let shared: Arc<str> = name.into();
        claims.insert(Arc::clone(&shared), Claim { kind, nodes: 1 });
        Ok(shared)
    }

    /// Changes the type of a name that only the calling node has.
    ///
    /// # Errors
    ///
    /// [`Reason::Type`] if another node has the name too, or the page would be invalid.
    pub(crate) fn change(&self, name: &str, kind: Kind) -> Result<(), Reason> {
        let mut claims = self.0.lock();
        if claims.get(name).is_some_and(|claim| claim.nodes > 1) {
            return Err(Reason::Type);
        }
        check(&claims, name, kind)?;
        if let Some(claim) = claims.get_mut(name) {
            claim.kind = kind;
        }
        Ok(())
    }

    /// Releases a node's claim.
    pub(crate) fn release(&self, name: &str) {
        let mut claims = self.0.lock();
        if let Some(claim) = claims.get_mut(name) {
            claim.nodes -= 1;
            if claim.nodes == 0 {
                claims.remove(name);
                if claims.len() < claims.capacity() / 4 {
                    claims.shrink_to_fit();
                }
            }
        }
    }
}

/// Checks the names of samples against those of all other families.
fn check(claims: &HashMap<Arc<str>, Claim>, name: &str, kind: Kind) -> Result<(), Reason> {
    let implied_by_other = suffixes(Kind::Histogram).iter().any(|suffix| {
        let base = name.strip_suffix(suffix).and_then(|base| claims.get(base));
        base.is_some_and(|base| suffixes(base.kind).contains(suffix))
    });
    let implies_other =
        suffixes(kind).iter().any(|suffix| claims.contains_key(format!("{name}{suffix}").as_str()));
    if implied_by_other || implies_other { Err(Reason::Type) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_type_until_its_last_family_is_removed() {
        let names = FamilyNames::default();
        names.claim("x", Kind::Counter).unwrap();
        names.claim("x", Kind::Counter).unwrap();
        assert_eq!(names.claim("x", Kind::Gauge), Err(Reason::Type));
        names.release("x");
        assert_eq!(names.claim("x", Kind::Gauge), Err(Reason::Type));
        names.release("x");
        names.claim("x", Kind::Gauge).unwrap();
    }

    #[test]
    fn only_the_single_node_with_a_name_changes_its_type() {
        let names = FamilyNames::default();
        names.claim("x", Kind::Summary).unwrap();
        names.claim("x", Kind::Summary).unwrap();
        assert_eq!(names.change("x", Kind::Histogram), Err(Reason::Type));
        names.release("x");
        names.claim("x_bucket", Kind::Gauge).unwrap();
        assert_eq!(names.change("x", Kind::Histogram), Err(Reason::Type));
        names.release("x_bucket");
        names.change("x", Kind::Histogram).unwrap();
        assert_eq!(names.claim("x_bucket", Kind::Gauge), Err(Reason::Type));
    }

    #[test]
    fn names_of_samples_collide_in_either_order() {
        use Kind::{Counter, Histogram, Summary};
        for (first, second, collide) in [
            (("x", Histogram), ("x_count", Counter), true),
            (("x", Histogram), ("x_bucket", Summary), true),
            (("x", Summary), ("x_sum", Histogram), true),
            (("x", Summary), ("x_bucket", Counter), false),
            (("x", Counter), ("x_count", Counter), false),
            (("x", Histogram), ("x_total", Counter), false),
            (("x_count", Histogram), ("x_sum", Histogram), false),
        ] {
            for [one, other] in [[first, second], [second, first]] {
                let names = FamilyNames::default();
                names.claim(one.0, one.1).unwrap();
                assert_eq!(names.claim(other.0, other.1).is_err(), collide, "{one:?} {other:?}");
            }
        }
    }
}
