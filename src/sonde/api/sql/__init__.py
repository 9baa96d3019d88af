"""The SQL endpoint: parse, check against allow-lists, scope to the caller's projects, render anew, run
within limits.
"""
