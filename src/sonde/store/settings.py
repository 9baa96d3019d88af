"""Settings sent to the engine with every statement, the same for both engines."""

from sonde.store.engine import QueryLimits

QUERY_SETTINGS: dict[str, str | int] = {
    "output_format_arrow_string_as_string": 1,
    "output_format_arrow_compression_method": "none",
    "output_format_arrow_fixed_string_as_fixed_byte_array": 1,
    "json_type_escape_dots_in_keys": 1,
    "session_timezone": "UTC",
    # Else readers of all columns are made for every part before an index has said which parts matter.
    "use_skip_indexes_on_data_read": 0,
    "max_threads_for_indexes": 1,
}
"""Arrow as we read it; keys of JSON attributes with dots stay one key each; times in UTC; indexes first."""

INSERT_SETTINGS: dict[str, str | int] = {
    "json_type_escape_dots_in_keys": 1,
    # The keys "a.b" and "a%2Eb" of one span are one path then: the first counts, and the span has both.
    "type_json_skip_duplicated_paths": 1,
    # Text that looks like a date stays the text that was sent, or `attributes.key.:String` does not find it.
    "input_format_try_infer_dates": 0,
    "input_format_try_infer_datetimes": 0,
    # Building the text index is the dearest part of inserting content: merges build it.
    "exclude_materialize_skip_indexes_on_insert": "ix_text",
    # A request may carry a year of days; the engine's own limit is a hundred.
    "max_partitions_per_insert_block": 400,
}


def limit_settings(limits: QueryLimits) -> dict[str, str | int]:
    """Limits as the engine's settings."""
    settings: dict[str, str | int] = {
        "max_execution_time": max(int(limits.seconds), 1) if limits.seconds else 0,
        "max_memory_usage": limits.memory_bytes or 0,
        "max_result_rows": (limits.rows + 1) if limits.rows else 0,
        "max_result_bytes": limits.bytes or 0,
        "result_overflow_mode": "break" if limits.truncate else "throw",
        "max_threads": limits.threads or 0,
    }
    return settings


def literal(value: str | int) -> str:
    """A setting's value as SQL."""
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
