//! `drillcast presets`.

use super::arguments::Presets;
use super::exit::Exit;
use super::load::{Refusal, library};
use super::terminal::{answer, complain_of, look};
use crate::diagnostic::{Diagnostic, Severity, nearest_help};
use crate::report::{Align, Block, Cell, Column, Document, Table, harmless, plain_ascii, text};

pub(super) fn command(arguments: &Presets) -> Result<Exit, Refusal> {
    let (library, wrong) = library(arguments.presets.as_deref())?;
    let bad = wrong.iter().any(|finding| finding.severity == Severity::Error);
    let look = look(arguments.ascii, arguments.out.as_deref());
    let answered = match &arguments.name {
        None => text(&list(&library), look),
        Some(name) => {
            let Some(preset) = library.get(name) else {
                let unknown =
                    Diagnostic::error("preset::unknown", format!("there is no preset \"{name}\""));
                let help = nearest_help(name, library.names())
                    .unwrap_or_else(|| format!("there are: {}", library.names().join(", ")));
                return Err(Refusal::Findings(
                    wrong.into_iter().chain([unknown.help(help)]).collect(),
                ));
            };
            match library.source(name).filter(|_| arguments.toml) {
                Some(source) => source.text().to_owned(),
                None => clean(&preset.describe(look.width.min(100)), look.ascii),
            }
        }
    };
    complain_of(&wrong, arguments.ascii);
    answer(&answered, arguments.out.as_deref())?;
    Ok(if bad { Exit::Bad } else { Exit::Met })
}

fn list(library: &crate::model::preset::PresetLibrary) -> Document {
    let mut table = Table {
        columns: vec![
            Column::new("preset", Align::Left),
            Column::new("technology", Align::Left).shortened(36),
            Column::droppable("kind", Align::Left, 3),
            Column::new("held against reality", Align::Left),
            Column::new("versions", Align::Left).or_below(),
        ],
        rows: Vec::new(),
    };
    for name in library.names() {
        let Some(preset) = library.get(name) else { continue };
        table.rows.push(vec![
            Cell::plain(name),
            Cell::plain(preset.title.clone()),
            Cell::plain(preset.kind.name()),
            Cell::plain(preset.held.as_ref().map_or_else(
                || "never".to_owned(),
                |held| {
                    format!("{} of {} off, {} failovers", held.off, held.figures, held.failovers)
                },
            )),
            Cell::plain(preset.versions.clone()),
        ]);
    }
    let first = library.names().first().copied().unwrap_or("NAME").to_owned();
    Document {
        blocks: vec![Block::Table(table), Block::Command(format!("drillcast presets {first}"))],
    }
}

/// Lines of text without what could steer a terminal.
fn clean(text: &str, ascii: bool) -> String {
    let shown = |line| if ascii { plain_ascii(&harmless(line)) } else { harmless(line) };
    text.lines().map(|line| shown(line) + "\n").collect()
}
