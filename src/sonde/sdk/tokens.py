"""Counting tokens in the app, for calls whose provider did not say. Always marked as an estimate.

The tokenizer is GitHub's ``bpe`` for OpenAI's vocabularies; its tables are inside its package
(``bpe-openai``), so nothing is downloaded. Models of other families have other vocabularies that are not
published: their text is counted with ``o200k_base``, and the estimate says that this is not their own.
"""

import importlib.util
import sys
from dataclasses import dataclass
from importlib.machinery import ExtensionFileLoader
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Protocol, cast

from sonde.sdk.messages import text_of
from sonde.sdk.safety import failed, tell_once

CHARACTERS_MAX = 1_000_000
"""Longer texts are counted up to here and the rest in proportion."""
MESSAGE_TOKENS = 3
"""What each message of a chat costs beside its text, and the beginning of the answer once more."""

_PACKAGE = "bpe_openai"
_O200K, _CL100K, _VOYAGE = "o200k_base", "cl100k_base", "voyage3_base"
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("gpt-4o", _O200K),
    ("gpt-4.1", _O200K),
    ("gpt-4.5", _O200K),
    ("gpt-4", _CL100K),
    ("gpt-3.5", _CL100K),
    ("gpt-35", _CL100K),
    ("gpt-", _O200K),
    ("chatgpt-", _O200K),
    ("codex-", _O200K),
    ("o1", _O200K),
    ("o3", _O200K),
    ("o4", _O200K),
    ("text-embedding-3", _CL100K),
    ("text-embedding-ada-002", _CL100K),
    ("voyage-3", _VOYAGE),
)
"""Begins of model names → vocabulary; the first match counts."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens counted by us."""

    tokens: int
    tokenizer: str
    """Name of the vocabulary."""
    native: bool
    """Whether the vocabulary is the model's own."""


class Counter(Protocol):
    """What the tokenizer's extension offers."""

    def count(self, text: str, /) -> int:
        """Tokens of a text."""
        ...


class _Loaded:
    module: Any = None
    missing: bool = False
    counters: ClassVar[dict[str, Counter]] = {}
    lock = Lock()


def vocabulary_of(model: str) -> tuple[str, bool]:
    """(vocabulary, whether it is the model's own) for a model name with or without a path before it."""
    name = model.strip().lower()
    if name.startswith("ft:"):
        name = name[3:].partition(":")[0]
    name = name.rpartition("/")[2]
    for begin, vocabulary in _FAMILIES:
        if name.startswith(begin):
            return vocabulary, True
    return _O200K, False


def estimate(content: object, model: str, *, chat: bool = False) -> Estimate | None:
    """Tokens of a text or of messages for a model; None when there is no text or no tokenizer.

    ``chat`` adds what the framing of messages costs. Never raises.
    """
    try:
        text = text_of(content)
        if not text:
            return None
        vocabulary, native = vocabulary_of(model)
        counter = _counter(vocabulary)
        if counter is None:
            return None
        tokens = _count(counter, text)
        if chat:
            messages = len(cast("list[object]", content)) if isinstance(content, list | tuple) else 1
            tokens += MESSAGE_TOKENS * (messages + 1)
        return Estimate(tokens, vocabulary, native)
    except Exception as error:  # noqa: BLE001 - an estimate is no reason to fail
        failed("estimating tokens", error)
        return None


def _count(counter: Counter, text: str) -> int:
    head = text[:CHARACTERS_MAX]
    try:
        tokens = counter.count(head)
    except UnicodeEncodeError:
        tokens = counter.count(head.encode("utf-8", "replace").decode("utf-8"))
    return tokens if len(text) <= CHARACTERS_MAX else round(tokens * len(text) / CHARACTERS_MAX)


def _counter(vocabulary: str) -> Counter | None:
    found = _Loaded.counters.get(vocabulary)
    if found is not None or _Loaded.missing:
        return found
    with _Loaded.lock:
        if _Loaded.module is None:
            _Loaded.module = _extension()
        if _Loaded.module is None:
            _Loaded.missing = True
            tell_once(
                "tokens",
                "sonde: tokens stay unknown: the provider did not tell them and no tokenizer is installed; "
                "pip install 'sonde[tokenizer]' has them estimated.",
            )
            return None
        counter = cast("Counter", _Loaded.module.tokenizer_for_encoding(vocabulary))
        _Loaded.counters[vocabulary] = counter
        return counter


def _extension() -> Any:
    """The package's compiled part by itself: its Python part builds every table twice (1.3 s, 60 MB)."""
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        for file in sorted(Path(folder).glob("_bindings*")):
            if file.suffix not in (".so", ".pyd", ".dylib"):
                continue
            name = f"{_PACKAGE}._bindings"
            if name in sys.modules:
                return sys.modules[name]
            loader = ExtensionFileLoader(name, str(file))
            made = importlib.util.spec_from_file_location(name, file, loader=loader)
            if made is None:
                continue
            module = importlib.util.module_from_spec(made)
            loader.exec_module(module)
            return module
    return None
