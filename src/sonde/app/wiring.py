"""The one page that shows every connection: what is made from what, and in which order it ends."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp

from sonde.api.application import create_api
from sonde.api.services import Services
from sonde.api.viewers import Viewers
from sonde.app import garbage
from sonde.app.catalog_keys import CatalogKeys
from sonde.app.demo_process import DemoProcess
from sonde.app.disk_guard import DiskGuard
from sonde.app.health import health_routes
from sonde.app.housekeeping import Housekeeper, Task
from sonde.app.http import compose
from sonde.app.keeper import StoreKeeper
from sonde.app.projects import DEMO_PROJECT, ProjectPolicies
from sonde.app.settings import Settings
from sonde.auth.bind import check_bind
from sonde.auth.door import Door, DoorSettings
from sonde.auth.keyring import Keyring
from sonde.ingest.journal import Journal
from sonde.ingest.pipeline import Pipeline
from sonde.ingest.receivers import HttpReceiver, Intake
from sonde.ingest.receivers.connection import GuardedProtocol
from sonde.ingest.resolver import Resolver
from sonde.ingest.warmup import warm_up
from sonde.ingest.writer import WRITES, Writer
from sonde.model.errors import SondeError, Unavailable
from sonde.model.facts import SpanFacts
from sonde.model.limits import MEBIBYTE
from sonde.model.rows import Cost
from sonde.pricing import PriceBook
from sonde.store.catalog import Catalog
from sonde.store.opening import Store, open_embedded, open_server
from sonde.store.recall import stored_spans
from sonde.telemetry import self_cost
from sonde.telemetry.counters import REGISTRY
from sonde.ui.app import ui_app

log = logging.getLogger(__name__)

PRELOAD_NS = 600 * 1_000_000_000
"""Spans received this recently are in memory again after a restart."""
ROLLUP_S = 5.0
SKIPS_MAX = 60
"""Rounds of roll-ups an idle server leaves out: five minutes."""
CHECKPOINT_S = 60.0
RETENTION_S = 3_600.0


@dataclass(slots=True)
class Server:
    """Everything that runs, and how it ends."""

    settings: Settings
    store: Store
    catalog: Catalog
    keyring: Keyring
    journal: Journal
    resolver: Resolver
    writer: Writer
    pipeline: Pipeline
    intake: Intake
    application: ASGIApp
    housekeeper: Housekeeper
    viewers: Viewers
    recovered: bool = False
    demo: DemoProcess | None = None

    def protocol(self) -> type[asyncio.Protocol]:
        """The HTTP connection class with its limits."""
        return GuardedProtocol

    def recover(self) -> None:
        """Write what an earlier process acknowledged and did not get into the engine, then be ready."""
        calls = warm_up(self.store.engine, self.resolver, now_ns=time.time_ns(), span_ns=PRELOAD_NS)
        self.writer.start(calls)
        records = self.pipeline.recover()
        if records:
            log.info("replaying %d accepted batches from the journal", records)
        self.recovered = self.writer.wait_written()

    def start_background(self) -> None:
        """Start what repeats."""
        self.housekeeper.start()

    def start_demo(self, url: str) -> None:
        """Start the demo's sender with a key of its own, valid in this process only."""
        key = self.keyring.private_key(DEMO_PROJECT, ["ingest", "read"])
        self.demo = DemoProcess(url, key)
        self.demo.start()

    def stop_demo(self, project: str = DEMO_PROJECT) -> None:
        """End the demo's sender when it sends to this project, so that a removed demo stays removed."""
        if self.demo is not None and project == DEMO_PROJECT:
            self.demo.stop()
            self.demo = None

    def why_not_ready(self) -> SondeError | None:
        """Why telemetry cannot be accepted now; None when it can."""
        if not self.recovered:
            return Unavailable("Replaying what was accepted before the last stop.")
        try:
            self.pipeline.check_room(0)
        except SondeError as error:
            return error
        return self.writer.trouble

    def close(self) -> None:
        """Stop in the reverse order of the start. What is not in the engine stays in the journal."""
        self.housekeeper.stop()
        self.intake.close()
        self.writer.close()
        self.journal.close()
        self.store.close()
        self.catalog.close()


