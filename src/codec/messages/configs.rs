//! Configurations, features and quotas.

crate::schema! {
    mod describe_configs_request: Request 32, versions 0-4, current 1-4, flexible (4+), unstable ();
    DescribeConfigsRequest {
        resources: Vec<DescribeConfigsResource<'a>> = 0+;
        include_synonyms: bool = 1+;
        include_documentation: bool = 3+;
    }
    DescribeConfigsResource {
        resource_type: i8 = 0+ means ConfigResourceType;
        resource_name: Str<'a> = 0+;
        configuration_keys: Option<Vec<Str<'a>>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod describe_configs_response: Response 32, versions 0-4, current 1-4, flexible (4+), unstable ();
    DescribeConfigsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        results: Vec<DescribeConfigsResult<'a>> = 0+;
    }
    DescribeConfigsResult {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        resource_type: i8 = 0+ means ConfigResourceType;
        resource_name: Str<'a> = 0+;
        configs: Vec<DescribeConfigsResourceResult<'a>> = 0+;
    }
    DescribeConfigsResourceResult {
        name: Str<'a> = 0+;
        value: Option<Str<'a>> = 0+ nullable (0+) means ConfigValue;
        read_only: bool = 0+;
        config_source: i8 = 1+ default (-1) [ignorable] means ConfigSource;
        is_default: bool = 0-0;
        is_sensitive: bool = 0+;
        synonyms: Vec<DescribeConfigsSynonym<'a>> = 1+ [ignorable];
        config_type: i8 = 3+ [ignorable] means ConfigType;
        documentation: Option<Str<'a>> = 3+ nullable (3+) [ignorable];
    }
    DescribeConfigsSynonym {
        name: Str<'a> = 1+;
        value: Option<Str<'a>> = 1+ nullable (1+) means ConfigValue;
        source: i8 = 1+ means ConfigSource;
    }
}

crate::schema! {
    mod alter_configs_request: Request 33, versions 0-2, current 0-2, flexible (2+), unstable ();
    AlterConfigsRequest {
        resources: Vec<AlterConfigsResource<'a>> = 0+;
        validate_only: bool = 0+;
    }
    AlterConfigsResource {
        resource_type: i8 = 0+ means ConfigResourceType;
        resource_name: Str<'a> = 0+;
        configs: Vec<AlterableConfig<'a>> = 0+;
    }
    AlterableConfig {
        name: Str<'a> = 0+;
        value: Option<Str<'a>> = 0+ nullable (0+) means ConfigValue;
    }
}

crate::schema! {
    mod alter_configs_response: Response 33, versions 0-2, current 0-2, flexible (2+), unstable ();
    AlterConfigsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        responses: Vec<AlterConfigsResourceResponse<'a>> = 0+;
    }
    AlterConfigsResourceResponse {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        resource_type: i8 = 0+ means ConfigResourceType;
        resource_name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod incremental_alter_configs_request: Request 44, versions 0-1, current 0-1, flexible (1+), unstable ();
    IncrementalAlterConfigsRequest {
        resources: Vec<AlterConfigsResource<'a>> = 0+;
        validate_only: bool = 0+;
    }
    AlterConfigsResource {
        resource_type: i8 = 0+ means ConfigResourceType;
        resource_name: Str<'a> = 0+;
        configs: Vec<AlterableConfig<'a>> = 0+;
    }
    AlterableConfig {
        name: Str<'a> = 0+;
        config_operation: i8 = 0+ means ConfigOperation;
        value: Option<Str<'a>> = 0+ nullable (0+) means ConfigValue;
    }
}

