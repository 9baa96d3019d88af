"""Which records are one model invocation: the rule of design.md §3, as a function of the set of facts.

A record joins another one only with evidence:

* **nested**: one encloses the other in a trace (no tool or agent between) and nothing both know differs.
  That is how stacked instrumentations and frameworks look; response ids are not needed.
* **same response id**: from *different* instrumentation scopes, with overlapping times and nothing that
  differs; also across traces. One scope sees one invocation once, so calls of one scope that share an id
  stay apart, however many there are and however a server repeats its ids.
* **usage sibling**: Logfire's zero-length span after a stream belongs to the request span before it.

A parent whose tokens are the sum over several calls inside it, or that has several calls inside and no
tokens, is not a call. In each group one record is counted, the first of a fixed order (`preference`); it gets
what the others know. Every step goes through the records in an order made from their own content, so neither
the order of arrival nor the batching can matter.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from msgspec import Struct

from sonde.model.facts import SpanFacts
from sonde.normalize.compatible import compatible, distance, may_repeat, overlapping, plain_model, same_model
from sonde.normalize.forest import Forest, Key, key_of, unique
from sonde.normalize.groups import Groups
from sonde.normalize.merge import inherit, merge, preference

NEIGHBOURS = 32
"""How many records of one response id and another scope are compared on each side of a record's start."""


class Invocation(Struct, frozen=True):
    """One record that claims to be a call, and what became of the claim."""

    facts: SpanFacts
    """Completed by its duplicates when counted; with inherited identity in any case."""
    counted: bool
    duplicate_of: str = ""
    """Span id of the record counted instead."""
    duplicate_reason: str = ""
    """nested | same response | usage | sum | wrapper | retry."""


class _Verdict(Struct):
    """Why a record is not counted."""

    instead: SpanFacts
    reason: str


def assemble(facts: Iterable[SpanFacts]) -> list[Invocation]:
    """Decide which records of a connected group are calls.

    Args:
        facts: All that is known of one trace, or of several traces linked by response id: calls, the spans
            around them, log facts. Any order; the same span may come more than once.

    Returns:
        One entry for every span that claims to be a call, ordered by start. The facts of an entry keep the
        trace and span id of that span.
    """
    spans, logs = unique(facts)
    claims = [record for record in spans.values() if record.is_call]
    if not claims:
        return []
    forest = Forest(spans)
    calls = [record for record in claims if record.role == ""]
    groups = Groups(claims)
    verdicts: dict[Key, _Verdict] = {}
    _join_nested(calls, forest, groups, verdicts)
    _join_by_response(calls, groups)
    _join_usage(claims, groups)
    attempts = _drop_retries(calls, verdicts)
    log_facts = _place_logs(logs, calls, spans, groups)
    found: dict[Key, Invocation] = {}
    for members in groups.all():
        _settle(members, forest, verdicts, attempts, log_facts, found)
    return [found[key_of(record)] for record in claims]


def _join_nested(
    calls: list[SpanFacts], forest: Forest, groups: Groups, verdicts: dict[Key, _Verdict]
) -> None:
    inside: dict[Key, list[SpanFacts]] = defaultdict(list)
    for record in calls:
        outer = forest.enclosing_call(record)
        if outer is not None:
            inside[key_of(outer)].append(record)
    for outer in calls:
        inner = inside.get(key_of(outer))
        if inner:
            _explain(outer, inner, groups, verdicts)


def _explain(outer: SpanFacts, inner: list[SpanFacts], groups: Groups, verdicts: dict[Key, _Verdict]) -> None:
    """Is the outer record one of the calls inside it, a sum over them, or a call of its own?"""
    instead = _fell_back(outer, inner)
    if instead is not None:
        verdicts[key_of(outer)] = _Verdict(instead, "wrapper")
        return
    matching: dict[str, list[SpanFacts]] = defaultdict(list)
    for record in inner:
        if compatible(outer, record) and may_repeat(outer, record):
            matching[record.scope].append(record)
    if not matching:
        last = _sums_up(outer, inner)
        if last is not None:
            verdicts[key_of(outer)] = _Verdict(last, "sum")
        return
    several = any(len(records) > 1 for records in matching.values())
    if several and not outer.usage.known and not outer.response_id:
        last = max((record for records in matching.values() for record in records), key=_end)
        verdicts[key_of(outer)] = _Verdict(last, "wrapper")
        return
    for scope in sorted(matching):
        groups.join(outer, min(matching[scope], key=lambda record: _closeness(outer, record)))


