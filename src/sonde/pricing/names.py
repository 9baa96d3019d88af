"""Which provider and which model a name on the wire means.

Names come from strangers. A name is used only when it is plain, short ASCII, and only when *all* of it is
understood: a prefix of a known form, a model the book knows, a suffix of a known form (a date, "latest",
a version). "gpt-4o-mini-evil" therefore has no price instead of the price of gpt-4o-mini.
"""

import re

MODEL_NAME_CHARACTERS_MAX = 256

_PLAIN_NAME = re.compile(r"[a-z0-9@][a-z0-9._:/@+\-\[\]=~]*\Z")
"""No blanks, quotes, commas, control characters or letters outside ASCII (look-alikes)."""

PROVIDER_ALIASES: dict[str, str] = {
    # OpenTelemetry's well-known values of gen_ai.provider.name and of the older gen_ai.system
    "openai": "openai",
    "anthropic": "anthropic",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "gcp.gen_ai": "google",
    "gemini": "google",
    "vertex_ai": "google",
    "aws.bedrock": "aws",
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "az.ai.openai": "azure",
    "az.ai.inference": "azure",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "groq": "groq",
    "mistral_ai": "mistral",
    "perplexity": "perplexity",
    "x_ai": "x-ai",
    "xai": "x-ai",
    "moonshot_ai": "moonshotai",
    # the words of instrumentations and routers
    "google": "google",
    "google_genai": "google",
    "google-genai": "google",
    "google_generativeai": "google",
    "google-gla": "google",
    "google-vertex": "google",
    "google.generative-ai": "google",
    "google.vertex": "google",
    "google_vertexai": "google",
    "vertexai": "google",
    "vertex": "google",
    "vertex-ai": "google",
    "amazon-bedrock": "aws",
    "amazon_bedrock": "aws",
    "aws_bedrock": "aws",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "amazon": "aws",
    "aws": "aws",
    "azure": "azure",
    "azure_ai": "azure",
    "azure-ai": "azure",
    "azure_openai": "azure",
    "azure-openai": "azure",
    "azureopenai": "azure",
    "mistral": "mistral",
    "mistralai": "mistral",
    "mistral-ai": "mistral",
    "x-ai": "x-ai",
    "x.ai": "x-ai",
    "grok": "x-ai",
    "moonshot": "moonshotai",
    "moonshotai": "moonshotai",
    "openrouter": "openrouter",
    "together": "together",
    "together_ai": "together",
    "together-ai": "together",
    "togetherai": "together",
    "fireworks": "fireworks",
    "fireworks_ai": "fireworks",
    "fireworks-ai": "fireworks",
    "fireworksai": "fireworks",
    "cerebras": "cerebras",
    "novita": "novita",
    "novita-ai": "novita",
    "avian": "avian",
    "voyage": "voyageai",
    "voyageai": "voyageai",
    "voyage_ai": "voyageai",
    "github_copilot": "github-copilot",
    "perplexity-ai": "perplexity",
    "pplx": "perplexity",
    "cohere_chat": "cohere",
    "text-completion-openai": "openai",
    "openai-responses": "openai",
    "openai-chat": "openai",
    "z-ai": "zai",
    "zai": "zai",
    "zhipu": "zhipuai",
    "zhipuai": "zhipuai",
    "workers-ai": "cloudflare",
    "cloudflare": "cloudflare",
    "databricks": "databricks",
    "minimax": "minimax",
    "meta-llama-api": "meta",
}
"""Provider word (lower case) → provider id of the price library. A word that is not here and is not one of
the library's own ids has no price: no "contains openai"."""

_API_SUFFIXES = frozenset(
    {"chat", "responses", "completion", "completions", "messages", "embedding", "embeddings", "image", "text"}
)
"""The Vercel AI SDK names a provider with its API: "openai.responses", "mistral.chat"."""

GATEWAYS = frozenset(
    {
        "litellm",
        "litellm_proxy",
        "litellm-proxy",
        "gateway",
        "vercel",
        "vercel-ai-gateway",
        "ai-gateway",
        "portkey",
        "helicone",
        "cloudflare-ai-gateway",
        "langchain",
        "langgraph",
        "llamaindex",
        "llama_index",
        "pydantic_ai",
        "openai-agents",
        "openai_agents",
        "crewai",
        "dspy",
        "haystack",
        "autogen",
        "traceloop",
        "_other",
        "sonde",
        "unknown",
        "custom",
        "",
    }
)
"""Words that name a proxy or a framework, not a seller: the model's name must tell who bills."""

SELF_HOSTED = frozenset(
    {"ollama", "vllm", "llama.cpp", "llamacpp", "llama_cpp", "lmstudio", "lm_studio", "lm-studio", "localai"}
    | {"tgi", "sglang", "mlx", "hosted_vllm", "llamafile", "huggingface_local", "transformers", "local"}
)
"""Runtimes on the user's own machines: nobody bills tokens there, the same model elsewhere is no price."""

MAKERS = frozenset({"openai", "anthropic", "google", "x-ai"})
"""Makers whose own models are sold at the maker's price wherever a proxy passes them through."""

