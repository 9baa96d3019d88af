"""``python -m bench`` lists the measurements, ``python -m bench NAME …`` runs one, ``all`` runs every one."""

import sys
from importlib import import_module

NAMES = ("start", "ingest", "disk", "query", "crash", "demo", "sdk")
LONG = ("outage", "growth")
"""A quarter of an hour and more: run when named, not by ``all``."""


def main(arguments: list[str]) -> None:
    """Run what was named."""
    if not arguments or arguments[0] not in (*NAMES, *LONG, "all"):
        for name in (*NAMES, *LONG):
            described = (import_module(f"bench.{name}").__doc__ or "").strip().splitlines()[0]
            print(f"{name:8} {described}{' (long)' if name in LONG else ''}")
        print("all      every one of them but the long; options are given to one measurement only")
        raise SystemExit(0 if not arguments else 2)
    chosen = NAMES if arguments[0] == "all" else (arguments[0],)
    for name in chosen:
        import_module(f"bench.{name}").main(arguments[1:] if len(chosen) == 1 else [])


if __name__ == "__main__":
    main(sys.argv[1:])
