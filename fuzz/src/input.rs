//! Whatever a person pastes: hex in any spelling, dumps, arrays, base64. All of it is read to its end.
#![no_main]

use std::io::Cursor;

use kafkit::decode::{Decoder, Options};
use kafkit::input::{Form, Input};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    'forms: for form in [None, Some(Form::Hex), Some(Form::Base64)] {
        let Ok(input) = Input::open(Cursor::new(text), form) else { continue };
        let mut decoder = Decoder::new(input, Options::default(), kafkit_fuzz::tape());
        // Each message and each mistake takes at least a byte.
        for _ in 0..=2 * text.len() + 2 {
            match decoder.next_message() {
                Ok(Some(message)) => assert!(message.bytes.len() <= text.len()),
                Ok(None) => continue 'forms,
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        panic!("an input of {} bytes does not end", text.len());
    }
});
