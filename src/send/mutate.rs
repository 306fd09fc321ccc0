//! `--mutate`: frames made wrong on purpose. Places count from the first byte of the size, as decode
//! counts them; negative ones from the end.

/// The most that one mutation may add: this tool asks questions, it is no load generator.
const GROWTH_MAX: usize = 64 << 20;

/// One change to a frame's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mutation {
    /// Only the bytes before this place are sent.
    Truncate(i64),
    /// One bit of the byte at this place is the other way round, or all of them are.
    Flip(i64, Option<u8>),
    /// These bytes stand at this place instead.
    Put(i64, Vec<u8>),
    /// These bytes stand before this place.
    Insert(i64, Vec<u8>),
    /// The size says something else.
    Size(Size),
    /// The frame comes so many times.
    Repeat(usize),
}

/// What a wrong size says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// This.
    Is(i32),
    /// So much more or less than it said.
    By(i32),
    /// What is there now, after other mutations.
    Fit,
}

impl Mutation {
    /// Reads `truncate=20`, `flip=8`, `flip=8:0`, `put=4:00ff`, `insert=4:00`, `size=-1`, `size=+3`, `size=fit`,
    /// `repeat=2`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORMS: &str =
            "expected truncate=N, flip=N[:BIT], put=N:HEX, insert=N:HEX, size=N|+N|-=N|fit or repeat=N";
        let (name, value) = text.split_once('=').ok_or(FORMS)?;
        let number = |text: &str| text.parse::<i64>().map_err(|_| format!("{text:?} is no number; {FORMS}"));
        let bytes = |text: &str| {
            let (place, digits) = text.split_once(':').ok_or_else(|| FORMS.to_owned())?;
            let bytes = hex::decode(digits).map_err(|_| format!("{digits:?} is no hex"))?;
            Ok::<_, String>((number(place)?, bytes))
        };
        match name {
            "truncate" => Ok(Mutation::Truncate(number(value)?)),
            "flip" => match value.split_once(':') {
                None => Ok(Mutation::Flip(number(value)?, None)),
                Some((place, bit)) => match bit.parse() {
                    Ok(bit @ 0..=7) => Ok(Mutation::Flip(number(place)?, Some(bit))),
                    _ => Err("a byte has the bits 0 (least) to 7".into()),
                },
            },
            "put" => bytes(value).map(|(place, bytes)| Mutation::Put(place, bytes)),
            "insert" => bytes(value).map(|(place, bytes)| Mutation::Insert(place, bytes)),
            "size" => {
                let int =
                    |text: &str| text.parse::<i32>().map_err(|_| format!("{text:?} is no size; {FORMS}"));
                Ok(Mutation::Size(match (value, value.strip_prefix('+'), value.strip_prefix("-=")) {
                    ("fit", ..) => Size::Fit,
                    (_, Some(more), _) => Size::By(int(more)?),
                    (_, _, Some(less)) => Size::By(int(less)?.checked_neg().ok_or(FORMS)?),
                    (is, None, None) => Size::Is(int(is)?),
                }))
            }
            "repeat" => match value.parse() {
                Ok(0) | Err(_) => Err(format!("{value:?} is no number of times")),
                Ok(times) => Ok(Mutation::Repeat(times)),
            },
            _ => Err(FORMS.into()),
        }
    }

    /// Changes the bytes; how many times as many answers may come.
    ///
    /// # Errors
    /// That there is no such place in the bytes.
    pub fn apply(&self, bytes: &mut Vec<u8>) -> Result<usize, String> {
        let length = bytes.len();
        let place = |place: i64| {
            let from_start = if place < 0 { place.checked_add_unsigned(length as u64) } else { Some(place) };
            let found =
                from_start.and_then(|place| usize::try_from(place).ok()).filter(|&place| place <= length);
            found.ok_or_else(|| format!("--mutate: there is no byte {place} in a request of {length} bytes"))
        };
        match self {
            Mutation::Truncate(at) => bytes.truncate(place(*at)?),
            Mutation::Flip(at, bit) => {
                let at = place(*at)?;
                let Some(byte) = bytes.get_mut(at) else {
                    return Err(format!("--mutate: there is no byte {at} in a request of {length} bytes"));
                };
                *byte ^= bit.map_or(0xff, |bit| 1 << bit);
            }
            Mutation::Put(at, new) => {
                let at = place(*at)?;
                bytes.splice(at..(at + new.len()).min(length), new.iter().copied());
            }
            Mutation::Insert(at, new) => {
                let at = place(*at)?;
                bytes.splice(at..at, new.iter().copied());
            }
            Mutation::Size(size) => {
                let fit = i32::try_from(length.saturating_sub(4)).unwrap_or(i32::MAX);
                if let Some(prefix) = bytes.first_chunk_mut::<4>() {
                    let new = match size {
                        Size::Is(size) => *size,
                        Size::By(more) => i32::from_be_bytes(*prefix).wrapping_add(*more),
                        Size::Fit => fit,
                    };
                    *prefix = new.to_be_bytes();
                }
            }
            Mutation::Repeat(times) => {
                if length.saturating_mul(*times) > GROWTH_MAX {
                    return Err(format!(
                        "--mutate: {times} times {length} bytes are too much; --repeat has no limit"
                    ));
                }
                *bytes = bytes.repeat(*times);
                return Ok(*times);
            }
        }
        Ok(1)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A test that cannot go on has failed.
mod tests {
    use super::*;

    fn mutated(mutations: &[&str]) -> Result<(String, usize), String> {
        let mut bytes = vec![0, 0, 0, 4, 1, 2, 3, 4];
        let mut times = 1;
        for mutation in mutations {
            times *= Mutation::parse(mutation)?.apply(&mut bytes)?;
        }
        Ok((hex::encode(bytes), times))
    }

    #[test]
    fn each_does_what_it_says() {
        for (mutations, bytes, times) in [
            (&["truncate=5"][..], "0000000401", 1),
            (&["truncate=-1"], "00000004010203", 1),
            (&["truncate=6", "size=fit"], "000000020102", 1),
            (&["flip=4"], "00000004fe020304", 1),
            (&["flip=4:7"], "0000000481020304", 1),
            (&["put=7:0909"], "000000040102030909", 1),
            (&["insert=4:ff"], "00000004ff01020304", 1),
            (&["size=-1"], "ffffffff01020304", 1),
            (&["size=+3"], "0000000701020304", 1),
            (&["size=-=2"], "0000000201020304", 1),
            (&["truncate=5", "repeat=2"], "00000004010000000401", 2),
        ] {
            assert_eq!(mutated(mutations), Ok((bytes.to_owned(), times)), "{mutations:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for bad in [
            "flip=8",
            "flip=-9",
            "truncate=9",
            "flip=1:8",
            "put=1",
            "put=1:x",
            "size=x",
            "repeat=0",
            "swap=1",
            "x",
        ] {
            assert!(mutated(&[bad]).is_err(), "{bad}");
        }
    }
}
