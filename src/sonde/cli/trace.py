"""`sonde trace ID`: one trace as a tree."""

from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from sonde.cli import output
from sonde.cli.connection import AsJson, Key, Project, Url, connected
from sonde.tui.text import dollars, milliseconds, safe, short_time


def trace(
    trace_id: Annotated[str, typer.Argument(help="32 hex digits.")],
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Show one trace as a tree with its calls and their cost."""
    with connected(url, api_key) as client:
        answer = client.trace(trace_id.lower(), project)
        cursor = answer["next_cursor"]
        while cursor:
            page = client.trace(trace_id.lower(), project, cursor)
            answer["items"] += page["items"]
            cursor = page["next_cursor"]
        answer["next_cursor"] = None
    if as_json:
        output.print_json(answer)
        return
    output.console().print(tree_of(answer))
    if answer["scores"]:
        output.print_rows(
            ("score", "value", "label", "source"),
            [(item["name"], item["value"], item["label"], item["source"]) for item in answer["scores"]],
            output.Style.TABLE,
            right=("value",),
        )
    if answer["truncated"]:
        output.complain("This trace has more spans than are shown.")


def tree_of(answer: dict[str, Any]) -> Tree:
    """The spans as a tree; they come depth first, so each belongs to the last one that is less deep."""
    cost = dollars(answer["cost_usd"], "unpriced" if answer["unpriced_calls"] else "")
    title = (
        f"{safe(answer['name'])}  {short_time(answer['time'])}  {milliseconds(answer['duration_ms'])}  "
        f"{answer['spans']} spans, {answer['calls']} calls, {answer['errors']} errors  {cost}"
    )
    root = Tree(Text(title, style="bold"))
    branches: list[Tree] = [root]
    for item in answer["items"]:
        del branches[item["depth"] + 1 :]
        branches.append(branches[-1].add(label_of(item)))
    return root


def label_of(item: dict[str, Any]) -> Text:
    """One span."""
    label = Text(safe(item["name"]), style="red" if item["status"] == "error" else "")
    label.append(f"  {milliseconds(item['duration_ms'])}", style="dim")
    call = item["call"]
    if call:
        model = safe(call["response_model"] or call["request_model"] or "?")
        label.append(f"  {model}", style="cyan")
        tokens = (
            f"{call['input_tokens']} → {call['output_tokens']}"
            if call["total_tokens"] is not None
            else "? tokens"
        )
        label.append(f"  {tokens}  {dollars(call['cost_usd'], call['cost_state'])}")
        if not call["counted"]:
            label.append(f"  not counted: {safe(call['duplicate_reason'])}", style="dim")
    if item["status"] == "error" and item["status_message"]:
        label.append(f"  {safe(item['status_message'])[:200]}", style="red")
    if item["parent_missing"]:
        label.append("  (its parent has not arrived)", style="dim")
    return label
