"""Writes docs/reference/attributes.md from the mapping tables.

python tools/attributes.py           write it
python tools/attributes.py --check   exit 1 when it is stale
"""

import sys
from pathlib import Path

from sonde.semconv.registry import TABLES
from sonde.semconv.rule import Family, Rule

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "attributes.md"

HEAD = """# Attribute keys

Every key the mapping tables know, what it states, and its rank: several keys may state one field, the lowest
rank wins. A `…` stands for an index or a free part. *Content* is stored as messages with its own retention,
never among the attributes. A key that states nothing is only kept. Keys that no table knows are kept as well;
`sonde doctor mapping` lists those that were seen.

How fields come about is on the page [Conventions](conventions.md). This page is generated:
`python tools/attributes.py`.
"""

NAMES = {
    "sonde": "Sonde's own",
    "otel-genai": "OpenTelemetry",
    "openinference": "OpenInference",
    "openllmetry": "OpenLLMetry and Traceloop",
    "openlit": "OpenLIT",
    "logfire": "Logfire",
    "pydantic-ai": "pydantic-ai",
    "langfuse": "Langfuse",
    "vercel-ai": "Vercel AI SDK",
    "langsmith": "LangSmith",
    "mlflow": "MLflow",
    "litellm": "LiteLLM",
    "anthropic-sdk": "Anthropic's own SDK",
    "spring-ai": "Spring AI",
    "google-adk": "Google ADK",
    "claude-code": "Claude Code",
    "openrouter": "OpenRouter",
}


def _row(key: str, rule: Rule | Family) -> str:
    stated = f"`{rule.field}`" if rule.field else "—"
    rank = str(rule.rank) if rule.field else ""
    return f"| `{key}` | {stated} | {rank} | {'content' if rule.content else ''} |"


def render() -> str:
    """The whole page."""
    lines = [HEAD]
    for table in TABLES:
        lines += [f"## {NAMES[table.convention]}", "", "| key | states | rank | |", "|---|---|---|---|"]
        stating = [rule for rule in table.rules if rule.field or rule.content]
        lines += [_row(rule.key, rule) for rule in stating]
        lines += [_row(f"{family.prefix}…", family) for family in table.families]
        kept = [f"`{rule.key}`" for rule in table.rules if not rule.field and not rule.content]
        if kept:
            lines += ["", "Only kept: " + ", ".join(kept) + "."]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Write or check."""
    page = render()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
            sys.stderr.write("docs/reference/attributes.md is stale: run `python tools/attributes.py`\n")
            return 1
        return 0
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