crate::schema! {
    mod incremental_alter_configs_response: Response 44, versions 0-1, current 0-1, flexible (1+), unstable ();
    IncrementalAlterConfigsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        responses: Vec<AlterConfigsResourceResponse<'a>> = 0+;
    }
    AlterConfigsResourceResponse {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        resource_type: i8 = 0+ means ConfigResourceType;
        resource_name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod describe_client_quotas_request: Request 48, versions 0-1, current 0-1, flexible (1+), unstable ();
    DescribeClientQuotasRequest {
        components: Vec<ComponentData<'a>> = 0+;
        strict: bool = 0+;
    }
    ComponentData {
        entity_type: Str<'a> = 0+;
        match_type: i8 = 0+ means QuotaMatchType;
        r#match: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod describe_client_quotas_response: Response 48, versions 0-1, current 0-1, flexible (1+), unstable ();
    DescribeClientQuotasResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        entries: Option<Vec<EntryData<'a>>> = 0+ nullable (0+);
    }
    EntryData {
        entity: Vec<EntityData<'a>> = 0+;
        values: Vec<ValueData<'a>> = 0+;
    }
    EntityData {
        entity_type: Str<'a> = 0+;
        entity_name: Option<Str<'a>> = 0+ nullable (0+);
    }
    ValueData {
        key: Str<'a> = 0+;
        value: f64 = 0+;
    }
}

crate::schema! {
    mod alter_client_quotas_request: Request 49, versions 0-1, current 0-1, flexible (1+), unstable ();
    AlterClientQuotasRequest {
        entries: Vec<EntryData<'a>> = 0+;
        validate_only: bool = 0+;
    }
    EntryData {
        entity: Vec<EntityData<'a>> = 0+;
        ops: Vec<OpData<'a>> = 0+;
    }
    EntityData {
        entity_type: Str<'a> = 0+;
        entity_name: Option<Str<'a>> = 0+ nullable (0+);
    }
    OpData {
        key: Str<'a> = 0+;
        value: f64 = 0+;
        remove: bool = 0+;
    }
}

crate::schema! {
    mod alter_client_quotas_response: Response 49, versions 0-1, current 0-1, flexible (1+), unstable ();
    AlterClientQuotasResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        entries: Vec<EntryData<'a>> = 0+;
    }
    EntryData {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        entity: Vec<EntityData<'a>> = 0+;
    }
    EntityData {
        entity_type: Str<'a> = 0+;
        entity_name: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod update_features_request: Request 57, versions 0-2, current 0-2, flexible (0+), unstable ();
    UpdateFeaturesRequest {
        timeout_ms: i32 = 0+ default (60000) means Millis;
        feature_updates: Vec<FeatureUpdateKey<'a>> = 0+;
        validate_only: bool = 1+;
    }
    FeatureUpdateKey {
        feature: Str<'a> = 0+;
        max_version_level: i16 = 0+ means FeatureLevel;
        allow_downgrade: bool = 0-0;
        upgrade_type: i8 = 1+ default (1) means UpgradeType;
    }
}

crate::schema! {
    mod update_features_response: Response 57, versions 0-2, current 0-2, flexible (0+), unstable ();
    UpdateFeaturesResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        results: Vec<UpdatableFeatureResult<'a>> = 0-1 [ignorable];
    }
    UpdatableFeatureResult {
        feature: Str<'a> = 0-1;
        error_code: i16 = 0-1 means ErrorCode;
        error_message: Option<Str<'a>> = 0-1 nullable (0-1);
    }
}

crate::schema! {
    mod list_client_metrics_resources_request: Request 74, versions 0-0, current 1-0, flexible (0+), unstable ();
    ListClientMetricsResourcesRequest {
    }
}

crate::schema! {
    mod list_config_resources_request: Request 74, versions 0-1, current 0-1, flexible (0+), unstable ();
    ListConfigResourcesRequest {
        resource_types: Array<'a, i8> = 1+ means ConfigResourceType;
    }
}

crate::schema! {
    mod list_client_metrics_resources_response: Response 74, versions 0-0, current 1-0, flexible (0+), unstable ();
    ListClientMetricsResourcesResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        client_metrics_resources: Vec<ClientMetricsResource<'a>> = 0+;
    }
    ClientMetricsResource {
        name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod list_config_resources_response: Response 74, versions 0-1, current 0-1, flexible (0+), unstable ();
    ListConfigResourcesResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        config_resources: Vec<ConfigResource<'a>> = 0+;
    }
    ConfigResource {
        resource_name: Str<'a> = 0+;
        resource_type: i8 = 1+ default (16) [ignorable] means ConfigResourceType;
    }
}
