"""A small world of two projects, written through the real engine, and an API over it."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from starlette.testclient import TestClient

from sonde.api.application import create_api
from sonde.api.services import Services
from sonde.app.catalog_keys import CatalogKeys
from sonde.auth.door import Door, DoorSettings
from sonde.auth.keyring import Keyring
from sonde.auth.middleware import PlaceGuard
from sonde.model.facts import SpanFacts, Usage
from sonde.model.rows import CallRow, Cost, LogRow, Message, MetricPoint, Score, SpanRow
from sonde.store.catalog import Catalog
from sonde.store.embedded import EmbeddedEngine
from sonde.store.engine import WriteBatch
from sonde.store.migrations import migrate
from sonde.store.rollups import Rollups

SECOND_NS = 1_000_000_000
NOW_NS = 1_795_219_200 * SECOND_NS
"""2026-11-21 00:00 UTC."""
CANARY = "canary-of-beta"
"""Stands in every text of project beta: no answer to a caller of alpha may hold it."""


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def trace_of(number: int) -> str:
    return f"{number + 1:032x}"


def span_of(number: int) -> str:
    return f"{number + 1:016x}"


def facts(number: int, project: str, **changes: Any) -> SpanFacts:
    """A call every 20 seconds, three to a trace; text that names its project."""
    canary = CANARY if project == "beta" else "plain"
    start = NOW_NS - 3600 * SECOND_NS + number * 20 * SECOND_NS
    base = SpanFacts(
        trace_id=trace_of(number // 3),
        span_id=span_of(number),
        parent_span_id="" if number % 3 == 0 else span_of(number // 3 * 3),
        start_ns=start,
        end_ns=start + (number % 10 + 1) * 100_000_000,
        scope="openai",
        convention="otel-genai",
        operation="chat",
        name=f"chat {canary} {number}",
        service=f"service-{canary}",
        environment="production",
        provider=("openai", "anthropic")[number % 2],
        request_model=("gpt-4o", "claude-sonnet-4-5")[number % 2],
        endpoint=f"/{canary}",
        user_id=f"user-{canary}-{number % 4}",
        session_id=f"session-{canary}",
        tags=("beta", "blue") if number % 2 else (),
        status="error" if number % 10 == 9 else "ok",
        error_type="timeout" if number % 10 == 9 else None,
        streaming=number % 2 == 0,
        ttft_ms=50.0 + number,
        usage=Usage()
        if number % 8 == 7
        else Usage(input_tokens=100 + number, cached_input_tokens=40, output_tokens=10),
    )
    return msgspec.structs.replace(base, **changes)


def span_row(fact: SpanFacts, project: str) -> SpanRow:
    """The span of a call."""
    canary = CANARY if project == "beta" else "plain"
    return SpanRow(
        project=project,
        trace_id=fact.trace_id,
        span_id=fact.span_id,
        parent_span_id=fact.parent_span_id,
        time_ns=fact.start_ns,
        end_ns=fact.end_ns,
        received_ns=fact.end_ns,
        duration_ns=fact.end_ns - fact.start_ns,
        name=fact.name,
        kind="client",
        status="error" if fact.status == "error" else "ok",
        status_message=f"failed {canary}" if fact.status == "error" else "",
        service=fact.service,
        scope_name="openai",
        scope_version="1.0",
        trace_state="",
        flags=1,
        time_flag="",
        attributes_json=f'{{"gen_ai.request.model":"{fact.request_model}","app.note":"{canary}"}}',
        resource_json=f'{{"service.name":"service-{canary}"}}',
        events_json=f'[{{"name":"note","time_ns":{fact.start_ns},"attributes":{{"text":"{canary}"}}}}]',
        links_json="",
        dropped_count=0,
        facts=fact,
        messages=[
            Message("input", "user", f"hello number{fact.span_id.lstrip('0')} {canary}"),
            Message("output", "assistant", f"<img src=x onerror=alert(1)> {canary}"),
        ],
        content_hash=digest(f"{project}{fact.span_id}"),
    )


def call_row(fact: SpanFacts, project: str, **changes: Any) -> CallRow:
    """The call of a span: every fifth has no price."""
    number = int(fact.span_id, 16) - 1
    unpriced = number % 5 == 4
    cost = (
        Cost("unpriced", "none")
        if unpriced
        else Cost(
            "priced",
            "computed",
            cost_usd=Decimal(number) / 1000 + Decimal("0.001"),
            input_cost_usd=Decimal("0.0006"),
            output_cost_usd=Decimal("0.0004"),
            rate_card="openai/gpt-4o@2026-01-01",
            explanation_json='[{"token_class":"input","tokens":100,"unit_price_usd_per_million":"2.5",'
            '"cost_usd":"0.00025"},{"reason":"list price"}]',
        )
    )
    base = CallRow(
        project=project,
        time_ns=fact.start_ns,
        facts=fact,
        cost=cost,
        counted=True,
        duplicate_of="",
        duplicate_reason="",
        attributes_json='{"region":"eu"}',
        time_flag="",
        content_hash=digest(f"call{project}{fact.span_id}"),
        version=1,
    )
    return msgspec.structs.replace(base, **changes)


def batch(project: str, count: int) -> WriteBatch:
    """Everything of one project; the last call of every third trace repeats its root."""
    spans, calls = [], []
    for number in range(count):
        fact = facts(number, project)
        repeat = number % 9 == 8
        spans.append(span_row(fact, project))
        changes: dict[str, Any] = (
            {
                "counted": False,
                "duplicate_of": span_of(number // 3 * 3),
                "duplicate_reason": "same response id",
            }
            if repeat
            else {}
        )
        calls.append(call_row(fact, project, **changes))
    canary = CANARY if project == "beta" else "plain"
    log = LogRow(
        project=project,
        time_ns=NOW_NS - 60 * SECOND_NS,
        observed_ns=NOW_NS - 60 * SECOND_NS,
        received_ns=NOW_NS,
        trace_id=trace_of(0),
        span_id=span_of(0),
        service=f"service-{canary}",
        severity_number=17,
        severity="error",
        event_name="",
        body=f"body {canary}",
        attributes_json=f'{{"a":"{canary}"}}',
        resource_json="{}",
        scope_name="logger",
        time_flag="",
        record_id=digest(f"log{project}"),
    )
    metric = MetricPoint(
        project=project,
        time_ns=NOW_NS - 30 * SECOND_NS,
        start_ns=NOW_NS - 90 * SECOND_NS,
        received_ns=NOW_NS,
        service=f"service-{canary}",
        name=f"metric.{canary}",
        unit="s",
        description=canary,
        kind="gauge",
        temporality="",
        monotonic=False,
        attributes_json=f'{{"a":"{canary}"}}',
        resource_json="{}",
        scope_name="meter",
        series_id=digest(f"metric{project}"),
        value=1.5,
    )
    score = Score(
        project=project,
        time_ns=NOW_NS - 10 * SECOND_NS,
        score_id=f"score-{project}",
        name=f"quality {canary}",
        trace_id=trace_of(0),
        value=0.5,
        comment=canary,
        source="otel",
    )
    return WriteBatch(spans=spans, calls=calls, logs=[log], metrics=[metric], scores=[score])


class WritingSink:
    """Takes scores straight into the engine: what the journal does before that is tested elsewhere."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine

    async def accept_scores(
        self, project: str, scores: list[Score], received_ns: int, body_bytes: int
    ) -> None:
        assert all(score.project == project for score in scores)
        assert received_ns > 0
        assert body_bytes > 0
        self._engine.write(WriteBatch(scores=scores))


