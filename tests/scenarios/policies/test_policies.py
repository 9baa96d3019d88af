"""Caches and guardrails around the real clients of OpenAI, Anthropic and Google."""

import subprocess
from pathlib import Path

import pytest

from tests.scenarios.examples.environments import ROOT, made

SUITE = Path(__file__).with_name("suite.py")


@pytest.mark.slow
@pytest.mark.examples
@pytest.mark.timeout(900)
def test_caches_and_guardrails_around_real_clients(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_files = suite.py\n")
    command = [made("clients"), "-m", "pytest", "-q", "-c", tmp_path / "pytest.ini", "--rootdir", tmp_path]
    command += ["-p", "no:cacheprovider", "--noconftest", SUITE]
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout[-6_000:]
    assert " passed" in done.stdout
