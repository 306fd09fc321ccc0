//! Checkpoints: small texts that a broker writes anew from time to time (`CheckpointFile`).
//!
//! ```text
//! 0                  version
//! 2                  how many lines follow
//! 0 0                leader-epoch-checkpoint: epoch, start offset
//! orders 3 4711      offset checkpoints: topic, partition, offset
//! ```

/// The only version of either.
pub const VERSION: i64 = 0;

/// A leader epoch and the offset of its first record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEntry {
    /// The epoch.
    pub epoch: i32,
    /// Offset of the first record that its leader appended.
    pub start_offset: i64,
}

/// An offset of a partition; what it stands for depends on the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetEntry {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// Its recovery point, high watermark, log start offset, or where the cleaner begins.
    pub offset: i64,
}

/// What is wrong with a checkpoint, and in which line of it, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointError {
    /// The line.
    pub line: usize,
    /// What belongs there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

/// A checkpoint: the entries that can be read with the lines they stand in, and everything that is
/// wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint<E> {
    /// The entries and their lines.
    pub entries: Vec<(usize, E)>,
    /// What is wrong.
    pub errors: Vec<CheckpointError>,
}

/// Reads a `leader-epoch-checkpoint`.
pub fn epochs(content: &str) -> Checkpoint<EpochEntry> {
    read(content, "an epoch and a start offset", |line| {
        let mut words = line.split_whitespace();
        let entry = EpochEntry { epoch: number(words.next()?)?, start_offset: number(words.next()?)? };
        words.next().is_none().then_some(entry)
    })
}

/// Reads a checkpoint of offsets.
pub fn offsets(content: &str) -> Checkpoint<OffsetEntry> {
    read(content, "a topic, a partition and an offset", |line| {
        let mut words = line.split_whitespace();
        let entry = OffsetEntry {
            topic: words.next()?.to_owned(),
            partition: number(words.next()?)?,
            offset: number(words.next()?)?,
        };
        words.next().is_none().then_some(entry)
    })
}

fn number<N: std::str::FromStr>(word: &str) -> Option<N> {
    word.parse().ok()
}

fn read<E>(content: &str, wanted: &str, parse: impl Fn(&str) -> Option<E>) -> Checkpoint<E> {
    let mut checkpoint = Checkpoint { entries: Vec::new(), errors: Vec::new() };
    if content.is_empty() {
        // As a broker makes it before there is something to write.
        return checkpoint;
    }
    let mut lines = content.lines().zip(1..);
    let fail = |checkpoint: &mut Checkpoint<E>, line, expected: &str, found: Option<&str>| {
        let found = found.map_or("the end of the file".to_owned(), |found| format!("`{found}`"));
        checkpoint.errors.push(CheckpointError { line, expected: expected.to_owned(), found });
    };
    let version = lines.next().map(|(text, _)| text);
    if version.and_then(|version| number(version.trim())) != Some(VERSION) {
        fail(&mut checkpoint, 1, "version 0", version);
    }
    let count = lines.next().map(|(text, _)| text);
    let number_of_lines = count.and_then(|count| number::<usize>(count.trim()));
    if number_of_lines.is_none() {
        fail(&mut checkpoint, 2, "the number of lines that follow", count);
    }
    let mut last = 2;
    for (text, line) in lines.filter(|(text, _)| !text.trim().is_empty()) {
        last = line;
        match parse(text) {
            Some(entry) => checkpoint.entries.push((line, entry)),
            None => fail(&mut checkpoint, line, wanted, Some(text)),
        }
    }
    let found = last - 2;
    if let Some(expected) = number_of_lines.filter(|&expected| expected != found) {
        checkpoint.errors.push(CheckpointError {
            line: 2,
            expected: format!("as many lines as follow, {found}"),
            found: expected.to_string(),
        });
    }
    checkpoint
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damages() {
        let whole = epochs("0\n2\n0 0\n2 187\n");
        assert_eq!(whole.errors, []);
        assert_eq!(whole.entries.last(), Some(&(4, EpochEntry { epoch: 2, start_offset: 187 })));
        for (content, line) in [
            ("0\nnot a number\n0 0\n", 2),
            ("0\n3\n0 0\n1 30\n", 2),
            ("1\n1\n0 0\n", 1),
            ("0\n1\nx 0\n", 3),
            ("\n", 1),
        ] {
            assert_eq!(epochs(content).errors.first().map(|error| error.line), Some(line), "{content}");
        }
        assert_eq!(offsets("0\n1\norders 3 4711\n").entries.len(), 1);
    }
}
