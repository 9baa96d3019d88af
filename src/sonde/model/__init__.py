"""The nouns: frozen types every layer above shares, the error tree and the limits.

Nothing here does input or output. Ids are lower-case hex text, times are integer nanoseconds since
1970 (UTC), unknown is ``None`` (never 0).
"""
