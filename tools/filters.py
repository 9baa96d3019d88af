"""Writes docs/reference/filters.md: what the language can say, and every field of the filter tables.

python tools/filters.py           write it
python tools/filters.py --check   exit 1 when it is stale
"""

import sys
from pathlib import Path

from sonde.filters import TABLES, Field
from sonde.filters.compiling import CONTENT_MARGIN_NS, HOUR_NS, LOOKUPS_MAX, TRACE_MARGIN_NS
from sonde.filters.parsing import DEPTH_MAX, TEXT_MAX, WORDS_MAX

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "filters.md"

HEAD = f"""# Filters

One language for the pages, the address bar, the API (`filter=`), and the command line (`--filter`):

    model:gpt-4o status:error cost>0.05 user:u42 -env:dev "out of stock" trace.cost>1 has:tool

| written | means |
|---|---|
| `model:gpt-4o` | the field has this value; `=` is the same, `!=` the opposite |
| `model:(gpt-4o OR gpt-4.1)` | any of these values |
| `model:claude-*` | `*` stands for any text, also for none; `\\*` and `"*"` are the star itself |
| `cost>0.05` `duration<=2s` | compared; `>` `>=` `<` `<=`, spaces around are allowed |
| `cost:[0.01 TO 1]` | from, to, both included; `{{` and `}}` leave an end out, `*` leaves it open |
| `has:user` `user:*` | the field is known |
| `-env:dev` `NOT env:dev` | the opposite |
| `a b` `a AND b` | both; AND binds more tightly than OR |
| `a OR b` | either; parentheses group |
| `refund` `"out of stock"` | the content (the body of a log record) has the word, or these in this order |
| `refund*` | the content has text like this, anywhere; slower, because no index helps |
| `"a \\"quoted\\" value"` `a\\ b` | quotes or backslashes where a value has spaces or signs |
| `attributes.app.tenant:acme` | an attribute by its key as sent; `attributes."odd key":5`; `resource.…` |

Words match whole words, whatever the case of ASCII letters. Text of fields is compared exactly, also its
case.

**Units.** Durations: `ns us ms s m h d`, also `1m30s`; without a unit milliseconds. Counts: `10k`, `1.5M`.
Money: US dollars, with or without `$`. Sizes: `kB MB GB`, `KiB MiB GiB`. Times: `2026-11-21`,
`2026-11-21T10:00`, `…T10:00:00.5Z`, UTC unless an offset says otherwise; a day or a minute stands for all
of it, so `time>2026-11-21` begins the day after and `time:2026-11-21T10` is an hour.

**Unknown** is neither equal nor unequal, neither more nor less: no condition on a field holds where it is
unknown. The opposite of a condition is everything else, so `-user:u42` has the calls of other users *and*
those without one, and `-cost>1` has the unpriced calls. `has:user -user:u42` leaves them out.

**Attributes** are compared as text, and as numbers where both sides are: `attributes.n:5` finds `5`, `"5"`
and `5.0`. A list has a value when one of its items is it.

**Sums over a trace** (`trace.cost>1`) hold for everything of the trace: in the list of calls they find the
calls of dear traces. In the list of traces `cost>1` is the same. Every other condition there asks whether
*any* span or call of the trace meets it, and `-` whether none does: `model:gpt-4o status:error` finds
traces that have a call of gpt-4o and an error, not necessarily in one call. To ask for both in one call,
filter calls.

**Ranges.** A filter is read within the time range of its list. Rows of a trace count up to {
    TRACE_MARGIN_NS // HOUR_NS
} hours before and after it, content up to {CONTENT_MARGIN_NS // HOUR_NS} hour. Of a trace that
runs longer than that, the rest is not summed.

**Bounds.** {TEXT_MAX:,} characters, {WORDS_MAX} fields and values, {DEPTH_MAX} parentheses deep, and
{LOOKUPS_MAX} conditions that look beyond the row itself (content, sums over a trace, `resource.` of calls).
Searching content needs scope `content`.

**Errors** say where: the problem document has `position` and `length` in characters, and `suggestions`.
`POST /api/v1/filters/check` answers the same without failing, with the filter in one way of writing and in
words. `GET /api/v1/filters/fields` is this page for programs, `GET /api/v1/filters/complete` offers fields
and values.

This page is generated: `python tools/filters.py`.
"""

TITLES = {"calls": "Calls", "spans": "Spans", "traces": "Traces", "logs": "Log records"}


def _row(field: Field) -> str:
    kind = field.kind
    if field.choices:
        kind = ", ".join(field.choices)
    names = ", ".join(f"`{name}`" for name in (field.name, *field.aliases))
    examples = " ".join(f"`{example}`" for example in field.examples)
    return f"| {names} | {kind} | {field.description} | {examples} |"


def render() -> str:
    """The whole page."""
    lines = [HEAD]
    for target, table in TABLES.items():
        lines += [f"## {TITLES[target]}", "", "| field, also | values | | examples |", "|---|---|---|---|"]
        lines += [_row(field) for field in table.fields]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Write the page, or say whether it is fresh."""
    text = render()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.stderr.write("docs/reference/filters.md is stale: run `python tools/filters.py`\n")
            sys.exit(1)
        return
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
