//! Directories that leave: those of deleted topics, which are removed after a while, and strays, which belong to no
//! partition of this broker and are only given another name (`LogManager.handleStray`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::checkpoints::METADATA_TOPIC;
use super::metadata::registration::random_id;
use crate::codec::wire::Uuid;
use crate::log::properties;
use crate::state::cluster::Image;

/// The longest name of a directory of most file systems.
const NAME_BYTES_MAX: usize = 255;
const DELETED: &str = "delete";
const STRAY: &str = "stray";

/// Directories of deleted topics, and when they go.
#[derive(Debug, Default)]
pub struct Leaving {
    due: Mutex<Vec<(PathBuf, i64)>>,
}

impl Leaving {
    /// Gives the directory of a deleted partition the name that it has until it is removed, which it is told.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn rename(&self, from: &Path, due_ms: i64) -> io::Result<PathBuf> {
        let to = renamed(from, DELETED);
        fs::rename(from, &to)?;
        self.due.lock().unwrap_or_else(PoisonError::into_inner).push((to.clone(), due_ms));
        Ok(to)
    }

    /// Removes directories whose time has come.
    pub fn remove_due(&self, now_ms: i64) {
        let due: Vec<_> = {
            let mut all = self.due.lock().unwrap_or_else(PoisonError::into_inner);
            if all.is_empty() {
                return;
            }
            let (due, left) = all.drain(..).partition(|(_, due_ms)| *due_ms <= now_ms);
            *all = left;
            due
        };
        // Who deletes the next topic meanwhile does not wait for that.
        for (path, _) in due {
            if let Err(error) = fs::remove_dir_all(&path) {
                tracing::warn!("{}: cannot be removed: {error}", path.display());
            }
        }
    }

    /// Finds what an earlier run left to be removed.
    pub fn find(&self, data: &Path) {
        let suffix = format!("-{DELETED}");
        let left = directories(data).filter(|(name, _)| name.ends_with(&suffix)).map(|(_, path)| (path, 0));
        self.due.lock().unwrap_or_else(PoisonError::into_inner).extend(left);
    }
}

/// Gives directories that belong to no partition of this node another name. A crash leaves them between the record
/// that removes a topic and the removal; without it the next topic of that name would find them.
pub fn set_strays_aside(data: &Path, image: &Image, node_id: i32) {
    for (name, path) in directories(data) {
        let Some((topic, number)) = partition_of(&name) else { continue };
        if topic == METADATA_TOPIC {
            continue;
        }
        let here = |id: Option<Uuid>| {
            let topic = match id {
                Some(id) => image.topics.by_id(id).filter(|found| found.name == topic),
                None => image.topics.by_name(topic),
            };
            topic
                .and_then(|topic| topic.partitions.get(&number))
                .is_some_and(|p| p.replicas.contains(&node_id))
        };
        let is_stray = match topic_id(&path) {
            Ok(Some(id)) => !here(Some(id)),
            // Something else may be called like that.
            Ok(None) => !here(None) && holds_a_log(&path),
            // Whoever opens it says what is wrong.
            Err(_) => false,
        };
        if is_stray {
            set_aside(&path);
        }
    }
}

/// Gives a stray its name; whether it has it.
pub fn set_aside(path: &Path) -> bool {
    let to = renamed(path, STRAY);
    let (from, to_shown) = (path.display(), to.display());
    match fs::rename(path, &to) {
        Ok(()) => {
            tracing::warn!(
                "{from} belongs to no topic of this cluster: it is called {to_shown} now and is not used"
            );
            true
        }
        Err(error) => {
            tracing::error!("{from} belongs to no topic of this cluster, and cannot be renamed: {error}");
            false
        }
    }
}

/// The topic's id that a directory tells; none where it has no `partition.metadata`.
fn topic_id(path: &Path) -> io::Result<Option<Uuid>> {
    let text = match fs::read_to_string(path.join("partition.metadata")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    // Directories that were made by hand may have it in the base64 that is not for URLs.
    let metadata = properties::partition_metadata(&text.replace('+', "-").replace('/', "_"));
    metadata.map(|metadata| Some(Uuid(metadata.topic_id))).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn holds_a_log(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|entries| {
        entries.flatten().any(|entry| Path::new(&entry.file_name()).extension().is_some_and(|e| e == "log"))
    })
}

fn directories(data: &Path) -> impl Iterator<Item = (String, PathBuf)> + use<> {
    let entries = fs::read_dir(data).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
}

/// Topic and number in the name of a partition's directory.
fn partition_of(name: &str) -> Option<(&str, i32)> {
    let (topic, digits) = name.rsplit_once('-')?;
    let number: i32 = digits.parse().ok().filter(|number: &i32| number.to_string() == digits)?;
    (!topic.is_empty() && number >= 0).then_some((topic, number))
}

/// `name.uuid-why`, the name cut where it is too long.
fn renamed(path: &Path, why: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let suffix = format!(".{}-{why}", hex::encode(random_id().0));
    let room = NAME_BYTES_MAX.saturating_sub(suffix.len());
    path.with_file_name(format!("{}{suffix}", name.get(..room).unwrap_or(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(partition_of("a-b-12"), Some(("a-b", 12)));
        for other in ["a", "-1", "a-", "a-01", "a-+1", "a--1x", "a-0.5f-delete", "a-0.5f-stray"] {
            assert_eq!(partition_of(other), None, "{other}");
        }
        let long = format!("/d/{}-7", "x".repeat(249));
        let name = renamed(Path::new(&long), STRAY);
        let name = name.file_name().unwrap().to_str().unwrap();
        assert!(name.len() == NAME_BYTES_MAX && name.ends_with("-stray"), "{name}");
    }
}
