"""The ASGI application behind every address that is not the API or a receiver."""

from pathlib import Path

from anyio import Path as AsyncPath
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sonde.ui.files import Build, BuiltFile
from sonde.ui.headers import SECURITY_HEADERS

DIST = Path(__file__).parent / "dist"

MACHINE_PREFIXES = ("api/", "v1/", "assets/")
"""Addresses of programs: where nothing is there, a page would only confuse them."""

NOT_BUILT = (
    "Sonde is running, but its web pages are not built.\n"
    "Run `make setup` in the working copy and load this page again.\n"
    "The API is there all the same: /api/docs\n"
)


def ui_app(dist: Path = DIST) -> ASGIApp:
    """Return the application that serves the built front end in ``dist``; mount it last, at ``/``.

    Every address without a file of its own gets the index page, whose script reads the address. Answers 404
    for missing files and programs' addresses, 405 for anything but GET and HEAD, 503 while nothing is built.
    """
    build = Build(dist)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        await (await _answer(build, request))(scope, receive, send)

    return app


def _text(message: str, status: int, **headers: str) -> Response:
    return PlainTextResponse(message, status, {**SECURITY_HEADERS, "Cache-Control": "no-store", **headers})


async def _answer(build: Build, request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        return _text("Method not allowed\n", 405, Allow="GET, HEAD")
    name = request.url.path.strip("/")
    index = build.file("index.html")
    if index is None:
        return _text(NOT_BUILT, 503)
    file = build.file(name) if name else index
    if file is None:
        if f"{name}/".startswith(MACHINE_PREFIXES) or "." in name.rsplit("/", 1)[-1]:
            return _text("Not found\n", 404)
        file = index
    return await _send_file(file, request)


async def _send_file(file: BuiltFile, request: Request) -> Response:
    variant = file.choose(request.headers.get("accept-encoding", ""))
    headers = {
        **SECURITY_HEADERS,
        "Cache-Control": "public, max-age=31536000, immutable" if file.immutable else "no-cache",
        "Content-Type": file.media_type,
        "ETag": variant.etag,
        "Vary": "Accept-Encoding",
    }
    if variant.encoding:
        headers["Content-Encoding"] = variant.encoding
    if variant.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers={**headers, "Content-Length": str(variant.size)})
    try:
        body = await AsyncPath(variant.path).read_bytes()
    except FileNotFoundError:
        # A rebuild replaced the folder between the look-up and the read.
        return _text("The pages are being rebuilt. Load this page again.\n", 503, **{"Retry-After": "2"})
    return Response(body, headers=headers)
