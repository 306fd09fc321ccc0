//! Keys and values of the records that Kafka itself writes. The first byte chooses the family, the
//! second the record type, or the key.
#![no_main]

use kafkit::codec::reading::ReadAs;
use kafkit::codec::record_types::Family;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [family, id, bytes @ ..] = input else { return };
    let Some(family) = kafkit_fuzz::family(*family) else { return };
    let read_as = match family {
        Family::Metadata | Family::RemoteLog => ReadAs::RecordValue(family, None),
        // They are read where they stand, in their batches: the target records.
        Family::Control => return,
        _ if *id == u8::MAX => ReadAs::RecordKey(family),
        _ if family.record_type((*id).into()).is_some() => ReadAs::RecordValue(family, Some((*id).into())),
        _ => return,
    };
    kafkit_fuzz::read_and_check(bytes, read_as);
});
