-- Parts in two files instead of two files a column: a part of `calls` is 250 files otherwise, each synced by the
-- merge that made it and opened by whoever reads a trace. Large parts, which pack better so, stay by column.

ALTER TABLE calls MODIFY SETTING min_bytes_for_wide_part = 536870912;

ALTER TABLE spans MODIFY SETTING min_bytes_for_wide_part = 134217728;

ALTER TABLE contents MODIFY SETTING min_bytes_for_wide_part = 134217728;
