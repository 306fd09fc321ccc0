//! What is not shown to those who did not ask for it: passwords, tokens, keys, and the bytes around
//! them. Whether a configuration is one of them is told by its name, as its declaration on the broker
//! is not at hand.

use super::dissect::TAG_CONTENT;
use super::frame::Frame;
use super::meaning::Meaning;
use super::tape::{Node, Shape, Tape};

/// Parts of names of configurations that hold a secret. Kafka's own are of type `password`
/// (`ssl.keystore.password`, `ssl.keystore.key`, `sasl.jaas.config`); connectors and metrics plug-ins
/// bring theirs.
const SECRET_NAMES: [&[u8]; 13] = [
    b"password",
    b"passwd",
    b"passphrase",
    b"secret",
    b"jaas",
    b"credential",
    b"token",
    b"keystore.key",
    b"private.key",
    b"private_key",
    b"apikey",
    b"api.key",
    b"api_key",
];
/// Names that have such a part and yet hold no secret: types, limits and places.
const HARMLESS_ENDS: [&[u8]; 9] =
    [b".type", b".ms", b".location", b".url", b".file", b".class", b".name", b".window.factor", b".seconds"];
/// How far around a configuration's value its name is looked for: struct, array, struct.
const SECRET_LEVELS: usize = 4;
/// The APIs whose messages bear passwords, tokens or sensitive configurations: what could not be read of
/// them, and tags that are not known, may hold one. CreateTopics, DescribeConfigs, AlterConfigs,
/// SaslAuthenticate, the delegation tokens, IncrementalAlterConfigs, AlterUserScramCredentials, Envelope.
const BEARERS: [i16; 11] = [19, 32, 33, 36, 38, 39, 40, 41, 44, 51, 58];

/// Whether messages of the API may bear secrets.
fn bears_secrets(key: i16) -> bool {
    BEARERS.contains(&key)
}

/// Whether the name of a configuration says that its value is a secret.
pub fn is_secret_name(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    let has = |part: &[u8]| lower.windows(part.len()).any(|here| here == part);
    lower.ends_with(b".key") && !HARMLESS_ENDS.iter().any(|end| lower.ends_with(end))
        || SECRET_NAMES.iter().any(|part| has(part)) && !HARMLESS_ENDS.iter().any(|end| lower.ends_with(end))
}

/// Whether a node's value is a secret by itself. Parents of secrets are not: see [`Secrets`].
#[inline]
pub fn is_secret(tape: &Tape, input: &[u8], node: usize) -> bool {
    match tape.nodes().get(node) {
        Some(here) => match here.field.meaning {
            Meaning::Secret | Meaning::Sasl => !matches!(here.shape, Shape::Null | Shape::Struct),
            Meaning::ConfigValue => is_secret_config(tape, input, node, here),
            _ => here.shape == Shape::Gap && behind_secret(tape, input, node),
        },
        None => false,
    }
}

/// A configuration's value stands beside its name and, in answers, beside `is_sensitive`; its synonyms
/// one level deeper.
fn is_secret_config(tape: &Tape, input: &[u8], node: usize, here: &Node) -> bool {
    if here.shape == Shape::Null {
        return false;
    }
    let mut inside = node;
    for _ in 0..SECRET_LEVELS {
        let Some(parent) = tape.nodes().get(inside).and_then(Node::parent) else { return false };
        if tape.nodes().get(parent).is_some_and(|parent| parent.shape != Shape::Struct) {
            inside = parent;
            continue;
        }
        for sibling in tape.children(parent).filter_map(|child| tape.nodes().get(child)) {
            match sibling.field.name {
                "name" if sibling.shape == Shape::Text && is_secret_name(tape.content(input, sibling)) => {
                    return true;
                }
                "is_sensitive" if sibling.value != 0 => return true,
                _ => {}
            }
        }
        inside = parent;
    }
    false
}

/// Bytes that were not reached because a secret could not be read.
fn behind_secret(tape: &Tape, input: &[u8], node: usize) -> bool {
    let before = tape.nodes().get(..node).unwrap_or_default();
    // Within the message that broke; the gap stands behind it.
    before.last().is_some_and(|last| {
        last.shape == Shape::Broken && is_secret(tape, input, node - 1)
            || last.shape == Shape::Gap && is_secret(tape, input, node - 1)
    })
}

/// Which nodes of a tape are hidden: the secrets, and the bytes around them.
#[derive(Debug, Default)]
pub struct Secrets {
    /// In rising order.
    hidden: Vec<u32>,
}

impl Secrets {
    /// Looks through a tape. `frame` is what its bytes turned out to be.
    pub fn of(tape: &Tape, input: &[u8], frame: Option<&Frame>) -> Self {
        let mut hidden = Vec::new();
        let bears = frame.is_some_and(|frame| bears_secrets(frame.key));
        for (i, node) in tape.nodes().iter().enumerate() {
            // Hot: most nodes are none, and three comparisons say so.
            let may = matches!(node.field.meaning, Meaning::Secret | Meaning::Sasl | Meaning::ConfigValue)
                || node.shape == Shape::Gap
                || std::ptr::eq(node.field, &TAG_CONTENT);
            let unexplained = node.shape == Shape::Gap || std::ptr::eq(node.field, &TAG_CONTENT);
            if may && (is_secret(tape, input, i) || bears && unexplained) {
                hidden.push(i as u32);
            }
        }
        if !hidden.is_empty() {
            hide_around(tape, &mut hidden);
        }
        Self { hidden }
    }

    /// None at all.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.hidden.is_empty()
    }

    /// Whether the node is hidden.
    #[inline]
    pub fn hide(&self, node: usize) -> bool {
        !self.hidden.is_empty() && self.hidden.binary_search(&(node as u32)).is_ok()
    }

    /// The hidden nodes, in rising order.
    pub fn nodes(&self) -> &[u32] {
        &self.hidden
    }

    /// Whether the byte at `at` of a buffer belongs to something hidden.
    pub fn cover(&self, tape: &Tape, buffer: u8, at: u32) -> bool {
        self.hidden.iter().filter_map(|&i| tape.nodes().get(i as usize)).any(|node| {
            // Of bytes that were opened, those that are shown apart are not hidden by their parent.
            let leaf = !opened_here(tape, node);
            node.buffer == buffer && leaf && (node.start..node.end).contains(&at)
        })
    }
}

/// Whether a node's bytes are shown once more as its children.
fn opened_here(tape: &Tape, node: &Node) -> bool {
    // A node with children is followed by the first of them, one level deeper.
    let nodes = tape.nodes();
    let last = (node.next as usize).checked_sub(1).and_then(|i| nodes.get(i));
    last.is_some_and(|last| last.depth > node.depth && last.buffer == node.buffer)
}

/// Adds every bytes field that has a secret inside: shown whole, it would give that away.
fn hide_around(tape: &Tape, hidden: &mut Vec<u32>) {
    let mut around: Vec<u32> = Vec::new();
    for (i, node) in tape.nodes().iter().enumerate() {
        if node.shape == Shape::Bytes && node.next as usize > i + 1 {
            let first = hidden.partition_point(|&secret| secret as usize <= i);
            if hidden.get(first).is_some_and(|&secret| secret < node.next) {
                around.push(i as u32);
            }
        }
    }
    hidden.extend(around);
    hidden.sort_unstable();
    hidden.dedup();
}
