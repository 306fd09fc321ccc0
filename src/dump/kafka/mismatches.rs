//! What Kafka's tool collects over all files and says on standard error at the end.

use std::collections::BTreeMap;
use std::io::{self, Write};

/// So many of each kind are kept; the others are counted.
const KEPT: usize = 10_000;

/// Mismatches by file, in the order of the files.
#[derive(Debug, Default)]
pub(super) struct Mismatches {
    index: Vec<Pairs>,
    timestamps: Vec<Pairs>,
    order: Vec<Pairs>,
    missing: Vec<Pairs>,
    gaps: Vec<Pairs>,
}

/// Of one file.
#[derive(Debug)]
struct Pairs {
    file: String,
    /// In the order they were found.
    listed: Vec<(i64, i64)>,
    left_out: u64,
}

impl Mismatches {
    /// An index entry for an offset stands at a batch that ends with another.
    pub fn index(&mut self, file: &str, index: i64, log: i64) {
        add(&mut self.index, file, (index, log));
    }

    /// A time index entry has another timestamp than the greatest of its batch.
    pub fn timestamp(&mut self, file: &str, index: i64, log: i64) {
        add(&mut self.timestamps, file, (index, log));
    }

    /// A time index entry has a timestamp that is not above the one before it.
    pub fn order(&mut self, file: &str, index: i64, before: i64) {
        add(&mut self.order, file, (index, before));
    }

    /// No batch ends with the offset of a time index entry.
    pub fn missing(&mut self, file: &str, index: i64, log: i64) {
        add(&mut self.missing, file, (index, log));
    }

    /// A record's offset is not the next one.
    #[cold]
    pub fn gap(&mut self, file: &str, before: i64, offset: i64) {
        add(&mut self.gaps, file, (before, offset));
    }

    /// Prints them in Kafka's order and words.
    pub fn print(&self, err: &mut dyn Write) -> io::Result<()> {
        for pairs in &self.index {
            writeln!(err, "Mismatches in :{}", pairs.file)?;
            for (index, log) in pairs.by_key().into_iter().rev() {
                writeln!(err, "  Index offset: {index}, log offset: {log}")?;
            }
            pairs.print_rest(err)?;
        }
        for pairs in &self.timestamps {
            writeln!(err, "Found timestamp mismatch in :{}", pairs.file)?;
            for (index, log) in &pairs.listed {
                writeln!(err, "  Index timestamp: {index}, log timestamp: {log}")?;
            }
            pairs.print_rest(err)?;
        }
        for pairs in &self.order {
            writeln!(err, "Found out of order timestamp in :{}", pairs.file)?;
            for (index, before) in &pairs.listed {
                writeln!(err, "  Index timestamp: {index}, Previously indexed timestamp: {before}")?;
            }
            pairs.print_rest(err)?;
        }
        for pairs in &self.missing {
            writeln!(err, "The following indexed offsets are not found in :{}", pairs.file)?;
            for (index, log) in &pairs.listed {
                writeln!(err, "Indexed offset: {index}, found log offset: {log}")?;
            }
            pairs.print_rest(err)?;
        }
        for pairs in &self.gaps {
            writeln!(err, "Non-consecutive offsets in {}", pairs.file)?;
            for (before, offset) in pairs.by_key() {
                writeln!(err, "  {before} is followed by {offset}")?;
            }
            pairs.print_rest(err)?;
        }
        Ok(())
    }
}

impl Pairs {
    /// As in a Java `TreeMap`: in order, and of a key that was put twice the last value.
    fn by_key(&self) -> BTreeMap<i64, i64> {
        self.listed.iter().copied().collect()
    }

    fn print_rest(&self, err: &mut dyn Write) -> io::Result<()> {
        match self.left_out {
            0 => Ok(()),
            more => writeln!(err, "  and {more} more"),
        }
    }
}

fn add(files: &mut Vec<Pairs>, file: &str, pair: (i64, i64)) {
    let known = files.iter().position(|pairs| pairs.file == file);
    let index = known.unwrap_or_else(|| {
        files.push(Pairs { file: file.to_owned(), listed: Vec::new(), left_out: 0 });
        files.len() - 1
    });
    if let Some(pairs) = files.get_mut(index) {
        if pairs.listed.len() < KEPT {
            pairs.listed.push(pair);
        } else {
            pairs.left_out += 1;
        }
    }
}
