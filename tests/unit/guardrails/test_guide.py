"""The code in the guides of caching and guardrails can be run as far as it needs no provider."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

GUIDES = Path(__file__).resolve().parents[3] / "docs" / "guide"


@pytest.mark.parametrize("page", ["caching.md", "guardrails.md"])
def test_the_code_of_the_guide(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    calls: list[object] = []

    def create(**request: object) -> dict[str, object]:
        calls.append(request)
        return {"answer": "fine"}

    client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))
    names: dict[str, object] = {
        "client": client,
        "messages": [{"role": "user", "content": "hi"}],
        "embed": len,
    }
    blocks = re.findall(r"```python\n(.*?)```", (GUIDES / page).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    assert len(calls) == (1 if page == "caching.md" else 0)
    for name, value in names.items():
        if name == "cache":
            value.close()  # type: ignore[attr-defined]
