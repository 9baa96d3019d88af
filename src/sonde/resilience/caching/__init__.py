"""Answers kept for the same question: exact, semantic, and embeddings per text."""

from sonde.resilience.caching.cache import ResponseCache
from sonde.resilience.caching.embeddings import EmbeddingCache
from sonde.resilience.caching.entries import Entry, Hits, Store
from sonde.resilience.caching.keys import Unkeyable, key
from sonde.resilience.caching.memory import MemoryStore
from sonde.resilience.caching.modes import bypass, refresh
from sonde.resilience.caching.redis import RedisStore
from sonde.resilience.caching.semantic import SemanticCache
from sonde.resilience.caching.sqlite import SqliteStore
from sonde.resilience.caching.stats import CacheStats

__all__ = [
    "CacheStats",
    "EmbeddingCache",
    "Entry",
    "Hits",
    "MemoryStore",
    "RedisStore",
    "ResponseCache",
    "SemanticCache",
    "SqliteStore",
    "Store",
    "Unkeyable",
    "bypass",
    "key",
    "refresh",
]
