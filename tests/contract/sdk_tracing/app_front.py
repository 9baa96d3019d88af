"""The calling service of test_two_processes.py: one request that tells who asks, one that keeps it to
itself.
"""

import json
import sys
import urllib.request

import sonde


def ask(url: str) -> str:
    with sonde.span("ask", kind="workflow") as span:
        request = urllib.request.Request(url, headers=dict(sonde.headers()))
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 204
        return span.trace_id


def main() -> None:
    sonde.init(service="front")
    url = f"http://127.0.0.1:{int(sys.argv[1])}/"
    whom = sonde.context(
        user="ada", session="s 1 ä", endpoint="/chat", prompt="p", prompt_version="2", tags=["x,y", "z"]
    )
    with whom:
        told = ask(url)
    with sonde.context(user="eve", propagate=False):
        kept = ask(url)
    assert sonde.flush()
    print(json.dumps({"told": told, "kept": kept}))


if __name__ == "__main__":
    main()
