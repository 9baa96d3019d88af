"""`sonde serve`: run the server."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from sonde.cli.connection import EXIT_PROBLEM, fail
from sonde.cli.needs_server import server_packages
from sonde.model.errors import StartError


def serve(
    data_dir: Annotated[Path | None, typer.Option(help="Folder of all data.", show_default=False)] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port of pages, REST and OTLP/HTTP. Default: 4318", show_default=False)
    ] = None,
    otlp_grpc_port: Annotated[
        str | None, typer.Option(help="Port of OTLP/gRPC, or none. Default: 4317", show_default=False)
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings file. Default: sonde.toml", show_default=False)
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(help="Address people use when there is a proxy before it.", show_default=False),
    ] = None,
    insecure_no_auth: Annotated[
        bool, typer.Option("--insecure-no-auth", help="Listen beyond this machine without any key.")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Send live demo traffic to project demo.")] = False,
    log_level: Annotated[
        str | None, typer.Option(help="debug, info, warning or error.", show_default=False)
    ] = None,
) -> None:
    """Run the server until it is told to stop."""
    options: dict[str, Any] = {
        "data_dir": data_dir,
        "host": host,
        "port": port,
        "otlp_grpc_port": otlp_grpc_port,
        "public_url": public_url,
        "insecure_no_auth": insecure_no_auth or None,
        "demo": demo or None,
        "log_level": log_level,
    }
    if otlp_grpc_port == "none":
        # An option that is None means "not given", so switching gRPC off goes the way of the environment.
        del options["otlp_grpc_port"]
        os.environ["SONDE_OTLP_GRPC_PORT"] = "none"
    with server_packages():
        from sonde.app.serve import run
        from sonde.app.settings import load
    try:
        code = run(load(options, config))
    except StartError as error:
        fail(error, EXIT_PROBLEM)
        return
    raise typer.Exit(code)
