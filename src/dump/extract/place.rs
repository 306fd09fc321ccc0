//! Where extracted records may be written.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::ExtractError;

/// A file that every log directory has.
const META_PROPERTIES: &str = "meta.properties";

/// Makes a directory for a new segment, or takes an empty one. `sources` are the files and directories that
/// are read.
///
/// # Errors
///
/// Where something is in it, it is or lies in a directory that is read from or belongs to a broker, or
/// cannot be made.
pub fn directory(path: &Path, sources: &[PathBuf]) -> Result<(), ExtractError> {
    let failed = |error| ExtractError::Io { path: path.to_owned(), error };
    check(path, sources)?;
    match fs::read_dir(path) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(ExtractError::NotEmpty { path: path.to_owned() }),
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(path).map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(ExtractError::NotADirectory { path: path.to_owned() })
        }
        Err(error) => Err(failed(error)),
    }
}

/// Makes a file. `sources` are the files and directories that are read.
///
/// # Errors
///
/// Where it exists, lies in a directory that is read from or belongs to a broker, or cannot be made.
pub fn file(path: &Path, sources: &[PathBuf]) -> Result<File, ExtractError> {
    check(path, sources)?;
    create(path)
}

/// Makes a file that does not exist.
pub(super) fn create(path: &Path) -> Result<File, ExtractError> {
    File::create_new(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => ExtractError::Exists { path: path.to_owned() },
        _ => ExtractError::Io { path: path.to_owned(), error },
    })
}

fn check(path: &Path, sources: &[PathBuf]) -> Result<(), ExtractError> {
    let whole = resolve(path);
    for source in sources {
        // What cannot be resolved cannot be read either: standard input, something that went away.
        let Ok(source) = fs::canonicalize(source) else { continue };
        let directory = if source.is_dir() { Some(source.as_path()) } else { source.parent() };
        if let Some(directory) = directory.filter(|directory| whole.starts_with(directory)) {
            // A file that lies loose in a directory of other things forbids that directory and no more.
            let is_log = source.is_dir() || whole.parent() == Some(directory) || whole == directory;
            if is_log {
                return Err(ExtractError::InSource {
                    path: path.to_owned(),
                    source_dir: directory.to_owned(),
                });
            }
        }
    }
    let log_dir = whole.ancestors().find(|ancestor| ancestor.join(META_PROPERTIES).is_file());
    log_dir.map_or(Ok(()), |log_dir| {
        Err(ExtractError::InLogDirectory { path: path.to_owned(), log_dir: log_dir.to_owned() })
    })
}

/// The absolute path of what need not exist yet, links followed as far as it does.
fn resolve(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for ancestor in absolute.ancestors() {
        if let (Ok(there), Ok(rest)) = (fs::canonicalize(ancestor), absolute.strip_prefix(ancestor)) {
            return if rest.as_os_str().is_empty() { there } else { there.join(rest) };
        }
    }
    absolute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let root = std::env::temp_dir().join(format!("kafkit-place-{}", std::process::id()));
        let log_dir = root.join("logs");
        let partition = log_dir.join("orders-0");
        let loose = root.join("loose");
        for directory in [&partition, &loose] {
            fs::create_dir_all(directory).unwrap();
        }
        fs::write(log_dir.join(META_PROPERTIES), "version=1\n").unwrap();
        let segment = partition.join("00000000000000000000.log");
        fs::write(&segment, "").unwrap();
        fs::write(loose.join("00000000000000000000.log"), "").unwrap();
        let sources = [segment, loose.join("00000000000000000000.log")];

        assert!(matches!(directory(&partition, &sources), Err(ExtractError::InSource { .. })));
        assert!(matches!(directory(&partition.join("out"), &sources), Err(ExtractError::InSource { .. })));
        assert!(matches!(directory(&loose, &sources), Err(ExtractError::InSource { .. })));
        let dotted = root.join("new").join("..").join("logs").join("copy-0");
        fs::create_dir(root.join("new")).unwrap();
        assert!(matches!(directory(&dotted, &sources), Err(ExtractError::InLogDirectory { .. })));
        assert!(matches!(directory(&root, &sources), Err(ExtractError::NotEmpty { .. })));
        assert!(matches!(
            directory(&partition.join("00000000000000000000.log"), &[]),
            Err(ExtractError::InLogDirectory { .. })
        ));
        directory(&root.join("new"), &sources).unwrap();
        directory(&root.join("a").join("b"), &sources).unwrap();
        directory(&root.join("a").join("b"), &sources).unwrap();

        file(&root.join("values"), &sources).unwrap();
        assert!(matches!(file(&root.join("values"), &sources), Err(ExtractError::Exists { .. })));
        assert!(matches!(file(&loose.join("values"), &sources), Err(ExtractError::InSource { .. })));
        assert!(matches!(directory(&root.join("values"), &sources), Err(ExtractError::NotADirectory { .. })));
        fs::remove_dir_all(root).unwrap();
    }
}
