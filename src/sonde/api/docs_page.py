"""The description of the API: OpenAPI as JSON, and a page for people.

The page is made here, of text only: the usual viewers load scripts from other sites, which Sonde's pages
never do.
"""

from collections.abc import Callable
from html import escape
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code { font: 13px/1.4 ui-monospace, monospace; }
h2 { margin: 2.5rem 0 0; border-bottom: 1px solid #8886; }
h3 { margin: 1.5rem 0 0.25rem; font-size: 1rem; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid #8883; padding: 0.15rem 0.75rem 0.15rem 0; vertical-align: top; }
"""


def install(app: FastAPI, guard: Callable[..., Any]) -> None:
    """Add /api/openapi.json, /api/docs and its style sheet, behind the same guard as everything else."""
    closed = [Depends(guard)]

    @app.get("/api/openapi.json", include_in_schema=False, dependencies=closed)
    def description() -> Response:
        return JSONResponse(app.openapi())

    @app.get("/api/docs", include_in_schema=False, dependencies=closed)
    def page() -> Response:
        return HTMLResponse(render(app.openapi()), headers=HEADERS)

    @app.get("/api/docs.css", include_in_schema=False, dependencies=closed)
    def style() -> Response:
        return Response(STYLE, media_type="text/css", headers=HEADERS)


def render(document: dict[str, Any]) -> str:
    """The page of an OpenAPI description."""
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            by_tag.setdefault(tag, []).append(operation_html(method.upper(), path, operation))
    sections = "".join(f"<h2>{escape(tag)}</h2>{''.join(items)}" for tag, items in sorted(by_tag.items()))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sonde API</title>'
        '<meta name="viewport" content="width=device-width">'
        '<link rel="stylesheet" href="/api/docs.css"></head><body><h1>Sonde API</h1>'
        '<p>The full description with all types: <a href="/api/openapi.json">openapi.json</a>. '
        "Errors are problem documents (RFC 9457). "
        "Send a key as <code>Authorization: Bearer sk-sonde-…</code>.</p>"
        f"{sections}</body></html>"
    )


def operation_html(method: str, path: str, operation: dict[str, Any]) -> str:
    """One operation."""
    rows = "".join(
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}</td>"
        f"<td>{escape(described(parameter))}</td></tr>"
        for parameter in operation.get("parameters", [])
    )
    table = f"<table>{rows}</table>" if rows else ""
    return (
        f"<h3><code>{method} {escape(path)}</code></h3><p><b>{escape(operation.get('summary', ''))}.</b> "
        f"{escape(operation.get('description', ''))}</p>{table}"
    )


def described(parameter: dict[str, Any]) -> str:
    """What a parameter says about itself."""
    own: str = parameter.get("description") or parameter.get("schema", {}).get("description", "")
    return own
