"""The policies around the real clients of OpenAI, Anthropic and Google, where those are installed."""

from pathlib import Path

import pytest

from tests.scenarios.examples.environments import run_suite

SUITE = Path(__file__).with_name("suite.py")


@pytest.mark.slow
@pytest.mark.examples
@pytest.mark.timeout(900)
def test_policies_around_real_clients(tmp_path: Path) -> None:
    run_suite(SUITE, tmp_path)
