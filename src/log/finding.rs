//! What is wrong with files, as values; [`crate::dump`] shows them.

use std::path::PathBuf;
use std::sync::Arc;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something is lost or will be read wrongly.
    Error,
    /// A broker notices and mends it when it starts, or it does no harm but is not as Kafka writes it.
    Warning,
    /// Worth knowing, and as it should be after what happened (an unclean stop, an open transaction).
    Note,
}

impl Severity {
    /// As a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Where in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Offset in bytes.
    pub byte: Option<u64>,
    /// Number of an index entry, counted from 0.
    pub entry: Option<u64>,
    /// Line of a text, counted from 1.
    pub line: Option<u64>,
    /// Offset in the partition.
    pub offset: Option<i64>,
}

impl Place {
    /// The file as a whole.
    pub const WHOLE: Self = Self { byte: None, entry: None, line: None, offset: None };

    /// A byte.
    pub fn byte(byte: u64) -> Self {
        Self { byte: Some(byte), ..Self::WHOLE }
    }

    /// An entry of an index whose entries take `size` bytes.
    pub fn entry(number: u64, size: usize) -> Self {
        Self { entry: Some(number), byte: Some(number * size as u64), ..Self::WHOLE }
    }

    /// A line.
    pub fn line(line: usize) -> Self {
        Self { line: Some(line as u64), ..Self::WHOLE }
    }

    /// The same with an offset in the partition.
    pub fn with_offset(self, offset: i64) -> Self {
        Self { offset: Some(offset), ..self }
    }
}

/// What was found, in which place, and what it means to whoever runs the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A word that programs may match: `crc`, `torn-tail`, `index-position`.
    pub code: &'static str,
    /// The file.
    pub file: Arc<PathBuf>,
    /// Where in it.
    pub place: Place,
    /// What ought to be there.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// What follows from it.
    pub meaning: String,
    /// What one can do.
    pub remedy: String,
}
