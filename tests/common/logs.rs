//! Real data directories: those of the folder `KAFKIT_LOGS`, or of `testdata/logs.tar.zst`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folder with `clean`, `unclean`, `damaged`, `tier`, `expected` and what the living broker said.
/// Nothing may be written there.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| match std::env::var_os("KAFKIT_LOGS") {
        Some(folder) => PathBuf::from(folder),
        None => unpacked(),
    })
}

/// Unpacks the archive once for all suites, which may run side by side.
fn unpacked() -> PathBuf {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/logs.tar.zst");
    let bytes = std::fs::read(&archive).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = target.join(format!("logs-{:08x}", crc32c::crc32c(&bytes)));
    if !folder.exists() {
        let making = tempfile::tempdir_in(target).unwrap();
        tar::Archive::new(zstd::Decoder::new(bytes.as_slice()).unwrap()).unpack(making.path()).unwrap();
        // Who comes second finds the folder there, and drops its own.
        let _ = std::fs::rename(making.path(), &folder);
    }
    assert!(folder.join("clean").is_dir(), "{}", folder.display());
    folder
}

/// A copy of one of the folder's roots with what is packed by gzip unpacked, as the broker left it.
pub fn copy(root: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_tree(&folder().join(root), copy.path());
    copy
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let name = entry.file_name().unwrap().to_str().unwrap();
        if entry.is_dir() {
            copy_tree(&entry, &to.join(name));
        } else if let Some(plain) = name.strip_suffix(".gz") {
            let packed = std::fs::File::open(&entry).unwrap();
            let mut reader = flate2::read::GzDecoder::new(packed);
            std::io::copy(&mut reader, &mut std::fs::File::create(to.join(plain)).unwrap()).unwrap();
        } else {
            std::fs::copy(&entry, to.join(name)).unwrap();
        }
    }
}
