"""`sonde serve`: start everything in order, run until told to stop, stop everything in the reverse order."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sonde._version import __version__
from sonde.app import garbage
from sonde.app.http import HttpServer, listen
from sonde.app.settings import Settings
from sonde.app.wiring import Server, build
from sonde.ingest.receivers import start_grpc
from sonde.model.errors import StartError
from sonde.model.limits import DRAIN_S

log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.001
"""How long a thread that comes back from the engine or the disk waits for the interpreter at most. Its
default of 5 ms is longer than a whole request takes."""


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM. Returns the exit status; a reason not to start goes to stderr."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("alembic", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    started = time.monotonic()
    try:
        server = build(settings)
    except StartError as error:
        sys.stderr.write(f"sonde: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"{error.hint}\n")
        return 1
    garbage.take_over()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        import uvloop

        return uvloop.run(_serve(server, started))
    finally:
        server.close()


@dataclass(slots=True)
class _Stop:
    """Set by a signal; the second one ends the process at once."""

    event: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self) -> None:
        if self.event.is_set():
            log.warning("told to stop a second time: ending now; what was acknowledged is in the journal")
            signal.raise_signal(signal.SIGKILL)
        self.event.set()


async def _serve(server: Server, started: float) -> int:
    settings = server.settings
    loop = asyncio.get_running_loop()
    stop = _Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        listener = listen(settings.host, settings.port)
        grpc_server, grpc_port = None, None
        if settings.otlp_grpc_port is not None:
            grpc_server, grpc_port = await start_grpc(settings.host, settings.otlp_grpc_port, server.intake)
    except StartError as error:
        sys.stderr.write(f"sonde: {error.message}\n")
        return 1
    port = listener.getsockname()[1]
    url = settings.public_url or f"http://{_shown(settings.host)}:{port}"
    http = HttpServer(server.application, server.protocol(), lambda: None)
    serving = asyncio.create_task(http.run_until_told(listener))
    recovering = loop.run_in_executor(None, server.recover)
    stopping = asyncio.create_task(stop.event.wait())
    await asyncio.wait([recovering, serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    if recovering.done():
        recovering.result()
        server.start_background()
        if settings.demo:
            server.start_demo(f"http://127.0.0.1:{port}")
        _banner(url, grpc_port, server, time.monotonic() - started)
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    else:  # told to stop while replaying: the journal keeps the rest
        await loop.run_in_executor(None, server.writer.close)
        await recovering
    log.info("stopping: finishing what was accepted")
    began = time.monotonic()
    server.pipeline.stop_accepting()
    await loop.run_in_executor(None, server.stop_demo)
    server.viewers.close()
    http.stop()
    if grpc_server is not None:
        await grpc_server.stop(grace=2)
    await serving
    left = max(1.0, DRAIN_S - 1 - (time.monotonic() - began))
    drained = await loop.run_in_executor(None, server.writer.drain, left)
    if not drained:
        log.warning(
            "the engine did not take everything in time; the journal keeps the rest for the next start"
        )
    return 0


def _shown(host: str) -> str:
    """The host as people write it in an address."""
    if host in ("", "0.0.0.0", "::"):  # noqa: S104  compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _banner(url: str, grpc_port: int | None, server: Server, seconds: float) -> None:
    say: Callable[[str], object] = sys.stdout.write
    say(f"Sonde {__version__} is ready after {seconds:.1f} s\n")
    say(f"  pages and REST    {url}\n")
    say(f"  OTLP/HTTP         {url}/v1/traces (also logs, metrics)\n")
    if grpc_port is not None:
        say(f"  OTLP/gRPC         {_shown(server.settings.host)}:{grpc_port}\n")
    say(f"  data              {server.settings.data_dir}\n")
    sys.stdout.flush()
