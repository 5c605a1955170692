//! Components of which name, kind and technology are known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::name::one_of;
use super::section::section_name;
use crate::diagnostic::nearest_help;
use crate::model::preset::{ComponentKind, Preset};
use crate::model::read::{Context, Found, Reader};
use crate::model::system::ComponentId;

/// One of them.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) name: &'a Found<String>,
    pub(super) kind: ComponentKind,
    pub(super) reader: Reader<'a>,
    /// `None` where the technology is unknown, which is reported already.
    pub(super) preset: Option<Arc<Preset>>,
}

/// All of them, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Drafts<'a> {
    all: Vec<Draft<'a>>,
    by_name: BTreeMap<&'a str, usize>,
}

impl<'a> Drafts<'a> {
    /// Adds one whose name nobody else has.
    pub(super) fn push(&mut self, draft: Draft<'a>) {
        self.by_name.insert(&draft.name.value, self.all.len());
        self.all.push(draft);
    }

    /// The position of a component by its name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }
}

impl<'a> std::ops::Deref for Drafts<'a> {
    type Target = [Draft<'a>];

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

/// Another component by name, of one of these kinds.
pub(super) fn other(
    drafts: &Drafts<'_>,
    found: &Found<String>,
    kinds: &[ComponentKind],
    role: &str,
    context: &Context<'_>,
) -> Option<ComponentId> {
    let name = &found.value;
    let fits =
        || drafts.iter().filter(|one| kinds.contains(&one.kind)).map(|one| one.name.value.as_str());
    let wanted = || kinds.iter().map(|kind| kind.describe()).collect::<Vec<_>>().join(" or ");
    let label = || match fits().next() {
        Some(_) => one_of("components", fits()),
        None => format!("describe {} under [{}.…]", wanted(), section_name(kinds[0])),
    };
    let Some(at) = drafts.named(name) else {
        context.error_with_help(
            "model::unknown_component",
            format!("there is no component \"{name}\""),
            (&found.at, &label()),
            nearest_help(name, fits()),
        );
        return None;
    };
    if kinds.contains(&drafts[at].kind) {
        return Some(ComponentId(at));
    }
    let (is, wanted) = (drafts[at].kind.describe(), wanted());
    context.error(
        "model::wrong_kind",
        format!("\"{name}\" is {is}, and \"{role}\" needs {wanted}"),
        &found.at,
        &label(),
    );
    None
}
