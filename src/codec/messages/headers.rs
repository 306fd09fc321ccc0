//! The headers before every request and response.

crate::schema! {
    mod request_header: Header -1, versions 0-2, current 1-2, flexible (2+), unstable ();
    RequestHeader {
        request_api_key: i16 = 0+ means ApiKey;
        request_api_version: i16 = 0+;
        correlation_id: i32 = 0+;
        client_id: Option<Str<'a>> = 1+ nullable (1+) [inflexible];
    }
}

crate::schema! {
    mod response_header: Header -1, versions 0-1, current 0-1, flexible (1+), unstable ();
    ResponseHeader {
        correlation_id: i32 = 0+;
    }
}
