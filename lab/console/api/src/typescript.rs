//! The TypeScript declarations of the API, generated into `web/src/api/generated/api.ts`. The test fails when the file is out of
//! date; update it with `UPDATE=1 cargo test -p console typescript`.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use ts_rs::{Config, TS, TypeVisitor};

/// Declarations by name, with those of all types that they refer to.
struct Declarations {
    config: Config,
    visited: HashSet<TypeId>,
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.visited.insert(TypeId::of::<T>()) {
            return;
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
        // Only derived types have a path.
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            let text = format(&T::decl(&self.config));
            assert!(self.by_name.insert(name.clone(), text).is_none(), "two types are named {name}");
        }
    }
}

/// One field per line, without the comments: changing a comment does not change the file.
fn format(declaration: &str) -> String {
    let mut text = String::new();
    let mut rest = declaration;
    while let Some((before, comment)) = rest.split_once("/**") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut formatted = String::from("export");
    let mut depth = 0;
    for word in words {
        let closes = word.starts_with('}');
        depth -= usize::from(closes && depth > 0);
        let opened_or_separated = formatted.ends_with('{') || formatted.ends_with(',');
        formatted.push_str(match (depth, opened_or_separated) {
            (1, true) => "\n  ",
            (0, true) if closes => "\n",
            _ => " ",
        });
        formatted.push_str(word);
        depth += usize::from(word == "{");
    }
    formatted.push('\n');
    formatted
}

fn generate() -> String {
    let mut declarations = Declarations {
        config: Config::new().with_large_int("number"),
        visited: HashSet::new(),
        by_name: BTreeMap::new(),
    };
    macro_rules! visit {
        ($($root:path),+ $(,)?) => { $(declarations.visit::<$root>();)+ };
    }
    visit!(
        crate::actions::ActionOutcome,
        crate::activity::Activity,
        crate::alerts::AlertSource,
        crate::alerts::AlertView,
        crate::dashboards::api::DashboardView,
        crate::dashboards::api::DataRequest,
        crate::dashboards::api::PanelData,
        crate::lab::Lab,
        crate::mails::MailHead,
        crate::mails::MailView,
        crate::topology::Topology,
        crate::traces::TraceSummary,
        crate::traces::Waterfall,
        crate::tutorials::TutorialView,
    );
    let header = "// Generated from the Rust types of ../../../../api. Update: UPDATE=1 cargo test -p console typescript\n";
    let texts = declarations.by_name.into_values().map(|text| format!("\n{text}"));
    format!("{header}{}", texts.collect::<String>())
}

#[test]
fn typescript_declarations_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/api/generated/api.ts");
    let generated = generate();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let existing = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(existing == generated, "{} is out of date; run with UPDATE=1", path.display());
}
