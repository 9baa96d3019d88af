"""Content encodings, with a running total: no body grows beyond its limit, whatever its header promises."""

import zlib
from collections.abc import Callable

import zstandard

from sonde.ingest.decode import Malformed
from sonde.model.errors import TooLarge, UnsupportedMedia
from sonde.model.limits import MEBIBYTE, REQUEST_BYTES_MAX, ZSTD_WINDOW_LOG_MAX

ENCODINGS = ("identity", "gzip", "zstd")
_STEP_BYTES = MEBIBYTE
_ZSTD_SLICE_BYTES = 128
"""A zstd block of 4 bytes becomes 128 KiB: this many bytes at once are 4 MiB at most."""
_GZIP = 16 + zlib.MAX_WBITS


def encoding_of(header: str | None) -> str:
    """The one encoding of a body, by its ``Content-Encoding`` header; none is identity.

    Raises `UnsupportedMedia` for others, and for several: a body is decoded once at most.
    """
    text = (header or "").strip().lower()
    if not text:
        return "identity"
    if text not in ENCODINGS:
        raise UnsupportedMedia(
            f"Content-Encoding '{text[:40]}' is not accepted.", hint="Send gzip, zstd or no encoding."
        )
    return text


def inflate(body: bytes, encoding: str, reserve: Callable[[int], None]) -> bytes:
    """The plain body. ``reserve`` is told each step's bytes before they are kept.

    Raises:
        Malformed: not of that encoding, truncated, or a checksum is wrong.
        TooLarge: more than the limit of a request.
    """
    if encoding == "identity":
        return body
    pieces: list[bytes] = []
    total = 0

    def keep(piece: bytes) -> None:
        nonlocal total
        total += len(piece)
        if total > REQUEST_BYTES_MAX:
            raise too_large()
        reserve(len(piece))
        pieces.append(piece)

    if encoding == "gzip":
        _gunzip(body, keep)
    else:
        _unzstd(body, keep)
    return b"".join(pieces)


def too_large() -> TooLarge:
    """The refusal of a body over the limit."""
    return TooLarge(
        f"The request is over {REQUEST_BYTES_MAX // MEBIBYTE} MiB (the limit before and after "
        "decompression).",
        hint="Send smaller batches.",
    )


def _gunzip(body: bytes, keep: Callable[[bytes], None]) -> None:
    rest = body
    while rest:
        member = zlib.decompressobj(_GZIP)
        try:
            while not member.eof:
                piece = member.decompress(rest, _STEP_BYTES)
                rest = member.unconsumed_tail
                keep(piece)
                if not piece and not rest and not member.eof:
                    raise Malformed("The gzip body is truncated")
        except zlib.error:
            raise Malformed("The body is not valid gzip") from None
        # Another member may follow (they are one stream), or padding with zeros.
        rest = member.unused_data.lstrip(b"\0")


def _unzstd(body: bytes, keep: Callable[[bytes], None]) -> None:
    position = 0
    while position < len(body):
        frame = zstandard.ZstdDecompressor(max_window_size=1 << ZSTD_WINDOW_LOG_MAX).decompressobj()
        try:
            while not frame.eof:
                if position >= len(body):
                    raise Malformed("The zstd body is truncated")
                piece = body[position : position + _ZSTD_SLICE_BYTES]
                position += len(piece)
                keep(frame.decompress(piece))
        except zstandard.ZstdError:
            raise Malformed("The body is not valid zstd, or needs a window over 8 MiB") from None
        position -= len(frame.unused_data)
