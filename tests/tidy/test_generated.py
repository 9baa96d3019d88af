"""Files that are generated are what their generator writes today."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tool", ["filters.py", "measures.py", "openapi.py", "settings.py"])
def test_generated_file_is_fresh(tool: str) -> None:
    command = [sys.executable, f"tools/{tool}", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.node
def test_front_end_types_fit_the_openapi_description(tmp_path: Path) -> None:
    fresh = tmp_path / "schema.gen.ts"
    command = ["npx", "--no", "openapi-typescript", "../schemas/openapi.json", "--output", str(fresh)]
    result = subprocess.run(command, cwd=ROOT / "web", capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    kept = ROOT / "web" / "src" / "api" / "schema.gen.ts"
    assert kept.read_text() == fresh.read_text(), "run `npm run api` in web/"
