"""The files of the build, found by name in a table: a path is never put together from what a client sent."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""Precompressed variants, best first, with the suffix the build gives them."""

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
"""Named here because the operating system's table can lack or mislead, and `nosniff` forbids guessing."""


@dataclass(frozen=True)
class Variant:
    """One encoding of a file."""

    path: Path
    encoding: str
    """Empty for the file as it is."""
    size: int
    etag: str


@dataclass(frozen=True)
class BuiltFile:
    """One file of the build with its variants, best first, the plain one last."""

    media_type: str
    immutable: bool
    """The name holds a hash of the content: it can be cached for ever."""
    variants: tuple[Variant, ...]

    def choose(self, accept_encoding: str) -> Variant:
        """Return the best variant that the client takes."""
        accepted = accepted_encodings(accept_encoding)
        return next((item for item in self.variants if item.encoding in accepted), self.variants[-1])


def accepted_encodings(header: str) -> frozenset[str]:
    """Return the encodings of an Accept-Encoding header that are not refused with ``q=0``."""
    accepted: set[str] = set()
    for item in header.lower().split(","):
        name, _, parameters = item.partition(";")
        quality = parameters.strip().removeprefix("q=") if parameters else "1"
        try:
            refused = float(quality) == 0
        except ValueError:
            refused = True
        if not refused:
            accepted.add(name.strip())
    return frozenset(accepted)


def _variant(path: Path, encoding: str) -> Variant:
    status = path.stat()
    return Variant(
        path, encoding, status.st_size, f'"{status.st_mtime_ns:x}-{status.st_size:x}{encoding[:1]}"'
    )


class Build:
    """The folder of the build, read again when its index page changes (a rebuild while the server runs)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = 0
        self._files: dict[str, BuiltFile] = {}

    def file(self, name: str) -> BuiltFile | None:
        """Return the file with this path inside the build, ``assets/x.js``; None when there is none."""
        self._refresh()
        return self._files.get(name)

    def _refresh(self) -> None:
        try:
            stamp = (self._folder / "index.html").stat().st_mtime_ns
        except OSError:
            stamp = 0
        if stamp == self._stamp:
            return
        self._files = self._scan() if stamp else {}
        self._stamp = stamp

    def _scan(self) -> dict[str, BuiltFile]:
        suffixes = tuple(suffix for _, suffix in ENCODINGS)
        files: dict[str, BuiltFile] = {}
        for path in self._folder.rglob("*"):
            if not path.is_file() or path.name.endswith(suffixes):
                continue
            variants = [
                _variant(packed, encoding)
                for encoding, suffix in ENCODINGS
                if (packed := path.with_name(path.name + suffix)).is_file()
            ]
            variants.append(_variant(path, ""))
            name = path.relative_to(self._folder).as_posix()
            media_type = (
                MEDIA_TYPES.get(path.suffix)
                or mimetypes.guess_type(path.name)[0]
                or "application/octet-stream"
            )
            files[name] = BuiltFile(media_type, name.startswith("assets/"), tuple(variants))
        return files
