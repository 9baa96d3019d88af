"""Entries in Redis: shared by machines. Needs ``pip install 'sonde[redis]'``."""

import uuid
from collections.abc import Sequence
from typing import Any, cast

from sonde.model.errors import BadInput
from sonde.resilience.caching.entries import Entry, Hits

_PUT = """
local entry, used, sizes, expiries, hits = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local key, prefix, limit, size = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local now, expires = ARGV[5], ARGV[6]
local function forget(name)
    local frame = redis.call('HGET', prefix .. 'e:' .. name, 'frame')
    if frame and frame ~= '' then redis.call('ZREM', prefix .. 'f:' .. frame, name) end
    redis.call('DEL', prefix .. 'e:' .. name)
    redis.call('ZREM', used, name)
    redis.call('ZREM', expiries, name)
    redis.call('HINCRBY', sizes, 'total', 0 - (tonumber(redis.call('HGET', sizes, name)) or 0))
    redis.call('HDEL', sizes, name)
    redis.call('ZREM', hits, name)
    redis.call('HDEL', prefix .. 'saved', name)
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', expiries, '-inf', now, 'LIMIT', 0, 1000)) do
    if name ~= key then forget(name) end
end
local old = redis.call('HGET', entry, 'frame')
if old and old ~= '' then redis.call('ZREM', prefix .. 'f:' .. old, key) end
redis.call('DEL', entry)
redis.call('HSET', entry, 'body', ARGV[7], 'created_s', now, 'expires_s', expires, 'cost_usd', ARGV[8],
    'frame', ARGV[9], 'vector', ARGV[10])
redis.call('PEXPIRE', entry, ARGV[11])
redis.call('HINCRBY', sizes, 'total', size - (tonumber(redis.call('HGET', sizes, key)) or 0))
redis.call('HSET', sizes, key, size)
redis.call('ZADD', used, now, key)
redis.call('ZADD', expiries, expires, key)
if ARGV[9] ~= '' then
    redis.call('ZADD', prefix .. 'f:' .. ARGV[9], now, key)
    if redis.call('PTTL', prefix .. 'f:' .. ARGV[9]) < tonumber(ARGV[11]) then
        redis.call('PEXPIRE', prefix .. 'f:' .. ARGV[9], ARGV[11])
    end
end
while tonumber(redis.call('HGET', sizes, 'total')) > limit do
    local oldest = redis.call('ZRANGE', used, 0, 0)[1]
    if not oldest then
        redis.call('HSET', sizes, 'total', 0)
        break
    end
    forget(oldest)
end
"""
_GET = """
local fields = redis.call('HMGET', KEYS[1], 'body', 'created_s', 'expires_s', 'cost_usd', 'frame', 'vector')
if fields[1] then redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1]) end
return fields
"""
_HIT = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if ARGV[2] ~= '' then redis.call('HINCRBYFLOAT', KEYS[3], ARGV[1], ARGV[2]) end
return redis.call('ZINCRBY', KEYS[2], 1, ARGV[1])
"""
_DELETE = """
local frame = redis.call('HGET', KEYS[1], 'frame')
if frame and frame ~= '' then redis.call('ZREM', ARGV[2] .. 'f:' .. frame, ARGV[1]) end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'total', 0 - (tonumber(redis.call('HGET', KEYS[3], ARGV[1])) or 0))
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('HDEL', KEYS[6], ARGV[1])
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
_SCRIPTS = {"put": _PUT, "get": _GET, "hit": _HIT, "delete": _DELETE, "release": _RELEASE}


