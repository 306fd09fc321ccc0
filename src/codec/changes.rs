//! What changed in a message from one version to another, told from its table.

use super::schema::{Field, Message, Struct, Type};

/// How a field differs between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Only the later version has it.
    Added,
    /// Only the earlier version has it.
    Removed,
    /// It may be null in the later version only.
    NowNullable,
    /// It may be null in the earlier version only.
    NoLongerNullable,
}

/// One field that differs.
#[derive(Debug, Clone)]
pub struct Change {
    /// The fields that it is inside of, the outermost first, and itself.
    pub path: Vec<&'static Field>,
    /// How it differs.
    pub kind: ChangeKind,
}

impl Change {
    /// The field itself.
    pub fn field(&self) -> Option<&'static Field> {
        self.path.last().copied()
    }
}

/// The fields that differ between two versions of a message, in the order of its table. The fields
/// inside of one that was added or removed are listed too.
pub fn between(message: &'static Message, from: i16, to: i16) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(message.shape, [Some(from), Some(to)], &mut Vec::new(), &mut changes);
    changes
}

/// `versions` holds none where the struct itself is not there.
fn walk(
    shape: &'static Struct,
    versions: [Option<i16>; 2],
    path: &mut Vec<&'static Field>,
    changes: &mut Vec<Change>,
) {
    for field in shape.fields {
        let [from, to] = versions.map(|version| version.filter(|&version| field.versions.contain(version)));
        let nullable = |version: i16| field.nullable.contain(version);
        path.push(field);
        let kind = match (from, to) {
            (None, None) => None,
            (None, Some(_)) => Some(ChangeKind::Added),
            (Some(_), None) => Some(ChangeKind::Removed),
            (Some(from), Some(to)) => match (nullable(from), nullable(to)) {
                (false, true) => Some(ChangeKind::NowNullable),
                (true, false) => Some(ChangeKind::NoLongerNullable),
                _ => None,
            },
        };
        changes.extend(kind.map(|kind| Change { path: path.clone(), kind }));
        if let Some(inner) = struct_of(&field.ty)
            && (from.is_some() || to.is_some())
        {
            walk(inner, [from, to], path, changes);
        }
        path.pop();
    }
}

/// The struct that a field holds one or many of.
pub fn struct_of(ty: &Type) -> Option<&'static Struct> {
    match ty {
        Type::Array(element) => struct_of(element),
        Type::Struct(shape) => Some(shape),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::messages::by_name;

    fn changes(message: &str, from: i16, to: i16) -> Vec<(String, ChangeKind)> {
        let path = |change: &Change| change.path.iter().map(|field| field.name).collect::<Vec<_>>().join(".");
        between(by_name(message).unwrap(), from, to).iter().map(|c| (path(c), c.kind)).collect()
    }

    #[test]
    fn what_fetch_13_and_metadata_10_changed() {
        assert_eq!(
            changes("FetchRequest", 12, 13),
            [
                ("topics.topic".into(), ChangeKind::Removed),
                ("topics.topic_id".into(), ChangeKind::Added),
                ("forgotten_topics_data.topic".into(), ChangeKind::Removed),
                ("forgotten_topics_data.topic_id".into(), ChangeKind::Added),
            ]
        );
        assert_eq!(
            changes("MetadataRequest", 9, 10),
            [("topics.topic_id".into(), ChangeKind::Added), ("topics.name".into(), ChangeKind::NowNullable),]
        );
        assert_eq!(changes("FetchRequest", 7, 7), []);
    }

    #[test]
    fn backwards_is_the_opposite() {
        let opposite = |kind| match kind {
            ChangeKind::Added => ChangeKind::Removed,
            ChangeKind::Removed => ChangeKind::Added,
            ChangeKind::NowNullable => ChangeKind::NoLongerNullable,
            ChangeKind::NoLongerNullable => ChangeKind::NowNullable,
        };
        for message in crate::codec::messages::MESSAGES {
            for version in message.versions.min..message.versions.max {
                let there = between(message, version, version + 1);
                let back = between(message, version + 1, version);
                assert_eq!(there.len(), back.len());
                assert!(there.iter().zip(&back).all(|(a, b)| a.kind == opposite(b.kind)));
            }
        }
    }
}
