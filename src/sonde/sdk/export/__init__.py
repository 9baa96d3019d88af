"""From ended spans to bytes that were acknowledged: intake → encode → delivery (or a file)."""
