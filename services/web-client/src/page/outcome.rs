//! The box that shows the outcome of a form.

use std::borrow::Cow;

use kit::problem::Problem;
use maud::{Markup, html};

use super::Frame;

pub(crate) struct Outcome<'a> {
    pub(crate) good: bool,
    pub(crate) reply: Markup,
    pub(crate) facts: Markup,
    pub(crate) trace_id: Option<Cow<'a, str>>,
}

impl<'a> Outcome<'a> {
    pub(crate) fn failed(problem: &'a Problem) -> Self {
        Self {
            good: false,
            reply: html! { (problem.status.as_u16()) " " (problem.title) },
            facts: html! { span { (problem.detail) } },
            trace_id: problem.trace_id.as_deref().map(Cow::Borrowed),
        }
    }
}

impl Frame {
    /// Links to the current call's trace only if it is sampled: no collector has another one.
    pub(crate) fn result(&self, outcome: &Outcome<'_>) -> Markup {
        let sampled = kit::telemetry::current_sampled_trace_id();
        let traces = self.traces().filter(|_| sampled.is_some());
        html! {
            div.outcome.good[outcome.good].bad[!outcome.good] {
                p.reply { (outcome.reply) }
                p.facts {
                    (outcome.facts)
                    @match (&outcome.trace_id, traces) {
                        (Some(id), Some(traces)) => a href={ (traces) (id) } { "trace" },
                        (Some(id), None) => span { "trace " code { (id) } },
                        (None, _) => {}
                    }
                }
            }
        }
    }
}