def _fell_back(outer: SpanFacts, inner: list[SpanFacts]) -> SpanFacts | None:
    """The call of another model whose tokens the outer record repeats, after the outer's own model failed."""
    if not outer.usage.known or not any(
        record.status == "error" and not record.usage.known and same_model(outer, record) for record in inner
    ):
        return None
    repeated = [
        record
        for record in inner
        if record.status != "error"
        and record.usage.known
        and not same_model(outer, record)
        and _total([record]) == _total([outer])
    ]
    return max(repeated, key=_end, default=None)


def _end(record: SpanFacts) -> tuple[int, int, str]:
    return (record.end_ns, record.start_ns, record.span_id)


def _closeness(outer: SpanFacts, record: SpanFacts) -> tuple[bool, bool, int, str]:
    """Same response id first, known tokens next, then the time they share."""
    other_id = not (outer.response_id and outer.response_id == record.response_id)
    return (other_id, not record.usage.known, distance(outer, record), record.span_id)


def _sums_up(outer: SpanFacts, inner: list[SpanFacts]) -> SpanFacts | None:
    """The last of the inner calls of one scope whose tokens add up to the outer's; else None."""
    if not outer.usage.known:
        return None
    by_scope: dict[str, list[SpanFacts]] = defaultdict(list)
    for record in inner:
        if record.usage.known:
            by_scope[record.scope].append(record)
    for scope in sorted(by_scope):
        records = by_scope[scope]
        if len(records) > 1 and _total(records) == (
            outer.usage.input_tokens or 0,
            outer.usage.output_tokens or 0,
        ):
            return max(records, key=_end)
    return None


def _total(records: list[SpanFacts]) -> tuple[int, int]:
    return (
        sum(record.usage.input_tokens or 0 for record in records),
        sum(record.usage.output_tokens or 0 for record in records),
    )


def _join_by_response(calls: list[SpanFacts], groups: Groups) -> None:
    by_id: dict[str, list[SpanFacts]] = defaultdict(list)
    for record in calls:
        if record.response_id:
            by_id[record.response_id].append(record)
    for response_id in sorted(by_id):
        pairs: list[tuple[int, Key, Key, SpanFacts, SpanFacts]] = []
        for one, other in _neighbours(by_id[response_id]):
            if overlapping(one, other) and compatible(one, other):
                pair = (distance(one, other), key_of(one), key_of(other), one, other)
                pairs.append(pair)
        pairs.sort(key=lambda pair: pair[:3])
        for _, _, _, one, other in pairs:
            if not groups.joined(one, other) and not groups.share_scope(one, other):
                groups.join(one, other)


def _neighbours(records: list[SpanFacts]) -> Iterator[tuple[SpanFacts, SpanFacts]]:
    """Pairs from different scopes: for each record those of another scope that began at about its time.

    ``records`` are ordered by start. Records that began at one moment are taken rank by rank.
    """
    by_scope: dict[str, list[SpanFacts]] = defaultdict(list)
    for record in records:
        by_scope[record.scope].append(record)
    for scope, other_scope in combinations(sorted(by_scope), 2):
        others = by_scope[other_scope]
        starts = [record.start_ns for record in others]
        rank, last = 0, -1
        for record in by_scope[scope]:
            rank = rank + 1 if record.start_ns == last else 0
            last = record.start_ns
            middle = bisect_left(starts, record.start_ns) + rank
            for other in others[max(0, middle - NEIGHBOURS) : middle + NEIGHBOURS]:
                yield record, other


