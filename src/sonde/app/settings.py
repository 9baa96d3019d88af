"""Every setting of the server in one table: `sonde.toml`, ``SONDE_*`` and the options of `sonde serve`.

Precedence: command line, environment, file, default. `docs/reference/settings.md` is generated from here.
"""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sonde.model.errors import StartError
from sonde.model.limits import MEBIBYTE, PENDING_BYTES_MAX

DEFAULT_DATA_DIR = Path("~/.local/share/sonde")


class Settings(BaseSettings):
    """Start-up settings. What can change at run time (retention, redaction, keys) lives in the catalog."""

    model_config = SettingsConfigDict(env_prefix="SONDE_", env_parse_none_str="none", extra="forbid")

    data_dir: Path = Field(default=DEFAULT_DATA_DIR, description="Folder of telemetry, journal and catalog.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=4318, ge=0, le=65535, description="Web UI, REST and OTLP/HTTP. 0 takes a free one."
    )
    otlp_grpc_port: int | None = Field(
        default=4317, ge=0, le=65535, description="OTLP/gRPC. 0 takes a free one; `none` switches gRPC off."
    )
    public_url: str | None = Field(
        default=None,
        description="Address people use when it is not host:port (behind a proxy); its host is allowed.",
    )
    allowed_hosts: str = Field(
        default="", description="More names this server answers to (Host header), with commas between them."
    )
    require_key: bool = Field(default=False, description="Ask for a key on loopback too.")
    insecure_no_auth: bool = Field(
        default=False,
        description="Listen beyond loopback without keys: whoever reaches the port can do all.",
    )
    engine_url: str | None = Field(
        default=None,
        description="ClickHouse server, `http://user:password@host:8123/database`; else in data_dir.",
    )
    catalog_url: str | None = Field(
        default=None, description="PostgreSQL catalog (`postgresql+psycopg://…`); else SQLite in data_dir."
    )
    demo: bool = Field(
        default=False, description="Send live demo traffic to project `demo`, with 14 days of past."
    )
    pending_mib_max: int = Field(
        default=PENDING_BYTES_MAX // MEBIBYTE,
        ge=1,
        description="MiB accepted, not yet in the engine; more is 503.",
    )
    free_mib_min: int | None = Field(
        default=None,
        ge=0,
        description="Refuse writes below this much free disk; default 1 GiB or 5 %, the smaller.",
    )
    engine_memory_mib: int = Field(default=2048, ge=256, description="Memory cap of the embedded engine.")
    log_level: str = Field(default="info", description="debug, info, warning or error.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options and the environment only; `load` puts the file below them."""
        return (init_settings, env_settings)


def load(options: dict[str, Any], config: Path | None = None) -> Settings:
    """Settings from a file, the environment and the command line (``None`` options are not set).

    Raises `StartError` naming each wrong setting and where it may be set.
    """
    path = config or Path("sonde.toml")
    from_file: dict[str, Any] = {}
    if path.exists():
        try:
            from_file = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise StartError(f"{path} is not valid TOML: {error}") from error
    elif config is not None:
        raise StartError(f"The configuration file {path} does not exist.")
    given = {name: value for name, value in options.items() if value is not None}
    try:
        from_environment = Settings().model_dump(exclude_unset=True)
        settings = Settings(**{**from_file, **from_environment, **given})
    except ValidationError as error:
        lines = [
            f"  {name} (SONDE_{name.upper()}): {item['msg']}"
            for item in error.errors()
            for name in ["_".join(map(str, item["loc"]))]
        ]
        raise StartError("These settings are wrong:\n" + "\n".join(lines)) from error
    return settings.model_copy(update={"data_dir": settings.data_dir.expanduser().absolute()})
