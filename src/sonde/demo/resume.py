"""Where an earlier demo left off, asked from the server, so that a restart only fills the gap."""

import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from sonde.demo.calendar import MINUTE

_SQL = "SELECT count() AS spans, toString(toUnixTimestamp64Nano(max(time))) AS newest FROM spans"
_OVERLAP_NS = 10 * MINUTE
"""A kill can leave the newest spans in while slightly older ones were still to be sent."""


def newest_sent_ns(url: str, headers: Mapping[str, str]) -> int:
    """From when on spans are missing; 0 when there are none yet or the server does not say."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "127.0.0.1", address.port, timeout=15)
    try:
        question = {"sql": _SQL, "project": headers.get("x-sonde-project", "")}
        sent = {**headers, "Content-Type": "application/json"}
        connection.request("POST", address.path.rstrip("/") + "/api/v1/sql", json.dumps(question), sent)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            return 0
        spans, newest = json.loads(answer)["rows"][0]
        return int(newest) - _OVERLAP_NS if int(spans) else 0
    except (OSError, http.client.HTTPException, ValueError, KeyError, IndexError, TypeError):
        return 0
    finally:
        connection.close()
