"""The same call as different instrumentation libraries write it: one module per convention."""
