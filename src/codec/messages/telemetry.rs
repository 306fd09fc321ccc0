//! Client telemetry (KIP-714).

crate::schema! {
    mod get_telemetry_subscriptions_request: Request 71, versions 0-0, current 0-0, flexible (0+), unstable ();
    GetTelemetrySubscriptionsRequest {
        client_instance_id: Uuid = 0+;
    }
}

crate::schema! {
    mod get_telemetry_subscriptions_response: Response 71, versions 0-0, current 0-0, flexible (0+), unstable ();
    GetTelemetrySubscriptionsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        client_instance_id: Uuid = 0+;
        subscription_id: i32 = 0+;
        accepted_compression_types: Array<'a, i8> = 0+ means CompressionType;
        push_interval_ms: i32 = 0+ means Millis;
        telemetry_max_bytes: i32 = 0+ means Size;
        delta_temporality: bool = 0+;
        requested_metrics: Vec<Str<'a>> = 0+;
    }
}

crate::schema! {
    mod push_telemetry_request: Request 72, versions 0-0, current 0-0, flexible (0+), unstable ();
    PushTelemetryRequest {
        client_instance_id: Uuid = 0+;
        subscription_id: i32 = 0+;
        terminating: bool = 0+;
        compression_type: i8 = 0+ means CompressionType;
        metrics: Bytes<'a> = 0+;
    }
}

crate::schema! {
    mod push_telemetry_response: Response 72, versions 0-0, current 0-0, flexible (0+), unstable ();
    PushTelemetryResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
    }
}
