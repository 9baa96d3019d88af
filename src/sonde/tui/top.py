"""`sonde top`: figures, series, the largest models and users, the newest calls, asked anew again and again.

What is shown was sent by others: it is made harmless (`sonde.tui.text.safe`) and never read as markup.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, Input, Static

from sonde.client import Client
from sonde.model.errors import SondeError
from sonde.tui.text import change, dollars, milliseconds, safe, short_count, shown, sparkline

FIGURES = (
    *("calls", "throughput_rps", "error_rate", "latency_p50_ms", "latency_p95_ms", "ttft_p50_ms"),
    *("total_tokens", "cost_usd", "cache_hit_rate", "unpriced_calls"),
)
PARTS = ("cost_usd", "calls", "error_rate", "latency_p95_ms", "total_tokens")
TITLES = ("cost", "calls", "errors", "p95", "tokens")
SORTS = {"cost_usd": "cost", "calls": "calls", "error_rate": "errors", "latency_p95_ms": "p95"}
CALLS = 30
MINUTES = {"m": 1, "h": 60, "d": 1_440}


@dataclass(slots=True)
class Look:
    """What one look at the server found."""

    whole: dict[str, Any] = field(default_factory=dict[str, Any])
    models: dict[str, Any] = field(default_factory=dict[str, Any])
    users: dict[str, Any] = field(default_factory=dict[str, Any])
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def look(client: Client, *, last: str, text: str, order: str, project: str | None) -> Look:
    """Ask for everything that is shown. Raises what the client raises."""
    base: dict[str, Any] = {"from": f"-{last}", "filter": text}
    if project:
        base["project"] = project
    part = base | {"measures": list(PARTS), "limit": 12, "other": False, "order": {"measure": order}}
    page = client.calls(limit=CALLS, **{"from": f"-{last}", "filter": text or None, "project": project})
    return Look(
        client.query(base | {"measures": list(FIGURES), "interval": "auto", "compare": True}),
        client.query(part | {"dimensions": ["provider", "model"]}),
        client.query(part | {"dimensions": ["user"]}),
        page["items"],
    )


class Top(App[None]):
    """The application."""

    TITLE = "sonde top"
    CSS = """
    #figures { height: auto; padding: 0 1; }
    #problem { height: auto; padding: 0 1; color: $error; display: none; }
    #problem.shown { display: block; }
    #filter { display: none; }
    #filter.shown { display: block; }
    .parts { height: 1fr; min-height: 8; }
    DataTable { height: 1fr; }
    Vertical { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("p,space", "pause", "Pause"),
        Binding("r", "range(1)", "Range"),
        Binding("R", "range(-1)", "Range back", show=False),
        Binding("s", "sort", "Sort"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("escape", "leave_filter", "Leave", show=False),
        Binding("question_mark", "show_help_panel", "Keys", key_display="?"),
    ]

    def __init__(
        self,
        client: Client,
        *,
        ranges: Sequence[str],
        last: str,
        text: str,
        every_s: float,
        project: str | None,
    ) -> None:
        super().__init__()
        self._client = client
        self._asking = threading.Lock()
        self._ranges = list(ranges)
        self._last = last
        self._text = text
        self._every_s = every_s
        self._project = project
        self._order = "cost_usd"
        self._paused = False

    def compose(self) -> ComposeResult:
        """Figures above, two tables side by side, the newest calls below."""
        yield Static(id="figures")
        yield Static(id="problem", markup=False)
        yield Input(self._text, placeholder="model:gpt-4o status:error cost>0.05", id="filter")
        with Vertical():
            with Horizontal(classes="parts"):
                yield DataTable(id="models", cursor_type="row", zebra_stripes=True)
                yield DataTable(id="users", cursor_type="row", zebra_stripes=True)
            yield DataTable(id="calls", cursor_type="row", zebra_stripes=True)
        yield Footer()

    def on_mount(self) -> None:
        """Name the columns and begin to look."""
        self.query_one("#models", DataTable).add_columns("model", *TITLES)
        self.query_one("#users", DataTable).add_columns("user", *TITLES)
        self.query_one("#calls", DataTable).add_columns(
            "time", "service", "model", "status", "duration", "tokens", "cost", "user"
        )
        self.set_interval(self._every_s, self.refresh_now)
        self.refresh_now()

    def refresh_now(self) -> None:
        """Look again, unless that is paused or still going on."""
        if not self._paused:
            self.run_worker(self._look, thread=True, group="look", exit_on_error=False)

    def _look(self) -> None:
        if not self._asking.acquire(blocking=False):
            return
        try:
            found = look(
                self._client, last=self._last, text=self._text, order=self._order, project=self._project
            )
        except SondeError as error:
            self.call_from_thread(self._complain, f"{error.message} {error.hint}".strip())
        else:
            self.call_from_thread(self._show, found)
        finally:
            self._asking.release()

    def _complain(self, text: str) -> None:
        """What went wrong, above what was seen last."""
        problem = self.query_one("#problem", Static)
        problem.update(safe(text))
        problem.add_class("shown")

    def _show(self, found: Look) -> None:
        self.query_one("#problem", Static).remove_class("shown")
        self.query_one("#figures", Static).update(self._figures(found.whole))
        self._fill("#models", _parts(found.models, ("model", "provider")))
        self._fill("#users", _parts(found.users, ("user",)))
        self._fill("#calls", [_call(item) for item in found.calls])

    def _fill(self, name: str, rows: Sequence[Sequence[Text]]) -> None:
        """New rows; the cursor and the scroll position stay where they were."""
        table = cast("DataTable[Text]", self.query_one(name, DataTable))
        at, top = table.cursor_row, table.scroll_y
        table.clear()
        for row in rows:
            table.add_row(*row)
        table.move_cursor(row=min(at, max(len(rows) - 1, 0)), animate=False, scroll=False)
        table.scroll_to(y=top, animate=False)

    def _figures(self, whole: dict[str, Any]) -> Text:
        totals, before = whole["totals"], whole["previous"]
        minutes = int(self._last[:-1]) * MINUTES[self._last[-1]]
        spent = None if totals["cost_usd"] is None else float(totals["cost_usd"]) / minutes
        text = Text()
        text.append(f"last {self._last}", style="bold")
        text.append("  paused" if self._paused else "", style="yellow bold")
        text.append(f"  by {SORTS[self._order]}", style="dim")
        text.append(f"  {safe(self._text)}\n" if self._text else "\n", style="cyan")
        for title, name in (
            ("calls", "calls"), ("rate", "throughput_rps"), ("errors", "error_rate"),
            ("p50", "latency_p50_ms"), ("p95", "latency_p95_ms"), ("first token", "ttft_p50_ms"),
            ("tokens", "total_tokens"),
            ("cost", "cost_usd"), ("cache", "cache_hit_rate"), ("unpriced", "unpriced_calls"),
        ):  # fmt: skip
            unit = next(one["unit"] for one in whole["measures"] if one["name"] == name)
            text.append(f"{title} ", style="dim")
            bad = name == "error_rate" and (totals[name] or 0) > 0.05
            text.append(shown(totals[name], unit), style="red bold" if bad else "bold")
            text.append(f" {change(totals[name], before[name])}   ", style="dim")
        text.append(f"\nspend {shown(spent, 'usd')}/min   ", style="bold")
        for title, name in (("calls", "calls"), ("cost", "cost_usd"), ("errors", "error_rate")):
            text.append(f"{title} ", style="dim")
            text.append(f"{sparkline(whole['series'][name][-40:])}   ", style="green")
        return text

    def action_pause(self) -> None:
        """Stop looking, or go on."""
        self._paused = not self._paused
        self.refresh_now()
        self.notify("Paused" if self._paused else "Going on", timeout=1)

    def action_range(self, step: int) -> None:
        """The next longer range, round and round."""
        at = (self._ranges.index(self._last) + step) % len(self._ranges)
        self._last = self._ranges[at]
        self.notify(f"Last {self._last}", timeout=1)
        self.refresh_now()

    def action_sort(self) -> None:
        """Order models and users by the next column."""
        orders = list(SORTS)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self.notify(f"By {SORTS[self._order]}", timeout=1)
        self.refresh_now()

    def action_filter(self) -> None:
        """Show the filter's line."""
        field = self.query_one("#filter", Input)
        field.add_class("shown")
        field.focus()

    def action_leave_filter(self) -> None:
        """Hide it again."""
        self.query_one("#filter", Input).remove_class("shown")
        self.query_one("#models", DataTable).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Filter by what was typed."""
        self._text = event.value.strip()
        self.action_leave_filter()
        self.refresh_now()


def _parts(answer: dict[str, Any], names: Sequence[str]) -> list[list[Text]]:
    """Rows of a table of groups."""
    units = {one["name"]: one["unit"] for one in answer["measures"]}
    rows: list[list[Text]] = []
    for group in answer["groups"]:
        named = [safe(group["values"][name]) for name in names if group["values"][name] is not None]
        cells = [Text(shown(group["totals"][name], units[name]), justify="right") for name in PARTS]
        rows.append([Text(" · ".join(named) or "(unknown)"), *cells])
    return rows


def _call(item: dict[str, Any]) -> list[Text]:
    failed = item["status"] == "error"
    tokens = "?" if item["total_tokens"] is None else short_count(item["total_tokens"])
    return [
        Text(item["time"][11:19]),
        Text(safe(item["service"])[:24]),
        Text(safe(item["response_model"] or item["request_model"] or "?")[:36], style="cyan"),
        Text(safe(item["error_type"] or item["status"])[:24], style="red bold" if failed else "green"),
        Text(milliseconds(item["duration_ms"]), justify="right"),
        Text(tokens, justify="right"),
        Text(dollars(item["cost_usd"], item["cost_state"]), justify="right"),
        Text(safe(item["user_id"])[:32], style="dim"),
    ]
