-- Roll-ups in several grains instead of by the hour only: short ranges are read from minutes, and an hour that is
-- being written is read from the minutes of it that are not. What was built before is built anew from rows.

DROP TABLE IF EXISTS calls_hourly;

DROP TABLE IF EXISTS rollup_hours;

-- Counted calls per bucket of `grain` seconds. Rows of a build carry its version; rollup_buckets says which counts.
CREATE TABLE calls_rollup
(
    project LowCardinality(String),
    grain UInt32 CODEC(Delta(4), ZSTD(1)),
    bucket DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    operation LowCardinality(String) CODEC(ZSTD(1)),
    provider LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    request_model LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    response_model LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
    endpoint LowCardinality(Nullable(String)) CODEC(ZSTD(1)),
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
    ttft_digest AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), Nullable(Float64)) CODEC(ZSTD(3)),
    users AggregateFunction(uniq, Nullable(String)) CODEC(ZSTD(1)),
    sessions AggregateFunction(uniq, Nullable(String)) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY (grain, if(grain < 3600, toYYYYMMDD(bucket), toYYYYMM(bucket)))
ORDER BY (project, grain, bucket, service, environment, operation, provider, request_model, response_model, endpoint)
TTL bucket + toIntervalDay(multiIf(grain = 60, 2, grain = 900, 11, 20000))
SETTINGS allow_nullable_key = 1, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;

-- Which build of a bucket counts. Written after the build's rows; clean = 0 sends readers to finer grains or rows.
CREATE TABLE rollup_buckets
(
    project LowCardinality(String),
    grain UInt32 CODEC(Delta(4), ZSTD(1)),
    bucket DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    version UInt64 CODEC(Delta(8), ZSTD(1)),
    clean Bool
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY (grain, if(grain < 3600, toYYYYMMDD(bucket), toYYYYMM(bucket)))
ORDER BY (project, grain, bucket)
TTL bucket + toIntervalDay(multiIf(grain = 60, 2, grain = 900, 11, 20000))
SETTINGS ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;
