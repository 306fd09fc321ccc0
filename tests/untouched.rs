//! dump-log never writes, creates or locks anything where the files lie, and copes with files that
//! change under it.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::logs;
use kafkit::log::scan::{GapKind, Piece, Scanner};
use kafkit::log::source::Source;

/// Who has no rights of their own on most systems.
const NOBODY: u32 = 65534;

/// Size, times and content of everything below `path`, by name.
fn tree(path: &Path, found: &mut BTreeMap<PathBuf, (u64, i64, i64, u32)>) {
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        let content = if metadata.is_file() { crc32c::crc32c(&std::fs::read(&path).unwrap()) } else { 0 };
        // Of a directory the time changes when something is created or removed in it.
        found.insert(path.clone(), (metadata.len(), metadata.mtime_nsec(), metadata.mtime(), content));
        if metadata.is_dir() {
            tree(&path, found);
        }
    }
}

fn set_mode(path: &Path, directory: u32, file: u32) {
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let is_dir = path.is_dir();
        if is_dir {
            set_mode(&path, directory, file);
        }
        let mode = if is_dir { directory } else { file };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(directory)).unwrap();
}

/// Runs the program as somebody who may not write.
fn without_rights(program: &Path, directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory);
    // Root may write whatever the rights say.
    if std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0) {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.output().unwrap()
}

#[test]
fn a_directory_without_write_rights_stays_as_it_is() {
    let copy = logs::copy("unclean");
    let programs = tempfile::tempdir().unwrap();
    let program = programs.path().join("kafkit");
    std::fs::copy(env!("CARGO_BIN_EXE_kafkit"), &program).unwrap();
    std::fs::set_permissions(programs.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    set_mode(copy.path(), 0o555, 0o444);
    let mut before = BTreeMap::new();
    tree(copy.path(), &mut before);
    for arguments in [
        &["dump-log", "d1"][..],
        &["dump-log", "d1/txn-0", "d1/__cluster_metadata-0", "d1/__consumer_offsets-0", "--records"],
        &["dump-log", "d1/txn-0", "--deep"],
        &["dump-log", "d1/txn-0", "--format", "json", "--records"],
        &["dump-log", "d1", "--verify"],
        &["dump-log", "d1", "--image"],
        &["dump-log", "d1/comp-lz4-0", "--stats"],
        &["dump-log", "d1/txn-0", "--tail", "3", "--offset", "100.."],
        &["dump-log", "--files", "d1/txn-0/00000000000000000000.log", "--print-data-log"],
        &["dump-log", "--files", "d1/txn-0/00000000000000000000.index", "--index-sanity-check"],
    ] {
        let output = without_rights(&program, copy.path(), arguments);
        let code = output.status.code();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(code, Some(0 | 1)) && !output.stdout.is_empty(), "{arguments:?} {code:?} {errors}");
    }
    let mut after = BTreeMap::new();
    tree(copy.path(), &mut after);
    set_mode(copy.path(), 0o755, 0o644);
    assert_eq!(before, after);
}

#[test]
fn a_file_that_shrinks_is_a_finding() {
    let content =
        std::fs::read(logs::folder().join("clean/d1/comp-none-0/00000000000000000360.log")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("00000000000000000000.log");
    let mut file = std::fs::File::create(&path).unwrap();
    let copies = 40;
    for _ in 0..copies {
        file.write_all(&content).unwrap();
    }
    let mut scanner = Scanner::new(Source::open(&path).unwrap());
    assert!(matches!(scanner.next_piece().unwrap(), Some(Piece::Batch(_))));
    file.set_len(content.len() as u64 * 3).unwrap();
    let mut gaps = Vec::new();
    let mut end = 0;
    while let Some(piece) = scanner.next_piece().unwrap() {
        match piece {
            Piece::Batch(found) => end = found.at + found.bytes.len() as u64,
            Piece::Gap(gap) => gaps.push(gap),
        }
    }
    // What was in the window is read yet.
    assert!(end >= content.len() as u64 * 3);
    let length = (content.len() * copies) as u64;
    assert!(
        gaps.iter().any(|gap| gap.kind == GapKind::Shrunk { length }),
        "nothing says that it shrank: {gaps:?}"
    );
}
