//! What the test suites share.
#![allow(dead_code)] // Each suite uses some of it.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

pub mod golden;
pub mod logs;

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The cases of a vector file: from the folder `KAFKIT_VECTORS`, plain or gzipped, or from
/// `testdata/vectors`, where they are zstd-packed.
pub fn vectors(name: &str) -> Vec<Value> {
    let text = match std::env::var_os("KAFKIT_VECTORS") {
        Some(folder) => from_folder(&PathBuf::from(folder), name),
        None => packed(&format!("vectors/{name}")),
    };
    let cases: Vec<Value> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(!cases.is_empty(), "{name} holds no cases");
    cases
}

fn from_folder(folder: &Path, name: &str) -> String {
    let plain = folder.join(name);
    if plain.exists() {
        return std::fs::read_to_string(plain).unwrap();
    }
    let gzipped = folder.join(format!("{name}.gz"));
    let file = std::fs::File::open(&gzipped).unwrap_or_else(|error| panic!("{}: {error}", gzipped.display()));
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

/// A file of `testdata`, which is kept zstd-packed as `NAME.zst`.
pub fn packed(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(format!("{name}.zst"));
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    zstd::Decoder::new(file).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The bytes of a hex string of a case.
pub fn hex(value: &Value) -> Vec<u8> {
    ::hex::decode(value.as_str().unwrap()).unwrap()
}
