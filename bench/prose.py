"""Real prose for the bytes-per-span measure: documentation that lies on this machine anyway.

Docstrings, comments of type declarations, Markdown, manuals. It is cut into paragraphs, equal ones are
dropped, the rest is shuffled by a seed, and slices are handed out one after another, none of them twice.
"""

import hashlib
import html
import random
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEBIBYTE = 1 << 20

_DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
_COMMENT = re.compile(r"/\*\*(.*?)\*/", re.DOTALL)
_TAG = re.compile(r"<[^>]{1,500}>")
_STAR = re.compile(r"^\s*\*\s?", re.MULTILINE)
_BLANK = re.compile(r"\n\s*\n")
_WORD = re.compile(r"[A-Za-z]{2,}")
_FILE_BYTES_MAX = 4 * MEBIBYTE


def _sources() -> Iterator[tuple[Path, re.Pattern[str] | None]]:
    """Files and what is prose in them; None means all of it."""
    libraries = [Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("stdlib"))]
    for folder in libraries:
        for path in sorted(folder.rglob("*.py")):
            yield path, _DOCSTRING
    modules = ROOT / "web" / "node_modules"
    for path in sorted(modules.rglob("*.md")):
        yield path, None
    for path in sorted(modules.rglob("*.d.ts")):
        yield path, _COMMENT
    for path in sorted(Path("/usr/share/doc").rglob("*")):
        if path.suffix in {".txt", ".html", ".md", ".rst"} or path.name in {"copyright", "README", "FAQ"}:
            yield path, None


def _paragraphs(text: str, pattern: re.Pattern[str] | None) -> Iterator[str]:
    pieces = [text] if pattern is None else [found[1] for found in pattern.finditer(text)]
    for piece in pieces:
        plain = html.unescape(_TAG.sub(" ", piece)) if "</" in piece else piece
        for paragraph in _BLANK.split(_STAR.sub("", plain) if pattern is _COMMENT else plain):
            tidy = " ".join(paragraph.split())
            if len(tidy) >= 100:
                words = _WORD.findall(tidy)
                # Tables, code and hexadecimal dumps are not prose.
                if sum(map(len, words)) > 0.68 * len(tidy):
                    yield tidy


def collect(megabytes: float, seed: str = "prose") -> list[str]:
    """At least this many MB of different paragraphs, shuffled; what the machine has when that is less."""
    wanted = int(megabytes * 1e6 * 1.02)
    seen: set[bytes] = set()
    kept: list[str] = []
    size = 0
    for path, pattern in _sources():
        try:
            if not path.is_file() or path.stat().st_size > _FILE_BYTES_MAX:
                continue
            text = path.read_text("utf-8", errors="ignore")
        except OSError:
            continue
        for paragraph in _paragraphs(text, pattern):
            digest = hashlib.blake2b(paragraph.encode(), digest_size=12).digest()
            if digest not in seen:
                seen.add(digest)
                kept.append(paragraph)
                size += len(paragraph)
        if size > wanted * 1.5:
            break
    random.Random(seed).shuffle(kept)
    return kept


class Slices:
    """Consecutive pieces of the collected prose. Raises `StopIteration` when it is used up."""

    def __init__(self, paragraphs: list[str]) -> None:
        self._text = "\n\n".join(paragraphs)
        self._at = 0

    @property
    def size(self) -> int:
        """Characters in all."""
        return len(self._text)

    def take(self, characters: int) -> str:
        """The next piece."""
        if self._at + characters > len(self._text):
            raise StopIteration
        piece = self._text[self._at : self._at + characters]
        self._at += characters
        return piece


if __name__ == "__main__":
    found = collect(float(sys.argv[1]) if len(sys.argv) > 1 else 30)
    print(f"{len(found):,} paragraphs, {sum(map(len, found)) / 1e6:.1f} MB")
    for sample in found[:5]:
        print("-", sample[:300])