def build(settings: Settings, *, now_ns: Callable[[], int] = time.time_ns) -> Server:
    """Open the stores and connect the parts; nothing listens yet. Raises `StartError`."""
    store = open_store(settings)
    try:
        return _connect(settings, store, now_ns)
    except BaseException:
        store.close()
        raise


def _connect(settings: Settings, store: Store, now_ns: Callable[[], int]) -> Server:
    folder = settings.data_dir
    engine = store.engine
    catalog = Catalog(settings.catalog_url) if settings.catalog_url else Catalog.in_folder(folder)
    keyring = Keyring(CatalogKeys(catalog))
    check_bind(settings, keyring.has_keys())
    door = Door(
        DoorSettings(
            host=settings.host,
            public_url=settings.public_url,
            allowed_hosts=tuple(name.strip() for name in settings.allowed_hosts.split(",") if name.strip()),
            require_key=settings.require_key,
            insecure_no_auth=settings.insecure_no_auth,
        ),
        keyring,
    )
    book = PriceBook()
    resolver = Resolver(
        partial(_price, book),
        partial(stored_spans, engine),
        complete_since_ns=now_ns(),  # until `warm_up` knows better
        now_ns=now_ns,
    )
    guard = DiskGuard(folder, None if settings.free_mib_min is None else settings.free_mib_min * MEBIBYTE)
    journal = Journal(folder / "journal")
    writer = Writer(engine, journal, resolver)
    pipeline = Pipeline(
        journal,
        writer,
        ProjectPolicies(catalog),
        free_bytes=guard.free_bytes,
        free_bytes_min=guard.free_bytes_min,
        pending_bytes_max=settings.pending_mib_max * MEBIBYTE,
    )
    intake = Intake(pipeline, door)
    running: list[Server] = []  # what is made here and asks the whole: it is there once anything can ask

    def why_not_ready() -> SondeError | None:
        return running[0].why_not_ready()

    def stop_demo(project: str) -> None:
        running[0].stop_demo(project)

    keeper = StoreKeeper(
        store,
        catalog,
        writer,
        folder,
        trouble=why_not_ready,
        before_project_goes=stop_demo,
        now_ns=now_ns,
    )
    sampler = self_cost.SelfCostSampler(now_ns)
    viewers = Viewers()
    api = create_api(
        Services(
            engine=engine,
            door=door,
            sink=pipeline,
            catalog=catalog,
            rollups=store.rollups,
            keeper=keeper,
            price=partial(_price, book),
            now_ns=now_ns,
            public_url=settings.public_url,
            grpc_port=settings.otlp_grpc_port,
            self_cost=sampler.report,
            data_dir=folder,
            viewers=viewers,
        )
    )
    health = health_routes(
        why_not_ready,
        REGISTRY.render,
        lambda: [*(problem.detail for problem in store.found), *writer.notes()],
    )
    server = Server(
        settings=settings,
        store=store,
        catalog=catalog,
        keyring=keyring,
        journal=journal,
        resolver=resolver,
        writer=writer,
        pipeline=pipeline,
        intake=intake,
        application=compose([*health, *HttpReceiver(intake).routes()], api, ui_app(), door),
        housekeeper=Housekeeper(
            [
                Task("roll-ups", ROLLUP_S, _WhenWritten(store.rollups.rebuild_due)),
                Task("self-cost", self_cost.EVERY_S, sampler),
                Task("garbage", garbage.EVERY_S, garbage.Collector()),
                Task("checkpoint", CHECKPOINT_S, store.checkpoint),
                Task("retention", RETENTION_S, keeper.expire),
            ]
        ),
        viewers=viewers,
    )
    running.append(server)
    return server


class _WhenWritten:
    """Work that has something to do only after a write; an idle server does it now and then all the same."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._writes = -1
        self._skipped = 0

    def __call__(self) -> None:
        if WRITES.value == self._writes and self._skipped < SKIPS_MAX:
            self._skipped += 1
            return
        self._writes, self._skipped = WRITES.value, 0
        self._work()


def open_store(settings: Settings) -> Store:
    """The store the settings choose. Raises `StartError`."""
    if settings.engine_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return open_server(settings.engine_url)
    return open_embedded(settings.data_dir, memory_bytes=settings.engine_memory_mib * MEBIBYTE)


def _price(book: PriceBook, facts: SpanFacts, time_ns: int) -> Cost:
    return book.price(facts, time_ns=time_ns)
