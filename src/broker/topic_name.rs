//! What topics may be called (`Topic`).

use super::failure::Failure;
use crate::codec::error_codes::codes;
use crate::state::cluster::Image;

/// The longest name: with a partition's number behind it, it is still the name of a directory.
pub const NAME_BYTES_MAX: usize = 249;
/// The metadata log, which is no topic to anybody but controllers.
pub const CLUSTER_METADATA: &str = "__cluster_metadata";

/// Whether a topic may have that name.
///
/// # Errors
/// `INVALID_TOPIC_EXCEPTION` with what is wrong.
pub fn check(name: &str) -> Result<(), Failure> {
    let problem = match name {
        "" => "the empty string is not allowed".to_owned(),
        "." | ".." => format!("'{name}' is not allowed"),
        name if name.len() > NAME_BYTES_MAX => {
            format!("'{name}' has {} characters, and {NAME_BYTES_MAX} are allowed", name.chars().count())
        }
        name if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) => {
            format!("'{name}' has characters other than ASCII letters, digits, '.', '_' and '-'")
        }
        _ => return Ok(()),
    };
    Err(Failure::new(codes::INVALID_TOPIC_EXCEPTION, format!("Topic name is invalid: {problem}")))
}

/// Topics that Kafka keeps for itself, which clients may not write to at will (`Topic.isInternal`).
pub fn is_internal(name: &str) -> bool {
    matches!(name, "__consumer_offsets" | "__transaction_state" | "__share_group_state")
}

/// The topic whose metrics could not be told from those of `name`: in the names of metrics, `.` becomes `_`.
pub fn collision<'i>(image: &'i Image, name: &str) -> Option<&'i str> {
    // Without either, only the topic of that very name is like it.
    if !name.contains(['.', '_']) {
        return None;
    }
    let metric = |byte: u8| if byte == b'.' { b'_' } else { byte };
    let same =
        |other: &str| other.len() == name.len() && other.bytes().map(metric).eq(name.bytes().map(metric));
    image.topics.iter().map(|topic| topic.name.as_str()).find(|other| *other != name && same(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "A.b_c-9", &"x".repeat(NAME_BYTES_MAX), "..."] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "..", "a b", "a/b", "\u{e4}", &"x".repeat(NAME_BYTES_MAX + 1)] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
