"""Write requirements/*.txt anew: every package pinned and hashed, no address of any index inside.

    .venv/bin/python tools/lock.py [PACKAGE ...]

Without arguments what is pinned stays pinned as far as the inputs allow; each PACKAGE named is moved to its
newest version, and `--all` moves everything. The resolver itself is pinned in requirements/lock.txt.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / ".make" / "lock-venv"

SHARED = "--constraints=requirements/runtime.txt"

# Output file -> what goes into it.
INPUTS: dict[str, list[str]] = {
    "runtime.txt": ["pyproject.toml", "--extra=server", "--extra=postgres"],
    "dev.txt": [
        "pyproject.toml",
        "--extra=server",
        "--extra=postgres",
        "--extra=redis",
        "--extra=jsonschema",
        "--extra=metrics",
        "--extra=prices",
        "--extra=prometheus",
        "--extra=duckdb",
        "--extra=grpc",
        "--extra=tokenizer",
        "requirements/dev.in",
        SHARED,
    ],
    "lock.txt": ["requirements/lock.in"],
    # The environments of examples/ (see tools/examples.py): the light package and what is shown with it.
    # google-genai holds tenacity below the version everything else takes.
    "examples-clients.txt": ["pyproject.toml", "requirements/examples-clients.in"],
    "examples-agents.txt": ["pyproject.toml", "requirements/examples-agents.in", SHARED],
    # LiteLLM holds several packages back, so this one goes its own way.
    "examples-routers.txt": ["pyproject.toml", "requirements/examples-routers.in"],
    # The environments of bench/sdk.py.
    "bench-peers.txt": ["pyproject.toml", "requirements/bench-peers.in", SHARED],
    "bench-openlit.txt": ["requirements/bench-openlit.in"],
}


def resolver() -> Path:
    """Return the pinned resolver, installed in an environment of its own."""
    python = TOOL / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(TOOL)], check=True)
    pins = ROOT / "requirements" / "lock.txt"
    wanted = ["--require-hashes", "-r", str(pins)] if pins.exists() else ["-r", str(pins.with_suffix(".in"))]
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wanted], check=True)
    return TOOL / "bin" / "uv"


def main() -> None:
    """Resolve each file of `INPUTS` for every supported system and Python version at once."""
    parser = argparse.ArgumentParser(description="Write requirements/*.txt anew.")
    parser.add_argument("packages", nargs="*", help="move these to their newest version")
    parser.add_argument("--all", action="store_true", help="move every package to its newest version")
    options = parser.parse_args()
    moves = ["--upgrade"] if options.all else [f"--upgrade-package={name}" for name in options.packages]
    uv = resolver()
    for name, inputs in INPUTS.items():
        output = f"requirements/{name}"
        fixed = [
            "--quiet",
            "--universal",
            "--python-version=3.11",
            "--fork-strategy=fewest",
            "--generate-hashes",
            "--no-annotate",
            "--no-emit-index-url",
            "--no-emit-find-links",
            # Without this the header would repeat the command line, an index address included.
            "--custom-compile-command=make lock",
            f"--output-file={output}",
        ]
        subprocess.run([str(uv), "pip", "compile", *inputs, *fixed, *moves], cwd=ROOT, check=True)
        print(f"wrote {output}")


if __name__ == "__main__":
    main()
