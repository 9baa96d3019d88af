"""Search over the company's documents: embedding, retrieval, rerank by own model, answer. OpenInference."""

from sonde.demo.assumptions import ERROR_SHARE
from sonde.demo.calls import Want, invoke, invoke_with_fallback
from sonde.demo.conventions import openinference
from sonde.demo.conventions.dialogue import Dialogue, Turn
from sonde.demo.figures import LABEL_INPUT, LONG_CONTEXT_INPUT, LONG_CONTEXT_OUTPUT, PREFIX_REUSE_CHAT
from sonde.demo.record import ERROR, Context, Origin, Scene, Trace
from sonde.demo.services.base import prompt_context, sampler, seconds_ns, session_id, starts, think_ns
from sonde.demo.texts import Case, draw_case, instructions
from sonde.demo.world import User

NAME = "doc-search"
PROMPT = "search-answer"
MODELS = ("gemini-2.5-flash", "gpt-4.1-mini")
EMBEDDER = "text-embedding-3-small"
RANKER = "hv-ranker-2"


def play(scene: Scene) -> None:
    """All searches that start in this hour; one in four is refined."""
    for at, user, origin in starts(scene):
        session = session_id(scene.rng, "search")
        about = draw_case(scene.rng)
        end = _search(scene, origin, at, user, session, about)
        if scene.rng.random() < 0.25:
            _search(scene, origin, end + think_ns(scene.rng), user, session, about)


def _search(scene: Scene, origin: Origin, at: int, user: User, session: str, about: Case) -> int:
    rng = scene.rng
    tags = ("search", "eu" if user.plan == "enterprise" else "all")
    context, version, size = prompt_context(user, session, "GET /search", PROMPT, at, tags)
    trace = Trace(scene, origin)
    root = trace.new_id()
    query = about.sentence(rng, "SEARCH")
    now = at + seconds_ns(rng.uniform(0.002, 0.02))

    want = Want(
        NAME, max(4, len(query) // 4), sampler(LABEL_INPUT), operation="embeddings", error_share=0.002
    )
    embedding = invoke(rng, EMBEDDER, want, now, scene.disturbed)
    openinference.embedding_span(trace, embedding, context, query, root)
    now = embedding.end_ns
    answer, failed = "", embedding.failure is not None
    if not failed:
        answer, failed, now = _answer(scene, trace, context, about, query, now, root, version, size)
    if failed:
        trace.log(now, 17, "search failed, the user saw the plain list of documents", root)
    trace.span(
        openinference.LLAMA_INDEX,
        "RetrieverQueryEngine.query",
        at,
        now + seconds_ns(0.002),
        openinference.chain_attributes(context, query, answer),
        span_id=root,
        status=ERROR if failed else 1,
    )
    return now


def _answer(
    scene: Scene,
    trace: Trace,
    context: Context,
    about: Case,
    query: str,
    now: int,
    root: bytes,
    version: int,
    size: float,
) -> tuple[str, bool, int]:
    """Retrieve, rerank and answer: the text, whether it failed, and when it was done."""
    rng = scene.rng
    found = [
        (
            f"doc-{rng.getrandbits(32):08x}",
            about.paragraph(rng, "PASSAGE", 160),
            round(rng.uniform(0.55, 0.93), 4),
        )
        for _ in range(4)
    ]
    took = seconds_ns(rng.lognormvariate(-3.3, 0.6))
    openinference.retriever_span(trace, context, query, found, (now, now + took), root)
    now += took
    size_in = int(sampler(LONG_CONTEXT_INPUT).count(rng) * size)
    ranking = Want(NAME, min(size_in, 8_000), sampler(LABEL_INPUT), operation="rerank", error_share=0.0)
    ranked = invoke(rng, RANKER, ranking, now, scene.disturbed)
    best = sorted(found, key=lambda document: -document[2])[:2]
    openinference.reranker_span(trace, ranked, context, query, best, root)
    want = Want(
        NAME,
        size_in,
        sampler(LONG_CONTEXT_OUTPUT),
        prompt=PROMPT,
        cached_share=PREFIX_REUSE_CHAT if rng.random() < 0.7 else 0.0,
        stream=rng.random() < 0.5,
        error_share=ERROR_SHARE[NAME],
        max_tokens=1_500,
    )
    text = about.paragraph(rng, "PASSAGE", rng.randint(150, 450))
    passages = "\n".join(document[1] for document in best)
    said = Dialogue(
        instructions(PROMPT, version, 400),
        [Turn("user", f"Documents:\n{passages}\n\nQuestion: {query}")],
        text,
    )
    calls = invoke_with_fallback(rng, MODELS, want, ranked.end_ns, scene.disturbed)
    for call in calls:
        name = "Gemini.stream_chat" if call.model.provider == "google" else "OpenAI.chat"
        openinference.call_span(trace, openinference.LLAMA_INDEX, name, call, context, said, root)
    return text, calls[-1].failure is not None, calls[-1].end_ns
