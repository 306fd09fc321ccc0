//! Record batches and message sets, compressed or not. The first byte chooses whose records they are.
#![no_main]

use kafkit::codec::reading::ReadAs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&choice, records)) = input.split_first() else { return };
    kafkit_fuzz::read_and_check(records, ReadAs::Records(kafkit_fuzz::family(choice)));
});
