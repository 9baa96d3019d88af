"""OpenInference, as its OpenAI and LlamaIndex instrumentations write it."""

from sonde.demo import wire
from sonde.demo.calls import Call
from sonde.demo.conventions.dialogue import Dialogue, to_json
from sonde.demo.record import ERROR, Context, Scope, Trace
from sonde.demo.wire import Value

LLAMA_INDEX = Scope("openinference.instrumentation.llama_index", "4.6.1")
OPENAI = Scope("openinference.instrumentation.openai", "0.1.66")


def context_attributes(context: Context) -> dict[str, Value | None]:
    """What `using_attributes` puts on every span."""
    return {
        "session.id": context.session,
        "user.id": context.user.id,
        "metadata": to_json({"tenant": context.user.tenant, "plan": context.user.plan}),
        "tag.tags": list(context.tags) or None,
        "llm.prompt_template.version": context.prompt_version or None,
        "sonde.endpoint": context.endpoint,
    }


def call_span(
    trace: Trace,
    scope: Scope,
    name: str,
    call: Call,
    context: Context,
    said: Dialogue | None,
    parent: bytes,
    *,
    content: bool = True,
    counted: bool = True,
) -> bytes:
    """Write one chat call as an ``LLM`` span; content appears twice, as the real library sends it."""
    model = call.model
    pairs = context_attributes(context)
    pairs["openinference.span.kind"] = "LLM"
    pairs["llm.system"] = model.provider
    pairs["llm.provider"] = model.provider
    pairs["llm.invocation_parameters"] = to_json({"model": model.name, "max_tokens": call.want.max_tokens})
    if context.prompt:
        pairs["prompt.id"] = context.prompt
    if call.incidents:
        pairs["sonde.demo.incident"] = call.incidents[0]
    if call.fallback_from:
        pairs["sonde.fallback.from"] = call.fallback_from
    events: list[bytes] = []
    if said and content:
        _content(pairs, said, call)
    if call.failure:
        kind = call.failure.exception(model.provider)
        events.append(
            wire.event(
                "exception", call.end_ns, {"exception.type": kind, "exception.message": call.failure.message}
            )
        )
    else:
        pairs["llm.model_name"] = model.answers_as
        if not call.aborted:
            _usage(pairs, call)
    if call.ttft_s is not None:
        events.append(wire.event("First Token Stream Event", call.start_ns + int(call.ttft_s * 1e9), {}))
    if counted:
        trace.count(call)
    failure = call.failure
    return trace.span(
        scope,
        name,
        call.start_ns,
        call.end_ns,
        pairs,
        parent=parent,
        status=ERROR if failure else 1,
        message=f"{failure.exception(model.provider).split('.')[-1]}: {failure.message}" if failure else "",
        events=events,
    )


def _content(pairs: dict[str, Value | None], said: Dialogue, call: Call) -> None:
    messages = [{"role": "system", "content": said.system}] if said.system else []
    messages += [{"role": turn.role, "content": turn.text} for turn in said.turns]
    pairs["input.value"] = to_json({"messages": messages})
    pairs["input.mime_type"] = "application/json"
    for index, message in enumerate(messages):
        pairs[f"llm.input_messages.{index}.message.role"] = message["role"]
        pairs[f"llm.input_messages.{index}.message.content"] = message["content"]
    if call.failure is None:
        answer = {"id": call.response_id, "model": call.model.answers_as, "content": said.answer}
        pairs["output.value"] = to_json(answer)
        pairs["output.mime_type"] = "application/json"
        pairs["llm.output_messages.0.message.role"] = "assistant"
        pairs["llm.output_messages.0.message.content"] = said.answer
        pairs["llm.finish_reason"] = call.finish


def _usage(pairs: dict[str, Value | None], call: Call) -> None:
    pairs["llm.token_count.prompt"] = call.input_tokens
    pairs["llm.token_count.completion"] = call.output_tokens
    pairs["llm.token_count.total"] = call.total_tokens
    pairs["llm.token_count.prompt_details.cache_read"] = call.cached_tokens
    pairs["llm.token_count.completion_details.reasoning"] = call.reasoning_tokens


def embedding_span(trace: Trace, call: Call, context: Context, text: str, parent: bytes) -> bytes:
    """Write an ``EMBEDDING`` span (without the vectors)."""
    pairs = context_attributes(context)
    pairs["openinference.span.kind"] = "EMBEDDING"
    pairs["embedding.model_name"] = call.model.name
    pairs["embedding.embeddings.0.embedding.text"] = text
    pairs["input.value"] = text
    if call.incidents:
        pairs["sonde.demo.incident"] = call.incidents[0]
    events: list[bytes] = []
    failure = call.failure
    if failure:
        said = {
            "exception.type": failure.exception(call.model.provider),
            "exception.message": failure.message,
        }
        events.append(wire.event("exception", call.end_ns, said))
    else:
        pairs["llm.token_count.prompt"] = call.input_tokens
        pairs["llm.token_count.total"] = call.input_tokens
    trace.count(call)
    return trace.span(
        LLAMA_INDEX,
        "OpenAIEmbedding.get_query_embedding",
        call.start_ns,
        call.end_ns,
        pairs,
        parent=parent,
        status=ERROR if failure else 1,
        message=failure.message if failure else "",
        events=events,
    )


def retriever_span(
    trace: Trace,
    context: Context,
    query: str,
    found: list[tuple[str, str, float]],
    times: tuple[int, int],
    parent: bytes,
) -> bytes:
    """Write a ``RETRIEVER`` span; `found` holds id, text and score of each document."""
    pairs = context_attributes(context)
    pairs["openinference.span.kind"] = "RETRIEVER"
    pairs["input.value"] = query
    for index, (identity, text, score) in enumerate(found):
        pairs[f"retrieval.documents.{index}.document.id"] = identity
        pairs[f"retrieval.documents.{index}.document.content"] = text
        pairs[f"retrieval.documents.{index}.document.score"] = score
    return trace.span(LLAMA_INDEX, "VectorIndexRetriever.retrieve", *times, pairs, parent=parent, status=1)


def reranker_span(
    trace: Trace, call: Call, context: Context, query: str, found: list[tuple[str, str, float]], parent: bytes
) -> bytes:
    """Write a ``RERANKER`` span."""
    pairs = context_attributes(context)
    pairs["openinference.span.kind"] = "RERANKER"
    pairs["llm.provider"] = call.model.provider
    pairs["reranker.model_name"] = call.model.name
    pairs["reranker.query"] = query
    pairs["reranker.top_k"] = len(found)
    pairs["llm.token_count.prompt"] = call.input_tokens
    pairs["llm.token_count.total"] = call.input_tokens
    for index, (identity, _, score) in enumerate(found):
        pairs[f"reranker.output_documents.{index}.document.id"] = identity
        pairs[f"reranker.output_documents.{index}.document.score"] = score
    trace.count(call)
    return trace.span(
        LLAMA_INDEX, "HvRanker.postprocess_nodes", call.start_ns, call.end_ns, pairs, parent=parent, status=1
    )


def chain_attributes(context: Context, query: str, answer: str) -> dict[str, Value | None]:
    """Attributes of a ``CHAIN`` span around the rest."""
    pairs = context_attributes(context)
    pairs["openinference.span.kind"] = "CHAIN"
    pairs["input.value"] = query
    pairs["output.value"] = answer or None
    return pairs