class RedisStore:
    """Holds up to ``bytes_max`` bytes of entries in Redis 6 or newer. Safe between threads and processes.

    Every change is one script on the server, so a process that is killed leaves nothing half done. All keys
    begin with ``{prefix}``: several caches may share a server.
    """

    blocking = True

    def __init__(
        self,
        url: str = "redis://127.0.0.1:6379/0",
        *,
        prefix: str = "sonde-cache",
        bytes_max: int = 1 << 30,
        timeout_s: float = 0.5,
        client: Any = None,
    ) -> None:
        """Nothing is connected before the first use.

        Args:
            url: ``redis://``, ``rediss://`` or ``unix://``.
            prefix: What this cache's keys begin with.
            bytes_max: Bound of the entries' bytes, over all processes that share the prefix.
            timeout_s: How long to wait for a connection and for an answer; a cache then does without.
            client: A ``redis.Redis`` of your own instead of ``url``. It must not decode answers.

        Raises:
            BadInput: The ``redis`` package is not installed, or the URL is none.
        """
        self._client = client if client is not None else _connect(url, timeout_s)
        self._prefix = f"{{{prefix}}}:"
        self._bytes_max = bytes_max
        self._scripts = {name: self._client.register_script(text) for name, text in _SCRIPTS.items()}

    def get(self, key: str, now_s: float) -> Entry | None:
        """The entry unless it expired."""
        fields = self._run("get", ["e:" + key, "used"], [key, repr(now_s)])
        if fields[0] is None or float(fields[2]) <= now_s:
            return None
        body, created_s, expires_s, cost_usd, frame, vector = fields
        cost = float(cost_usd) if cost_usd else None
        return Entry(body, float(created_s), float(expires_s), cost, frame.decode(), vector)

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry; what is larger than the whole store is not kept."""
        left_ms = round((entry.expires_s - entry.created_s) * 1000)
        if entry.bytes_held > self._bytes_max or left_ms <= 0:
            return
        cost = "" if entry.cost_usd is None else repr(entry.cost_usd)
        values = [
            key, self._prefix, self._bytes_max, entry.bytes_held, repr(entry.created_s),
            repr(entry.expires_s), entry.body, cost, entry.frame, entry.vector, left_ms,
        ]  # fmt: skip
        self._run("put", ["e:" + key, "used", "sizes", "expiries", "hits"], values)

    def hit(self, key: str, saved_usd: float | None) -> int:
        """Count a hit. Returns the hits of this key so far; 0 when the entry is gone."""
        saved = "" if saved_usd is None else repr(saved_usd)
        return int(self._run("hit", ["e:" + key, "hits", "saved"], [key, saved]))

    def delete(self, key: str) -> None:
        """Forget one entry."""
        names = ["e:" + key, "used", "sizes", "expiries", "hits", "saved"]
        self._run("delete", names, [key, self._prefix])

    def clear(self) -> None:
        """Forget everything under the prefix."""
        names: list[bytes] = []
        for name in self._client.scan_iter(match=_literal(self._prefix) + "*", count=1000):
            names.append(name)
            if len(names) == 1000:
                self._client.unlink(*names)
                names.clear()
        if names:
            self._client.unlink(*names)

    def frame(self, frame: str, now_s: float, limit: int) -> Sequence[tuple[str, bytes]]:
        """(key, vector) of the live entries of a frame, newest first."""
        keys = cast("list[bytes]", self._client.zrange(f"{self._prefix}f:{frame}", 0, limit - 1, desc=True))
        if not keys:
            return []
        pipeline = self._client.pipeline(transaction=False)
        for key in keys:
            pipeline.hmget(f"{self._prefix}e:{key.decode()}", "expires_s", "vector")
        rows = zip(keys, pipeline.execute(), strict=True)
        return [
            (key.decode(), vector) for key, (expires, vector) in rows if expires and float(expires) > now_s
        ]

    def top(self, limit: int) -> Sequence[Hits]:
        """The keys with most hits, most first; only keys with hits."""
        pairs = self._client.zrange(f"{self._prefix}hits", 0, limit - 1, desc=True, withscores=True)
        if not pairs:
            return []
        saved = self._client.hmget(f"{self._prefix}saved", [key for key, _ in pairs])
        return [
            Hits(key.decode(), int(count), float(usd) if usd else None)
            for (key, count), usd in zip(pairs, saved, strict=True)
        ]

    def lease(self, key: str, owner: str, seconds: float) -> bool:
        """Whether ``owner`` may fetch the answer now, by the server's clock."""
        name = f"{self._prefix}l:{key}"
        return bool(self._client.set(name, owner, nx=True, px=max(1, round(seconds * 1000))))

    def release(self, key: str, owner: str) -> None:
        """Give a lease back; nothing when it is another's by now."""
        self._run("release", ["l:" + key], [owner])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def bytes_held(self) -> int:
        """What the entries take up, at most ``bytes_max``; what expired counts until the next `put`."""
        return int(self._client.hget(f"{self._prefix}sizes", "total") or 0)

    def _run(self, script: str, names: list[str], values: list[Any]) -> Any:
        return self._scripts[script](keys=[self._prefix + name for name in names], args=values)


def _connect(url: str, timeout_s: float) -> Any:
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError as error:
        raise BadInput(
            "the Redis store needs the package `redis`", hint="pip install 'sonde[redis]'"
        ) from error
    try:
        from_url: Any = redis.Redis.from_url  # type: ignore[reportUnknownMemberType]
        return from_url(
            url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            # A connection that the server closed while it rested is worth one more try; an outage is not.
            retry=Retry(NoBackoff(), 1),
            client_name=f"sonde-{uuid.uuid4().hex[:8]}",
        )
    except ValueError as error:
        raise BadInput(f"not an address of Redis: {error}") from error


def _literal(text: str) -> str:
    """Text for a MATCH pattern."""
    return "".join("\\" + character if character in "*?[]^\\" else character for character in text)
