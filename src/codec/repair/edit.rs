//! What a repair is.

/// One change that was tried and found to make the whole message read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Offset of the first byte that changes.
    pub at: usize,
    /// What is changed.
    pub edit: Edit,
    /// What the size prefix was and becomes, where it follows the change.
    pub size: Option<(i64, i64)>,
    /// The change in bytes; none where bytes are missing that nobody knows, or where another version
    /// is read from the same bytes.
    pub splices: Vec<Splice>,
    /// The change: `byte 23: 00 instead of 50`.
    pub what: String,
    /// Why it is likely, and what the message is then.
    pub why: String,
}

/// What a repair changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// One byte is another.
    Change {
        /// Its offset.
        at: usize,
        /// What it should be.
        to: u8,
    },
    /// Bytes are put in.
    Insert {
        /// Before the byte at this offset.
        at: usize,
        /// Which.
        bytes: Vec<u8>,
    },
    /// Bytes are left out.
    Remove {
        /// Offset of the first.
        at: usize,
        /// How many.
        count: usize,
    },
    /// A length or count is another, or in another form.
    Replace {
        /// Its offset.
        at: usize,
        /// How many bytes it takes now.
        count: usize,
        /// What it should be.
        with: Vec<u8>,
    },
    /// Changes of one kind in several places.
    Several {
        /// In how many.
        places: usize,
    },
    /// A byte is missing, which one cannot be told; the repair reads with 00 or `?` in its place.
    Lost {
        /// It stood at this offset or behind it.
        from: usize,
        /// It stood before this offset.
        to: usize,
    },
    /// There is a byte too many, which one cannot be told.
    Extra {
        /// It is at this offset or behind it.
        from: usize,
        /// It is before this offset.
        to: usize,
    },
    /// Another version.
    Version {
        /// The one that it was read as.
        from: i16,
        /// Those that read exactly, the likeliest first.
        to: Vec<i16>,
    },
    /// Another API.
    Api {
        /// Its key.
        key: i16,
    },
    /// Another size prefix.
    Size {
        /// What it says.
        from: i64,
        /// What it should say.
        to: i64,
    },
    /// The end is missing.
    Truncated {
        /// At least so many bytes.
        missing: usize,
    },
}

/// Bytes in place of others. Of several, each counts its offset behind the changes of those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Offset of the first.
    pub at: usize,
    /// How many go.
    pub count: usize,
    /// What comes in their place.
    pub with: Vec<u8>,
}

impl Repair {
    /// The input with the change made.
    pub fn apply(&self, input: &[u8]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for splice in &self.splices {
            let at = splice.at.min(bytes.len());
            let end = (at + splice.count).min(bytes.len());
            bytes.splice(at..end, splice.with.iter().copied());
        }
        bytes
    }
}