_BEDROCK_ID = re.compile(
    r"(?:(?:us|eu|apac|au|jp|in|ca|sa|global|us-gov)\.)?"
    r"(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|moonshot|moonshotai|nvidia|openai|qwen|writer|zai)\."
)
_PATH_PREFIX = re.compile(
    r"(?:projects/[^/]{1,128}/locations/[^/]{1,64}/)?(?:publishers/[^/]{1,64}/)?models/|"
    r"arn:aws(?:-[a-z]{1,8}){0,2}:bedrock:[a-z0-9-]{0,32}:[0-9]{0,12}:(?:inference-profile|foundation-model)/"
)
_KNOWN_PREFIX = re.compile(
    r"(?:(?:us|eu|apac|au|jp|in|ca|sa|global|us-gov)\.)?(?:anthropic\.|amazon\.|openai\.)?\Z|"
    r"publishers/[a-z0-9-]{1,64}/models/\Z|(?:anthropic|google|models|vertex_ai|gemini)/\Z|(?:omni|text)-\Z"
)
_KNOWN_SUFFIX = re.compile(
    r"(?:-(?:latest|preview|exp|experimental|beta|stable|default|customtools|native-audio|instruct"
    r"|\d{8}|\d{4}-\d{2}-\d{2}|\d{4}|\d{2}-\d{4}|\d{2}-\d{2}|0\d{2}|v\d{1,2})){0,6}"
    r"(?:@[a-z0-9._]{1,20})?(?::\d{1,3}k?){0,2}\Z"
)
_BOUNDARY_NUMBER = re.compile(r"20\d{2}(?:\d{4}|-\d{2}-\d{2})?|0\d{2,3}")
_VERSION_LABEL = re.compile(r"[a-z0-9._]{0,20}\Z")
_GEMMA_SIZE = re.compile(r"-?(?:e?\d{1,3}b)?(?:-it)?\Z")
_DATED = re.compile(r"(.{2,}?)[-@](20[2-3]\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])\Z")
_COMPACT_DATE = re.compile(r"-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|\Z)")
_ROUTER_SUFFIXES = ("nitro", "floor", "online", "exacto", "thinking", "extended", "beta")


def plain(name: str | None) -> str | None:
    """The name in lower case, or None when it cannot be the name of a model or provider."""
    if not name or len(name) > MODEL_NAME_CHARACTERS_MAX:
        return None
    name = name.strip().lower()
    return name if _PLAIN_NAME.match(name) else None


def provider_id(word: str) -> str | None:
    """The library's id of a provider word (lower case), None when the word is not known."""
    known = PROVIDER_ALIASES.get(word)
    if known is None and "." in word:
        stem, _, api = word.rpartition(".")
        if api in _API_SUFFIXES:
            known = PROVIDER_ALIASES.get(stem)
    return known


def provider_of_bedrock_id(model: str) -> str | None:
    """The provider "aws" when the name has the form of a Bedrock model id."""
    return "aws" if _BEDROCK_ID.match(model) else None


def without_path(model: str) -> str:
    """The last part of a resource path ("models/gemini-2.5-pro", a Vertex path, a Bedrock ARN)."""
    match = _PATH_PREFIX.match(model)
    return model[match.end() :] if match else model


def understood(model: str, literal: str) -> bool:
    """Whether ``model`` is ``literal`` with nothing around it but prefixes and suffixes of known forms."""
    at = model.find(literal)
    if at < 0 or not _KNOWN_PREFIX.match(model[:at]):
        return False
    end = at + len(literal)
    rest = model[end:]
    if literal.startswith("ft:") or literal.endswith(".ft-"):
        return True  # an owner's own words follow
    if literal.startswith("gemma-"):
        return _GEMMA_SIZE.match(rest) is not None
    if literal[-1] == "@":
        return _VERSION_LABEL.match(rest) is not None
    if literal[-1] == "-":
        rest = "-" + rest
    elif literal[-1].isdigit() and rest[:1].isdigit():
        # The literal ends inside a number ("claude-sonnet-4-2025"): the whole number must be a date or "001".
        start = end
        while model[start - 1].isdigit():
            start -= 1
        number = _BOUNDARY_NUMBER.match(model, start)
        if number is None:
            return False
        rest = model[number.end() :]
    return _KNOWN_SUFFIX.match(rest) is not None


def dashed_date(model: str) -> str:
    """Rewrites "gpt-5.2-20251211" as "gpt-5.2-2025-12-11", the form the library's lists use."""
    return _COMPACT_DATE.sub(r"-\1-\2-\3", model)


def without_date(model: str) -> str | None:
    """The name without a trailing calendar date; None when it has none."""
    match = _DATED.match(model)
    return match.group(1) if match else None


def without_router_suffix(model: str) -> str | None:
    """An OpenRouter name without ":nitro", ":online" …; None when it has none."""
    stem, _, suffix = model.rpartition(":")
    return stem if stem and suffix in _ROUTER_SUFFIXES else None
