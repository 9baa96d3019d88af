"""Spans in the order of their tree."""

from collections.abc import Iterable
from typing import NamedTuple

from sonde.api.reads.query import NO_SPAN


class TreeNode(NamedTuple):
    """A span's place in the tree."""

    span_id: str
    depth: int
    parent_missing: bool


def tree_order(spans: Iterable[tuple[str, str, int]]) -> list[TreeNode]:
    """Depth first, children by start time then id, from (span id, parent id, start).

    A span whose parent is not there stands at the top, marked. Spans that are their own ancestors (broken
    senders) come last, each cycle entered at its earliest span, so that every span is shown once.
    """
    parents: dict[str, str] = {}
    starts: dict[str, int] = {}
    for span_id, parent_id, start in spans:
        parents[span_id] = parent_id
        starts[span_id] = start
    # Sorted once, the children of each span are in order as they come.
    by_start = sorted(parents, key=lambda span_id: (starts[span_id], span_id))
    children: dict[str, list[str]] = {}
    tops: list[str] = []
    for span_id in by_start:
        parent_id = parents[span_id]
        if parent_id in parents and parent_id != span_id:
            children.setdefault(parent_id, []).append(span_id)
        else:
            tops.append(span_id)

    order: list[TreeNode] = []
    seen: set[str] = set()

    def walk(top: str) -> None:
        stack = [(top, 0)]
        while stack:
            span_id, depth = stack.pop()
            if span_id in seen:
                continue
            seen.add(span_id)
            missing = parents[span_id] not in (NO_SPAN, "") and parents[span_id] not in parents
            order.append(TreeNode(span_id, depth, missing))
            below = children.get(span_id)
            if below:
                stack.extend([(child, depth + 1) for child in reversed(below)])

    for span_id in tops:
        walk(span_id)
    if len(seen) < len(parents):
        for span_id in by_start:
            walk(span_id)
    return order
