"""Writes docs/reference/settings.md from the settings table of the server.

python tools/settings.py           write it
python tools/settings.py --check   exit 1 when it is stale
"""

import sys
from pathlib import Path

from sonde.app.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "settings.md"

HEAD = """# Settings

Each setting is an environment variable and a line in `sonde.toml` (found in the working folder, or named by
`--config`); the common ones are options of `sonde serve` too. The command line wins over the environment, the
environment over the file. What can change while Sonde runs (retention, redaction, content capture, keys) is
set per project on the page *Settings* or over REST, not here.

This page is generated: `python tools/settings.py`.

| in the file | environment | default | meaning |
|---|---|---|---|
"""


def render() -> str:
    """The whole page."""
    lines: list[str] = []
    for name, field in Settings.model_fields.items():
        default = "—" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{name}` | `SONDE_{name.upper()}` | {default} | {field.description} |")
    return HEAD + "\n".join(lines) + "\n"


def main() -> int:
    """Write or check."""
    page = render()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
            sys.stderr.write("docs/reference/settings.md is stale: run `python tools/settings.py`\n")
            return 1
        return 0
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