def _join_usage(claims: list[SpanFacts], groups: Groups) -> None:
    """A usage sibling takes the last request before it, under the same parent, that has no usage yet."""
    waiting: dict[tuple[str, str, str, str], list[SpanFacts]] = defaultdict(list)
    usages: list[SpanFacts] = []
    for record in claims:
        if record.role == "usage":
            usages.append(record)
        elif not record.usage.known and record.status != "error":
            waiting[_place(record)].append(record)
    for record in usages:
        candidates = [
            other
            for other in waiting[_place(record)]
            if other.start_ns <= record.start_ns and compatible(other, record)
        ]
        if candidates:
            partner = max(candidates, key=_end)
            waiting[_place(record)].remove(partner)
            groups.join(partner, record)


def _place(record: SpanFacts) -> tuple[str, str, str, str]:
    return (record.trace_id, record.parent_span_id, record.scope, plain_model(record.request_model or ""))


def _drop_retries(calls: list[SpanFacts], verdicts: dict[Key, _Verdict]) -> dict[Key, int]:
    """Vercel's SDK 5 makes a span per attempt: a failed one followed by another of the same model is a retry.

    Returns how many attempts the last of each chain stands for.
    """
    siblings: dict[tuple[str, str, str, str], list[SpanFacts]] = defaultdict(list)
    for record in calls:
        if record.convention == "vercel-ai" and record.parent_span_id:
            siblings[_place(record)].append(record)
    attempts: dict[Key, int] = {}
    for records in siblings.values():
        count = 1
        for index, record in enumerate(records[:-1]):
            following = records[index + 1]
            if record.status == "error" and following.start_ns >= record.end_ns:
                final = next((r for r in records[index + 1 :] if r.status != "error"), records[-1])
                verdicts[key_of(record)] = _Verdict(final, "retry")
                count += 1
                attempts[key_of(final)] = count
            else:
                count = 1
    return attempts


def _place_logs(
    logs: list[SpanFacts], calls: list[SpanFacts], spans: dict[Key, SpanFacts], groups: Groups
) -> dict[Key, list[SpanFacts]]:
    """Log facts by the group they complete: by span id, else by response id and the nearest time."""
    placed: dict[Key, list[SpanFacts]] = defaultdict(list)
    for facts in logs:
        home = spans.get((facts.trace_id, facts.span_id)) if facts.span_id else None
        if home is None and facts.response_id:
            same = [
                call for call in calls if call.response_id == facts.response_id and compatible(call, facts)
            ]
            home = min(same, key=lambda call: (abs(call.end_ns - facts.start_ns), key_of(call)), default=None)
        if home is not None and home.is_call:
            placed[groups.root(key_of(home))].append(facts)
    return placed


def _settle(
    members: list[SpanFacts],
    forest: Forest,
    verdicts: dict[Key, _Verdict],
    attempts: dict[Key, int],
    log_facts: dict[Key, list[SpanFacts]],
    found: dict[Key, Invocation],
) -> None:
    """Count one record of a group; the others are its duplicates."""
    standing = [record for record in members if key_of(record) not in verdicts]
    ordered = sorted(standing, key=preference)
    chosen = ordered[0] if ordered else None
    for record in members:
        key = key_of(record)
        verdict = verdicts.get(key)
        if verdict is not None:
            found[key] = Invocation(
                inherit(record, [record], forest), False, verdict.instead.span_id, verdict.reason
            )
        elif record is not chosen and chosen is not None:
            reason = "usage" if record.role == "usage" else _reason(record, chosen, forest)
            found[key] = Invocation(inherit(record, [record], forest), False, chosen.span_id, reason)
    if chosen is not None:
        logs = [facts for record in members for facts in log_facts.get(key_of(record), ())]
        tries = max((attempts.get(key_of(record), 0) for record in members), default=0)
        merged = merge(ordered, logs, attempts=tries or None)
        found[key_of(chosen)] = Invocation(inherit(merged, ordered, forest), True)


def _reason(record: SpanFacts, chosen: SpanFacts, forest: Forest) -> str:
    nested = forest.is_inside(record, chosen) or forest.is_inside(chosen, record)
    return "nested" if nested else "same response"
