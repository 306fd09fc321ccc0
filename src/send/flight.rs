//! Requests on their way: one after the other, or several at once on one connection, with the time that
//! each answer took.

use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::Failure;
use super::mutate::Mutation;
use super::report::{Peer, Reporter};
use crate::client::request::CORRELATION_ID_AT;
use crate::client::{Connection, Error};
use crate::codec::api::Api;

/// How long a peer is given to close the connection over a request that nothing answers.
const UNANSWERED_WAIT: Duration = Duration::from_millis(250);

/// What should answer a request.
#[derive(Debug, Clone, Copy)]
pub struct Expect {
    /// The API and version that the answer is read as.
    pub api: Option<(&'static Api, i16)>,
    /// The correlation id that it should have.
    pub id: Option<i32>,
}

impl Expect {
    /// `Fetch v12`
    pub fn name(&self) -> String {
        self.api
            .map_or_else(|| "what was sent".to_owned(), |(api, version)| format!("{} v{version}", api.name))
    }
}

/// Bytes to be sent, and what should answer them.
#[derive(Debug, Clone)]
pub struct Shot {
    /// The frame, or what is to pass for one.
    pub bytes: Vec<u8>,
    /// In the order in which they should come.
    pub expects: Vec<Expect>,
    /// Each time it is sent it gets a correlation id of its own.
    pub numbered: bool,
    /// Made wrong in these ways.
    pub mutations: Vec<Mutation>,
}

impl Shot {
    /// The bytes as they go out, and what should answer them.
    ///
    /// # Errors
    /// That a mutation has no place in the bytes.
    pub fn fire(&self, id: impl FnOnce() -> i32) -> Result<(Vec<u8>, Vec<Expect>), String> {
        let mut bytes = self.bytes.clone();
        let mut expects = self.expects.clone();
        if self.numbered {
            let id = id();
            if let Some(place) = bytes.get_mut(CORRELATION_ID_AT..).and_then(|rest| rest.first_chunk_mut()) {
                *place = id.to_be_bytes();
            }
            expects.iter_mut().for_each(|expect| expect.id = Some(id));
        }
        let mut times = 1usize;
        for mutation in &self.mutations {
            times = times.saturating_mul(mutation.apply(&mut bytes)?);
        }
        Ok((bytes, if times == 1 { expects } else { expects.repeat(times) }))
    }
}

/// How often, and how many at once.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How many times all is sent.
    pub repeat: usize,
    /// How many answers may be outstanding.
    pub window: usize,
}

/// Sends the shots and hands each answer to the reporter. Ends at the first answer that does not come.
///
/// # Errors
/// Wrong usage, and that the output cannot be written; what the peer does is reported.
pub fn fly(
    connection: &mut Connection,
    peer: &Peer,
    shots: &[Shot],
    pace: Pace,
    reporter: &mut Reporter<'_>,
) -> Result<(), Failure> {
    for shot in shots {
        // Mutations that cannot be done are told before anything is sent.
        let (bytes, _) = shot.fire(|| 0).map_err(Failure::Usage)?;
        reporter.request(peer, if shot.numbered { &shot.bytes } else { &bytes }, &shot.mutations)?;
    }
    if pace.window > 1 {
        side_by_side(connection, peer, shots, pace, reporter)?;
    } else {
        in_turn(connection, peer, shots, pace.repeat, reporter)?;
    }
    let unanswered = shots.iter().all(|shot| shot.expects.is_empty());
    if unanswered && !reporter.has_failed() && !shots.is_empty() {
        let closed = connection.closes_within(UNANSWERED_WAIT);
        reporter.unanswered(peer, closed, UNANSWERED_WAIT)?;
    }
    Ok(())
}

fn in_turn(
    connection: &mut Connection,
    peer: &Peer,
    shots: &[Shot],
    repeat: usize,
    reporter: &mut Reporter<'_>,
) -> Result<(), Failure> {
    for _ in 0..repeat {
        for shot in shots {
            let (bytes, expects) = shot.fire(|| connection.next_id()).map_err(Failure::Usage)?;
            reporter.sent();
            let begin = Instant::now();
            if let Err(error) = connection.send(&bytes) {
                // Before it closed, the peer may have said why.
                if let (Some(expect), Ok(frame)) = (expects.first(), connection.receive_since(begin)) {
                    reporter.answer(peer, expect, &frame)?;
                }
                return reporter.failure(peer, error, expects.first());
            }
            for expect in &expects {
                match connection.receive_since(begin) {
                    Ok(frame) => reporter.answer(peer, expect, &frame)?,
                    Err(error) => return reporter.failure(peer, error, Some(expect)),
                }
            }
        }
    }
    Ok(())
}

/// What the writing thread tells the reading one.
enum Underway {
    /// This was sent then.
    Sent(Instant, Vec<Expect>),
    /// Nothing more can be sent.
    Failed(Error, Option<Expect>),
}

fn side_by_side(
    connection: &mut Connection,
    peer: &Peer,
    shots: &[Shot],
    pace: Pace,
    reporter: &mut Reporter<'_>,
) -> Result<(), Failure> {
    let mut writer = connection.writer()?;
    let ids = connection.options().ids.clone();
    // The writer waits for a place in here, so that no more than the window are under way: one is with
    // the reader, the rest in the channel.
    let (tell, underway) = mpsc::sync_channel::<Underway>(pace.window.saturating_sub(1));
    // The closure owns its end of the channel: when it ends early, the writer is told and not waited for.
    thread::scope(move |scope| {
        scope.spawn(move || {
            for shot in (0..pace.repeat).flat_map(|_| shots) {
                let id = || ids.fetch_add(1, Ordering::Relaxed);
                // They were all tried before.
                let Ok((bytes, expects)) = shot.fire(id) else { return };
                let first = expects.first().copied();
                // Nobody listens any more once an answer did not come.
                if tell.send(Underway::Sent(Instant::now(), expects)).is_err() {
                    return;
                }
                if let Err(error) = writer.send(&bytes) {
                    let _ = tell.send(Underway::Failed(error, first));
                    return;
                }
            }
        });
        while let Ok(event) = underway.recv() {
            let failed = match event {
                Underway::Sent(begin, expects) => {
                    reporter.sent();
                    expects.iter().find_map(|expect| match connection.receive_since(begin) {
                        Ok(frame) => reporter.answer(peer, expect, &frame).err().map(Err),
                        Err(error) => Some(Ok((error, Some(*expect)))),
                    })
                }
                Underway::Failed(error, expect) => Some(Ok((error, expect))),
            };
            if let Some(failed) = failed {
                // The writer may be in the middle of what nobody reads.
                connection.close();
                let (error, expect) = failed?;
                return reporter.failure(peer, error, expect.as_ref());
            }
        }
        Ok(())
    })
}
