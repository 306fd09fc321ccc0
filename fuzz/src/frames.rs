//! Any bytes, as `kafkit decode` takes them when it is told nothing.
#![no_main]

use kafkit::codec::detect::{Hints, detect};
use kafkit::codec::dissect::Depth;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut tape = kafkit_fuzz::tape();
    let reading = detect(&mut tape, input, 0, &Hints::default(), Depth::ALL);
    kafkit_fuzz::check(&tape, input, &reading);
});
