//! Changes that fail, and logs that are trimmed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::*;
use crate::codec::messages::metadata_records::topic_record;
use crate::codec::wire::{Str, Uuid};
use crate::log::write::RealFiles;
use crate::log::write::tests::broken::Broken;

/// So long a name that four million bytes of records are not many.
const NAME_BYTES: usize = 30_000;

fn node() -> Node {
    let id = (Uuid([7; 16]), "data".to_owned());
    Node::new(1, "cluster".to_owned(), id, None, Vec::new(), ("localhost".to_owned(), 9093))
}

fn upkeep() -> Upkeep {
    Upkeep {
        snapshot_bytes: u64::MAX,
        retention_bytes: -1,
        retention_ms: -1,
        segment_bytes: 1 << 30,
        segment_ms: i64::MAX,
    }
}

fn open(data: &Path, files: Arc<dyn crate::log::write::Files>, upkeep: Upkeep) -> Metadata {
    let metadata = Metadata::open(data, &node(), Opening { files, ..Opening::default() }, upkeep).unwrap();
    metadata.register(&node()).unwrap();
    metadata
}

fn topics(change: &mut Change, count: u128, from: u128) {
    for number in from..from + count {
        let name = format!("{number:0NAME_BYTES$}");
        let topic_id = Uuid(number.to_be_bytes());
        change.push(&topic_record::Root { name: Str::from(name), topic_id, ..Default::default() }, 0);
    }
}

#[test]
fn a_change_that_fails_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let files = Arc::new(Broken::after(i64::MAX, 100));
    let metadata = open(data.path(), files.clone(), upkeep());
    metadata.change(|_, change| topics(change, 1, 1)).unwrap();
    let before = (metadata.position(), metadata.image(), metadata.last_offset());
    let same = || {
        assert_eq!((metadata.position(), metadata.last_offset()), (before.0, before.2));
        assert!(*metadata.image() == *before.1 && *metadata.lock().cluster.image() == *before.1);
    };
    // The first batch is written, the second one is not.
    files.full_after.store(1, Ordering::SeqCst);
    assert!(metadata.change(|_, change| topics(change, 300, 2)).is_err());
    files.full.store(false, Ordering::SeqCst);
    same();
    // All is written, and not on the disk.
    files.deaf.store(true, Ordering::SeqCst);
    assert!(metadata.change(|_, change| topics(change, 1, 2)).is_err());
    files.deaf.store(false, Ordering::SeqCst);
    same();
    // What the disk has forgotten is not built upon.
    assert_eq!(metadata.change(|_, change| topics(change, 1, 2)).unwrap_err().code(), 56);
    same();
    drop(metadata);
    let metadata = open(data.path(), Arc::new(RealFiles::default()), upkeep());
    assert_eq!(metadata.image().topics.len(), 1);
    metadata.change(|_, change| topics(change, 1, 2)).unwrap();
    assert_eq!(metadata.image().topics.len(), 2);
}

#[test]
fn what_snapshots_stand_for_is_trimmed() {
    let data = tempfile::tempdir().unwrap();
    let files: Arc<dyn crate::log::write::Files> = Arc::new(RealFiles { lazy: true });
    let small =
        Upkeep { snapshot_bytes: 200_000, retention_bytes: 1_000_000, segment_bytes: 100_000, ..upkeep() };
    let metadata = open(data.path(), files.clone(), small);
    let mut number = 0;
    for _ in 0..60 {
        metadata.change(|_, change| topics(change, 1, number)).unwrap();
        metadata
            .change(|_, change| {
                let topic_id = Uuid(number.to_be_bytes());
                let gone = crate::codec::messages::metadata_records::remove_topic_record::Root {
                    topic_id,
                    ..Default::default()
                };
                change.push(&gone, 0);
            })
            .unwrap();
        number += 1;
    }
    metadata.change(|_, change| topics(change, 1, number)).unwrap();
    metadata.trim(i64::MAX);
    let start = metadata.log_start_offset();
    assert!(start > 0, "nothing was trimmed");
    let directory = data.path().join(DIRECTORY);
    let sizes = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    assert!(sizes.sum::<u64>() < 1_300_000);
    metadata.close().unwrap();
    let image = metadata.image();
    drop(metadata);
    let opening = Opening { files, log_start_offset: start, ..Opening::default() };
    let metadata = Metadata::open(data.path(), &node(), opening, small).unwrap();
    assert!(metadata.image().topics == image.topics && metadata.log_start_offset() == start);
}
