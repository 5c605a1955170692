//! `drillcast init`: something small that runs at once.

use std::path::PathBuf;

use super::arguments::Init;
use super::disk::{self, WorldError};
use super::exit::Exit;
use super::load::Refusal;
use super::terminal::answer;

/// Names and texts: described systems of this repository, so that they are tested with it.
const FILES: [(&str, &str); 2] = [
    ("shop.toml", include_str!("../../models/shop.toml")),
    ("zone-a.toml", include_str!("../../scenarios/shop/zone-a.toml")),
];

pub(super) fn command(arguments: &Init) -> Result<Exit, Refusal> {
    let folder = &arguments.folder;
    let paths: Vec<PathBuf> = FILES.iter().map(|(name, _)| folder.join(name)).collect();
    if let Some(path) = paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(WorldError::Exists { path: path.clone() }.into());
    }
    disk::make_folder(folder)?;
    for (at, (path, (_, text))) in paths.iter().zip(FILES).enumerate() {
        if let Err(error) = disk::create(path, text) {
            // All or none: what was just made here is taken back.
            paths[..at].iter().for_each(|path| disk::remove(path));
            return Err(error.into());
        }
    }
    let [model, scenario] = [&paths[0], &paths[1]].map(|path| path.display());
    answer(
        &format!(
            "A model in {model}, and what happens to it in {scenario}.\n\n\
             Next: drillcast predict {model} {scenario}\n"
        ),
        None,
    )?;
    Ok(Exit::Met)
}
