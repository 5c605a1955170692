//! Files: read with a limit, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A file that people write is not larger \[bytes\].
const LARGEST: u64 = 4 * 1024 * 1024;
/// Presets of a folder at most, and how deep it may be.
const MOST_FILES: usize = 1000;
const DEEPEST: usize = 8;

/// The world did not play along.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorldError {
    /// A file or folder could not be read.
    #[error("failed to read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A file is not text.
    #[error("failed to read {}: it is not UTF-8 text (first at byte {at})", path.display())]
    NotText { path: PathBuf, at: usize },
    /// A file is too large to be a description.
    #[error("failed to read {}: it is larger than 4 MiB", path.display())]
    TooLarge { path: PathBuf },
    /// A folder holds nothing to read.
    #[error("failed to read {}: the folder holds no .toml file", path.display())]
    EmptyFolder { path: PathBuf },
    /// A folder holds more than anybody wrote.
    #[error("failed to read {}: the folder holds more than 1,000 files or is too deep", path.display())]
    TooManyFiles { path: PathBuf },
    /// A file could not be written.
    #[error("failed to write {}: {source}; nothing was changed", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// A file is there already, and must not be replaced.
    #[error("failed to write {}: it exists already; nothing was changed", path.display())]
    Exists { path: PathBuf },
    /// Standard output could not be written.
    #[error("failed to write to standard output: {0}")]
    Print(io::Error),
    /// Threads could not be had.
    #[error(transparent)]
    Threads(#[from] crate::experiment::PoolError),
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, WorldError> {
    let fail = |source| WorldError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.is_dir() {
        return Err(fail(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > LARGEST {
        return Err(WorldError::TooLarge { path: path.to_owned() });
    }
    String::from_utf8(bytes).map_err(|error| WorldError::NotText {
        path: path.to_owned(),
        at: error.utf8_error().valid_up_to(),
    })
}

/// The scenario files behind a path: itself, or the `.toml` files of a folder by name.
pub(super) fn scenario_files(path: &Path) -> Result<Vec<PathBuf>, WorldError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = entries(path)?;
    files.retain(|file| is_toml(file) && !file.is_dir());
    if files.is_empty() {
        return Err(WorldError::EmptyFolder { path: path.to_owned() });
    }
    Ok(files)
}

/// The presets of a folder and the folders in it: paths and texts, by path.
pub(super) fn preset_files(folder: &Path) -> Result<Vec<(String, String)>, WorldError> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((next, depth)) = folders.pop() {
        for path in entries(&next)? {
            if found.len() >= MOST_FILES || depth >= DEEPEST {
                return Err(WorldError::TooManyFiles { path: folder.to_owned() });
            }
            if path.is_dir() {
                folders.push((path, depth + 1));
            } else if is_toml(&path) {
                found.push((path.display().to_string(), read(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, WorldError> {
    let fail = |source| WorldError::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(fail)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|e| e.path()).map_err(fail)).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// Writes a file whole or not at all: into a file beside it, which then takes its
/// place. Where anything fails, the file is as it was.
pub(super) fn write(path: &Path, text: &str) -> Result<(), WorldError> {
    let fail = |source| WorldError::Write { path: path.to_owned(), source };
    if path.is_dir() {
        return Err(fail(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    // A device or a pipe has no place to be taken: it is written to.
    if fs::metadata(path).is_ok_and(|data| !data.is_file()) {
        let mut file = File::options().write(true).open(path).map_err(fail)?;
        return file.write_all(text.as_bytes()).map_err(fail);
    }
    // Where the path is a link, the file behind it is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = target.file_name().ok_or_else(|| fail(io::ErrorKind::InvalidFilename.into()))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.partial", std::process::id()));
    let temporary = target.with_file_name(beside);
    let written = File::create_new(&temporary).and_then(|mut file| {
        // A file that is replaced keeps its permissions.
        if let Ok(data) = fs::metadata(&target) {
            file.set_permissions(data.permissions())?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, &target)
    });
    written.map_err(|source| {
        if source.kind() != io::ErrorKind::AlreadyExists {
            let _ = fs::remove_file(&temporary);
        }
        fail(source)
    })
}

/// Makes a folder and those above it, where they are not there yet.
pub(super) fn make_folder(path: &Path) -> Result<(), WorldError> {
    fs::create_dir_all(path).map_err(|source| WorldError::Write { path: path.to_owned(), source })
}

/// Writes a file that is not there yet, whole or not at all; one that is there is
/// left as it is, even if it came a moment ago.
pub(super) fn create(path: &Path, text: &str) -> Result<(), WorldError> {
    let fail = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => WorldError::Exists { path: path.to_owned() },
        _ => WorldError::Write { path: path.to_owned(), source },
    };
    let mut file = File::create_new(path).map_err(fail)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|source| {
        remove(path);
        fail(source)
    })
}

/// Writes files into a folder, which is made if need be: all of them or none. One that
/// is there already with the same text is left as it is; with another nothing changes.
pub(super) fn create_all(folder: &Path, files: &[(PathBuf, &str)]) -> Result<(), WorldError> {
    let mut missing = Vec::new();
    for (path, text) in files {
        if path.symlink_metadata().is_err() {
            missing.push((path, *text));
        } else if !read(path).is_ok_and(|there| there == *text) {
            return Err(WorldError::Exists { path: path.clone() });
        }
    }
    make_folder(folder)?;
    for (at, (path, text)) in missing.iter().enumerate() {
        if let Err(error) = create(path, text) {
            // All or none: what was just made here is taken back.
            missing[..at].iter().for_each(|(path, _)| remove(path));
            return Err(error);
        }
    }
    Ok(())
}

/// Removes a file that was just made; nothing can be done where that fails.
pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}
