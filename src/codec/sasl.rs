//! What clients and brokers say in SaslAuthenticate: PLAIN (RFC 4616), SCRAM (RFC 5802, RFC 7677) and
//! OAUTHBEARER (RFC 7628). The mechanism was named in an earlier request, so it is told by the bytes.

use super::frame;
use super::meaning::Meaning;
use super::schema::{Field, Type};
use super::tape::{NO_INDEX, Shape, Tape, synthetic};

static AUTHORIZATION_ID: Field = synthetic("authorization_id", Type::String, Meaning::Plain);
static USERNAME: Field = synthetic("username", Type::String, Meaning::Plain);
static PASSWORD: Field = synthetic("password", Type::String, Meaning::Secret);
static CHANNEL_BINDING: Field = synthetic("channel_binding", Type::String, Meaning::Plain);
static NONCE: Field = synthetic("nonce", Type::String, Meaning::Plain);
static SALT: Field = synthetic("salt", Type::String, Meaning::Secret);
static ITERATIONS: Field = synthetic("iterations", Type::String, Meaning::Plain);
static PROOF: Field = synthetic("client_proof", Type::String, Meaning::Secret);
static VERIFIER: Field = synthetic("server_signature", Type::String, Meaning::Secret);
static ERROR: Field = synthetic("error", Type::String, Meaning::Plain);
static EXTENSION: Field = synthetic("extension", Type::String, Meaning::Plain);
static TOKEN: Field = synthetic("bearer_token", Type::String, Meaning::Secret);
static JSON: Field = synthetic("status", Type::String, Meaning::Plain);
/// A token or challenge of a mechanism that is not known (GSSAPI and others).
static OPAQUE: Field = synthetic("token", Type::Bytes, Meaning::Secret);

/// Adds the parts of an authentication exchange's bytes.
pub fn open(tape: &mut Tape, content: &[u8], at: usize) {
    let end = at + content.len();
    if !plain(tape, content, at) && !oauth(tape, content, at) && !scram(tape, content, at) {
        tape.leaf(&OPAQUE, NO_INDEX, Shape::Bytes, content.len() as i64, [at, at, end]);
    }
    // Separators that stand at the end.
    frame::unread(tape, end);
}

fn text(tape: &mut Tape, field: &'static Field, start: usize, head: usize, end: usize) {
    tape.leaf(field, NO_INDEX, Shape::Text, (end - head) as i64, [start, head, end]);
}

/// `authzid NUL authcid NUL password`.
fn plain(tape: &mut Tape, content: &[u8], at: usize) -> bool {
    let parts: Vec<&[u8]> = content.split(|&byte| byte == 0).collect();
    let &[authorization, user, password] = parts.as_slice() else { return false };
    let user_at = at + authorization.len();
    let password_at = user_at + 1 + user.len();
    text(tape, &AUTHORIZATION_ID, at, at, user_at);
    text(tape, &USERNAME, user_at, user_at + 1, password_at);
    text(tape, &PASSWORD, password_at, password_at + 1, password_at + 1 + password.len());
    true
}

/// `n,a=user,^Akey=value^A...^A^A`: the token and extensions (KIP-342); a failure is JSON.
fn oauth(tape: &mut Tape, content: &[u8], at: usize) -> bool {
    if content.starts_with(b"{") && content.ends_with(b"}") {
        text(tape, &JSON, at, at, at + content.len());
        return true;
    }
    if !content.contains(&1) {
        return false;
    }
    let mut start = at;
    for (i, part) in content.split(|&byte| byte == 1).enumerate() {
        let (head, end) = (start + usize::from(i > 0), start + usize::from(i > 0) + part.len());
        let field = match i {
            0 => &CHANNEL_BINDING,
            _ if part.starts_with(b"auth=") => &TOKEN,
            _ => &EXTENSION,
        };
        text(tape, field, start, head, end);
        start = end;
    }
    true
}

/// Attributes with a comma between them, each a letter and `=`; the client's first message has its
/// channel binding before them.
fn scram(tape: &mut Tape, content: &[u8], at: usize) -> bool {
    let attribute = |part: &[u8]| matches!(part, [b'a'..=b'z', b'=', ..]);
    let first = content.starts_with(b"n,")
        || content.starts_with(b"y,")
        || content.starts_with(b"p=") && content.contains(&b',');
    if content.is_empty() || !first && !attribute(content) || !content.is_ascii() {
        return false;
    }
    let mut start = at;
    for (i, part) in content.split(|&byte| byte == b',').enumerate() {
        let head = start + usize::from(i > 0);
        let end = head + part.len();
        let (field, skip) = match part {
            [b'a', b'=', ..] => (&AUTHORIZATION_ID, 2),
            [b'n', b'=', ..] => (&USERNAME, 2),
            [b'r', b'=', ..] => (&NONCE, 2),
            [b's', b'=', ..] => (&SALT, 2),
            [b'i', b'=', ..] => (&ITERATIONS, 2),
            [b'c', b'=', ..] => (&CHANNEL_BINDING, 2),
            [b'p', b'=', ..] if i > 0 => (&PROOF, 2),
            [b'v', b'=', ..] => (&VERIFIER, 2),
            [b'e', b'=', ..] => (&ERROR, 2),
            _ if i < 2 => (&CHANNEL_BINDING, 0),
            _ => (&EXTENSION, 0),
        };
        text(tape, field, start, head + skip, end);
        start = end;
    }
    true
}
