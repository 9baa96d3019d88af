"""`sonde serve`: run the server."""

from pathlib import Path
from typing import Annotated

import typer

INSTALL = "This needs the server: pip install 'sonde[server]'"


def serve(
    data_dir: Annotated[Path | None, typer.Option(help="Folder of telemetry, journal and catalog.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Pages, REST and OTLP/HTTP (default 4318).")] = None,
    otlp_grpc_port: Annotated[int | None, typer.Option(help="OTLP/gRPC (default 4317).")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (default sonde.toml).")] = None,
    public_url: Annotated[str | None, typer.Option(help="Address people use, behind a proxy.")] = None,
    demo: Annotated[bool | None, typer.Option("--demo", help="Send live demo traffic.")] = None,
    insecure_no_auth: Annotated[
        bool | None, typer.Option("--insecure-no-auth", help="Listen beyond loopback without keys.")
    ] = None,
) -> None:
    """Run the server until it is told to stop."""
    try:
        from sonde.app.serve import run
        from sonde.app.settings import load
    except ModuleNotFoundError as error:
        typer.echo(f"{INSTALL} (missing: {error.name})", err=True)
        raise typer.Exit(2) from None
    from sonde.model.errors import StartError

    options = {
        "data_dir": data_dir,
        "host": host,
        "port": port,
        "otlp_grpc_port": otlp_grpc_port,
        "public_url": public_url,
        "demo": demo,
        "insecure_no_auth": insecure_no_auth,
    }
    try:
        settings = load(options, config)
    except StartError as error:
        typer.echo(f"sonde: {error.message}", err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(run(settings))
