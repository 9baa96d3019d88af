"""Write schemas/openapi.json from the routes. ``--check`` only compares (exit status 1 when it is stale)."""

import json
import sys
from pathlib import Path

from sonde.api.application import bare_api
from sonde.api.schemas.common import Problem

TARGET = Path(__file__).resolve().parent.parent / "schemas" / "openapi.json"


def rendered() -> str:
    """The description as it is kept: sorted, indented, newline at the end, without the package's version."""
    app = bare_api()
    document = app.openapi()
    # No route returns a problem as its plain answer, so FastAPI does not know that schema.
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(described.pop("$defs", {}))
    schemas["Problem"] = described
    # The version changes with every release, the description does not.
    document["info"]["version"] = "1"
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write, or check."""
    text = rendered()
    if "--check" in sys.argv[1:]:
        if TARGET.exists() and TARGET.read_text() == text:
            return 0
        print(
            "schemas/openapi.json does not fit the routes: run .venv/bin/python tools/openapi.py",
            file=sys.stderr,
        )
        return 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
