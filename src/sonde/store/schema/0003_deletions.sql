-- What is being deleted: written before the first row goes, dropped after the last, so a kill in between is
-- finished at the next start.

CREATE TABLE deletions
(
    job String,
    project String,
    session_id String,
    trace_id FixedString(16)
)
ENGINE = ReplacingMergeTree
PARTITION BY job
ORDER BY (project, session_id, trace_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1;
