"""Put the built web UI in the wheel, and refuse to build a wheel without it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class UiBuildHook(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument]
    """Build the front end from `web/` when a wheel or sdist is made and its output is not there yet."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before each target is built; an editable install needs no UI and is left alone."""
        root = Path(self.root)
        if version == "editable" or (root / "src/sonde/ui/dist/index.html").exists():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("The web UI is not built and npm was not found: run `make setup` first.")
        for step in (["ci"], ["run", "build"]):
            subprocess.run([npm, *step], cwd=root / "web", check=True)
