//! What is probably behind a failure, where what came or at which step it ended tells.

use crate::client::{Error, Problem, Step};
use crate::codec::foreign;

/// A sentence for who is puzzled.
pub fn of(error: &Error) -> Option<String> {
    if let Some(foreign) = foreign::recognise(&error.bytes) {
        return Some(format!("This is {}. {}", foreign.what, foreign.hint));
    }
    let plain = "kafkit send speaks neither TLS nor SASL";
    let hint = match (error.step, &error.problem) {
        (Step::Negotiate, Problem::Closed | Problem::Reset) => format!(
            "A peer that hangs up on ApiVersions often wants TLS first, or is no broker; {plain}. \
             Brokers before 0.10 do it too: --no-negotiate asks without."
        ),
        (Step::Negotiate, Problem::Silent) => {
            format!("Something listens there but does not answer ApiVersions. It may want TLS first; {plain}.")
        }
        (Step::Receive, Problem::Closed | Problem::Reset) if error.bytes.is_empty() => format!(
            "Kafka closes the connection on a request that it cannot read, and on any but ApiVersions where SASL must come first; {plain}."
        ),
        (Step::Receive, Problem::Silent) if error.bytes.is_empty() => {
            "A peer that waits for more has got fewer bytes than the size says; --timeout gives it longer.".into()
        }
        (Step::Receive, Problem::TooLarge { .. }) => "--max-response-bytes raises the limit.".into(),
        (Step::Resolve, _) => "The name is looked up on this machine; a broker in a container may call itself by a name that is only known there.".into(),
        _ => return None,
    };
    Some(hint)
}