@dataclass
class World:
    """An API over two projects, seen from loopback and from beyond."""

    engine: EmbeddedEngine
    catalog: Catalog
    rollups: Rollups
    services: Services
    local: TestClient
    """A caller on this machine who needs no key."""
    remote: TestClient
    """A caller from beyond a public address."""

    def key(self, scopes: list[str], project: str | None = None) -> dict[str, str]:
        """Headers with a new key."""
        text, _ = self.services.door.keyring.create(name="test", project=project, scopes=scopes)
        return {"Authorization": f"Bearer {text}"}

    def close(self) -> None:
        self.engine.close()
        self.catalog.close()


def make_world(folder: Path, count: int = 90) -> World:
    """Write both projects and put the API over them."""
    engine = EmbeddedEngine(folder)
    migrate(engine)
    catalog = Catalog.in_folder(folder)
    rollups = Rollups(engine)
    for project in ("alpha", "beta"):
        catalog.create_project(project)
        engine.write(batch(project, count))
    keyring = Keyring(CatalogKeys(catalog))

    def client(settings: DoorSettings, base_url: str, address: str) -> tuple[Services, TestClient]:
        services = Services(
            engine=engine,
            door=Door(settings, keyring),
            sink=WritingSink(engine),
            catalog=catalog,
            rollups=rollups,
            now_ns=lambda: NOW_NS,
            grpc_port=4317,
        )
        app = PlaceGuard(create_api(services), services.door)
        return services, TestClient(
            app, base_url=base_url, client=(address, 50_000), raise_server_exceptions=False
        )

    services, local = client(DoorSettings(), "http://127.0.0.1:4318", "127.0.0.1")
    _, remote = client(
        DoorSettings(host="0.0.0.0", public_url="http://sonde.example.com"),
        "http://sonde.example.com",
        "10.0.0.5",
    )
    return World(engine, catalog, rollups, services, local, remote)
