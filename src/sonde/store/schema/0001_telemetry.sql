-- Telemetry tables. Ids are raw bytes here and lower-case hex text in the views; unknown is NULL.
-- One statement ends with a semicolon at the end of a line.
--
-- Every table is a ReplacingMergeTree on the key of redelivery: the writer leaves out rows that are there
-- already, the engine is the net behind it. All inserts and merges are fsynced: an insert that returned is
-- on disk, and a merge may drop its sources only after its result is on disk.

CREATE TABLE spans
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    parent_span_id FixedString(8) CODEC(ZSTD(1)),
    duration_ns Int64 CODEC(T64, ZSTD(1)),
    end_skew_ns Int64 CODEC(T64, ZSTD(1)),
    received_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    name LowCardinality(String) CODEC(ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    status Enum8('unset' = 0, 'ok' = 1, 'error' = 2) CODEC(ZSTD(1)),
    status_message String CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    release LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    operation LowCardinality(String) CODEC(ZSTD(1)),
    provider LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    request_model LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    response_model LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    response_id Nullable(String) CODEC(ZSTD(1)),
    endpoint LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    function LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    user_id Nullable(String) CODEC(ZSTD(1)),
    session_id Nullable(String) CODEC(ZSTD(1)),
    error_type LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    convention LowCardinality(String) CODEC(ZSTD(1)),
    scope_name LowCardinality(String) CODEC(ZSTD(1)),
    scope_version LowCardinality(String) CODEC(ZSTD(1)),
    trace_state String CODEC(ZSTD(1)),
    flags UInt32 CODEC(T64, ZSTD(1)),
    time_flag LowCardinality(String) CODEC(ZSTD(1)),
    dropped_count UInt32 CODEC(T64, ZSTD(1)),
    attributes String CODEC(ZSTD(3)),
    resource String CODEC(ZSTD(3)),
    events String CODEC(ZSTD(3)),
    links String CODEC(ZSTD(3)),
    facts String CODEC(ZSTD(3)),
    content_hash UInt64 CODEC(NONE),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    INDEX ix_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_response response_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_user user_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_session session_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMMDD(time)
ORDER BY (project, time, span_id, trace_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1, max_compress_block_size = 4194304, min_compress_block_size = 1048576,
    min_parts_to_merge_at_once = 8;

CREATE TABLE contents
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    span_id FixedString(8) CODEC(ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    record UInt64 CODEC(ZSTD(1)),
    position UInt32 CODEC(ZSTD(1)),
    response_id Nullable(String) CODEC(ZSTD(1)),
    direction LowCardinality(String) CODEC(ZSTD(1)),
    role LowCardinality(String) CODEC(ZSTD(1)),
    text String CODEC(ZSTD(3)),
    parts String CODEC(ZSTD(3)),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    INDEX ix_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_text lower(text) TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking')
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMMDD(time)
ORDER BY (project, time, span_id, trace_id, record, position)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 1024, max_compress_block_size = 4194304,
    min_compress_block_size = 4194304, min_parts_to_merge_at_once = 12;

CREATE TABLE calls
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    parent_span_id FixedString(8) CODEC(ZSTD(1)),
    counted Bool CODEC(ZSTD(1)),
    duplicate_of FixedString(8) CODEC(ZSTD(1)),
    duplicate_reason LowCardinality(String) CODEC(ZSTD(1)),
    duration_ns Int64 CODEC(T64, ZSTD(1)),
    name LowCardinality(String) CODEC(ZSTD(1)),
    response_id Nullable(String) CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    release LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    operation LowCardinality(String) CODEC(ZSTD(1)),
    provider LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    request_model LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    response_model LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    endpoint LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    function LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    tags Array(LowCardinality(String)) CODEC(ZSTD(1)),
    prompt_name LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    prompt_version LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    prompt_hash LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    user_id Nullable(String) CODEC(ZSTD(1)),
    session_id Nullable(String) CODEC(ZSTD(1)),
    status Enum8('ok' = 0, 'error' = 1) CODEC(ZSTD(1)),
    error_type LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    error_message Nullable(String) CODEC(ZSTD(1)),
    incomplete Nullable(Bool) CODEC(ZSTD(1)),
    finish_reason LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    streaming Nullable(Bool) CODEC(ZSTD(1)),
    batch Nullable(Bool) CODEC(ZSTD(1)),
    service_tier LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    ttft_ms Nullable(Float64) CODEC(ZSTD(1)),
    thinking_ms Nullable(Float64) CODEC(ZSTD(1)),
    itl_p95_ms Nullable(Float64) CODEC(ZSTD(1)),
    stalls Nullable(UInt32) CODEC(T64, ZSTD(1)),
    input_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    cached_input_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    cache_write_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    cache_write_1h_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    output_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    reasoning_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    audio_input_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    audio_output_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    cached_audio_input_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    image_input_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    image_output_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    citation_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    web_searches Nullable(UInt64) CODEC(T64, ZSTD(1)),
    tokens_estimated Bool CODEC(ZSTD(1)),
    tool_calls Nullable(UInt32) CODEC(T64, ZSTD(1)),
    content_bytes Nullable(UInt64) CODEC(T64, ZSTD(1)),
    cost_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
    input_cost_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
    output_cost_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
    cached_input_cost_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
    cache_write_cost_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
    reasoning_cost_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
    fees_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
    claimed_cost_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
    cost_state LowCardinality(String) CODEC(ZSTD(1)),
    cost_source LowCardinality(String) CODEC(ZSTD(1)),
    rate_card LowCardinality(String) CODEC(ZSTD(1)),
    cost_explanation String CODEC(ZSTD(3)),
    cache_hit Nullable(Bool) CODEC(ZSTD(1)),
    fallback Nullable(Bool) CODEC(ZSTD(1)),
    fallback_from LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    attempts Nullable(UInt32) CODEC(T64, ZSTD(1)),
    convention LowCardinality(String) CODEC(ZSTD(1)),
    scope_name LowCardinality(String) CODEC(ZSTD(1)),
    time_flag LowCardinality(String) CODEC(ZSTD(1)),
    attributes JSON(max_dynamic_paths = 64) CODEC(ZSTD(1)),
    content_hash UInt64 CODEC(NONE),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    ingested_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    INDEX ix_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_response response_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_user user_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_session session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_ingested ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (project, time, span_id, trace_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;

-- Statements of GenAI log events (usage, response id), kept to decide again when a late span arrives.
CREATE TABLE log_facts
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(ZSTD(1)),
    response_id Nullable(String) CODEC(ZSTD(1)),
    facts String CODEC(ZSTD(3)),
    INDEX ix_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_response response_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(time)
ORDER BY (project, time, trace_id, span_id, facts)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;

CREATE TABLE logs
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    observed_at DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    received_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    severity_number UInt8 CODEC(ZSTD(1)),
    severity LowCardinality(String) CODEC(ZSTD(1)),
    event_name LowCardinality(String) CODEC(ZSTD(1)),
    body String CODEC(ZSTD(3)),
    attributes String CODEC(ZSTD(3)),
    resource String CODEC(ZSTD(3)),
    scope_name LowCardinality(String) CODEC(ZSTD(1)),
    time_flag LowCardinality(String) CODEC(ZSTD(1)),
    record UInt64 CODEC(NONE),
    INDEX ix_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX ix_text lower(body) TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(time)
ORDER BY (project, time, record)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;

CREATE TABLE metrics
(
    project LowCardinality(String),
    name LowCardinality(String) CODEC(ZSTD(1)),
    series UInt64 CODEC(Delta(8), ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    received_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    unit LowCardinality(String) CODEC(ZSTD(1)),
    description LowCardinality(String) CODEC(ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    temporality LowCardinality(String) CODEC(ZSTD(1)),
    monotonic Bool CODEC(ZSTD(1)),
    attributes String CODEC(ZSTD(1)),
    resource String CODEC(ZSTD(1)),
    scope_name LowCardinality(String) CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    value_int Nullable(Int64) CODEC(ZSTD(1)),
    count Nullable(UInt64) CODEC(T64, ZSTD(1)),
    sum Nullable(Float64) CODEC(ZSTD(1)),
    min Nullable(Float64) CODEC(ZSTD(1)),
    max Nullable(Float64) CODEC(ZSTD(1)),
    bounds Array(Float64) CODEC(ZSTD(1)),
    bucket_counts Array(UInt64) CODEC(ZSTD(1)),
    quantile_values Array(Float64) CODEC(ZSTD(1)),
    scale Nullable(Int32) CODEC(ZSTD(1)),
    zero_count Nullable(UInt64) CODEC(ZSTD(1)),
    zero_threshold Nullable(Float64) CODEC(ZSTD(1)),
    positive_offset Nullable(Int32) CODEC(ZSTD(1)),
    positive_counts Array(UInt64) CODEC(ZSTD(1)),
    negative_offset Nullable(Int32) CODEC(ZSTD(1)),
    negative_counts Array(UInt64) CODEC(ZSTD(1)),
    exemplars String CODEC(ZSTD(1)),
    flags UInt32 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(time)
ORDER BY (project, name, series, time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;

CREATE TABLE scores
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    score_id String CODEC(ZSTD(1)),
    name LowCardinality(String) CODEC(ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    response_id String CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    label LowCardinality(String) CODEC(ZSTD(1)),
    comment String CODEC(ZSTD(3)),
    source LowCardinality(String) CODEC(ZSTD(1)),
    author LowCardinality(String) CODEC(ZSTD(1)),
    data_type LowCardinality(String) CODEC(ZSTD(1)),
    attributes String CODEC(ZSTD(3)),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    INDEX ix_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (project, score_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;

-- Alerts are written by a later part of Sonde; the table is here so that SQL over it is valid today.
CREATE TABLE alerts
(
    project LowCardinality(String),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    alert_id String CODEC(ZSTD(1)),
    rule LowCardinality(String) CODEC(ZSTD(1)),
    state LowCardinality(String) CODEC(ZSTD(1)),
    severity LowCardinality(String) CODEC(ZSTD(1)),
    labels Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    message String CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (project, time, alert_id, state)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;

-- Calls per hour, rebuilt from rows and never incremented (see docs/reference/storage.md). Only counted calls.
CREATE TABLE calls_hourly
(
    project LowCardinality(String),
    hour DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    operation LowCardinality(String) CODEC(ZSTD(1)),
    provider LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    request_model LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    response_model LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    calls UInt64 CODEC(T64, ZSTD(1)),
    errors UInt64 CODEC(T64, ZSTD(1)),
    incomplete UInt64 CODEC(T64, ZSTD(1)),
    cache_hits UInt64 CODEC(T64, ZSTD(1)),
    unpriced UInt64 CODEC(T64, ZSTD(1)),
    tokens_unknown UInt64 CODEC(T64, ZSTD(1)),
    input_tokens UInt64 CODEC(T64, ZSTD(1)),
    cached_input_tokens UInt64 CODEC(T64, ZSTD(1)),
    cache_write_tokens UInt64 CODEC(T64, ZSTD(1)),
    output_tokens UInt64 CODEC(T64, ZSTD(1)),
    reasoning_tokens UInt64 CODEC(T64, ZSTD(1)),
    audio_input_tokens UInt64 CODEC(T64, ZSTD(1)),
    audio_output_tokens UInt64 CODEC(T64, ZSTD(1)),
    cost_usd Decimal(38, 9) CODEC(ZSTD(1)),
    input_cost_usd Decimal(38, 9) CODEC(ZSTD(1)),
    output_cost_usd Decimal(38, 9) CODEC(ZSTD(1)),
    duration_ns UInt64 CODEC(T64, ZSTD(1)),
    duration_digest AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), Float64) CODEC(ZSTD(3)),
    ttft_digest AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), Nullable(Float64)) CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (project, hour, service, environment, operation, provider, request_model, response_model)
SETTINGS allow_nullable_key = 1, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;

-- Which build of an hour counts. Written after the build's rows; clean = 0 sends readers to the rows.
CREATE TABLE rollup_hours
(
    project LowCardinality(String),
    hour DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    clean Bool
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(hour)
ORDER BY (project, hour)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;

-- Small facts about this store by name: how far roll-ups are built, how many rows each table should have.
CREATE TABLE marks
(
    name String,
    value UInt64,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY name
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;
