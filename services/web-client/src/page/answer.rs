//! The box that says what came of a form.

use std::borrow::Cow;

use kit::problem::Problem;
use maud::{Markup, html};

use super::Frame;

pub(crate) struct Answer<'a> {
    pub(crate) good: bool,
    pub(crate) reply: Markup,
    pub(crate) facts: Markup,
    pub(crate) trace_id: Option<Cow<'a, str>>,
}

impl<'a> Answer<'a> {
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
    pub(crate) fn answer(&self, answer: &Answer<'_>) -> Markup {
        html! {
            div.answer.good[answer.good].bad[!answer.good] {
                p.reply { (answer.reply) }
                p.facts {
                    (answer.facts)
                    @match (&answer.trace_id, self.traces()) {
                        (Some(id), Some(traces)) => a href={ (traces) (id) } { "its trace" },
                        (Some(id), None) => span { "trace " code { (id) } },
                        (None, _) => {}
                    }
                }
            }
        }
    }
}
