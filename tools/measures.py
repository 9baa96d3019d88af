"""Writes docs/reference/measures.md from the catalogue of measures and dimensions.

python tools/measures.py           write it
python tools/measures.py --check   exit 1 when it is stale
"""

import sys
from pathlib import Path

from sonde.measures.aggregates import AGGREGATES
from sonde.measures.catalogue import MEASURES, Measure
from sonde.measures.dimensions import DIMENSIONS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "measures.md"

HEAD = """# Measures and dimensions

A measure is a named aggregate of calls. Pages, `POST /api/v1/query`, the command line and exports all speak
these names. This page is generated: `python tools/measures.py`.

```console
$ curl -s localhost:4318/api/v1/query -H 'content-type: application/json' -d '{
    "from": "-24h", "measures": ["calls", "error_rate", "cost_usd"], "dimensions": ["provider", "model"],
    "filter": "env:production -user:loadtest", "interval": "auto", "compare": true}'
```

- **Unknown is null, never 0.** The last column says when a measure is null. Ratios divide by what is known.
- **From** says where an answer comes from: *roll-up* measures are read from roll-ups of a minute to six hours
  whenever dimensions and filter are in them too (provider, model, service, environment, operation, endpoint,
  hour, weekday); everything else, and the last moments, from the calls themselves. Both give the same counts
  and sums at any moment.
- **Percentiles** are t-digests, also over single rows, and merge across roll-ups. Over 200,000 values in 500
  roll-ups (log-normal, two humps, heavy tail) the merged p50 was off by less than 0.5 % of the values, p95
  and p99 by less than 0.1 % (`tests/contract/store/test_digests.py` holds the bound). Users, sessions and
  traces are `uniq` estimates: exact up to some thousands, within about 1 % beyond.
- With `"compare": true` every number comes with that of the range of equal length just before. Groups are
  chosen by `order` (the first measure, largest first); what lies beyond `limit` is one group `other`.
- With `?format=csv` or `jsonl` the answer is a file.

## Measures

| name | unit | from | what | better | null when |
|---|---|---|---|---|---|
"""


def row(measure: Measure) -> str:
    """A line of the table."""
    rolled = all(AGGREGATES[name].rollup for name in measure.needs)
    return (
        f"| `{measure.name}` | {measure.unit} | {'roll-up' if rolled else 'calls'} | {measure.description} | "
        f"{measure.better or '—'} | {measure.null_means} |"
    )


def render() -> str:
    """The whole page."""
    dimensions = [
        f"| `{one.name}` | {'roll-up' if one.in_rollup else 'calls'} | {one.description or one.title} |"
        for one in DIMENSIONS
    ]
    return "\n".join(
        (
            HEAD + "\n".join(row(measure) for measure in MEASURES),
            "",
            "## Dimensions",
            "",
            "Besides these, `attributes.<key>` groups by any attribute of the call's span and",
            "`resource.<key>` by any of its sender.",
            "",
            "| name | from | what |",
            "|---|---|---|",
            *dimensions,
            "",
        )
    )


def main() -> int:
    """Write or check."""
    page = render()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
            sys.stderr.write("docs/reference/measures.md is stale: run `python tools/measures.py`\n")
            return 1
        return 0
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
