"""The semantic cache: a question that means the same is answered with the same answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from sonde.resilience.caching import modes
from sonde.resilience.caching.asked import details_of, question_of
from sonde.resilience.caching.cache import Found, Question, ResponseCache
from sonde.resilience.caching.entries import Entry, Store
from sonde.resilience.caching.keys import key as hash_of
from sonde.resilience.caching.vectors import nearest, packed
from sonde.resilience.events import emit
from sonde.resilience.steps import Do, Steps
from sonde.resilience.wrapping import Call

Embedder = Callable[[str], Sequence[float] | Awaitable[Sequence[float]]]
"""Text → vector; a plain or a coroutine function. Coroutine functions only around coroutine functions."""


class SemanticCache(ResponseCache):
    """A response cache that also answers a question *near* to one asked before.

    Only the user's last text may differ. Everything around it must be the same to the letter: model,
    parameters, system prompt, tools, earlier turns, scope. With ``strict_details`` numbers, quoted words and
    the count of negations in it must be equal too: to embeddings "in 2023" and "in 2024" are about the same.
    Requests whose question is not one text (images, tool results) are cached exactly.
    """

    def __init__(
        self,
        embed: Embedder,
        store: Store | None = None,
        *,
        threshold: float,
        strict_details: bool = True,
        candidates_max: int = 1_000,
        question_characters_max: int = 2_000,
        **settings: Any,
    ) -> None:
        """Raises ValueError for a threshold that is no similarity.

        Args:
            embed: Makes the vector of a text.
            store: Where answers and vectors are kept.
            threshold: Cosine similarity (0–1) from which on a question is the same. It depends on the
                embedder: the guide says how to choose it.
            strict_details: Whether numbers, quoted words and negations must be equal.
            candidates_max: How many of the newest questions of one frame are compared.
            question_characters_max: Longer questions are cached exactly: their vector says too little.
            settings: What `ResponseCache` takes.
        """
        if not 0 < threshold <= 1:
            raise ValueError(f"threshold is a cosine similarity above 0 and up to 1, not {threshold}")
        super().__init__(store, **settings)
        self._embed = embed
        self._threshold = threshold
        self._strict_details = strict_details
        self._candidates_max = candidates_max
        self._question_characters_max = question_characters_max

    def _question(self, call: Call) -> Steps[Question | None]:
        request = call.arguments
        key = self._key_of(call, request)
        split = question_of(request)
        if key is None or split is None or not 0 < len(split[0]) <= self._question_characters_max:
            return None if key is None else Question(key)
        text, around = split
        frame = self._key_of(call, around)
        if frame is None:
            return Question(key)
        details = details_of(text) if self._strict_details else ""
        question = Question(key, hash_of({"frame": frame, "details": details}), text)
        if modes.mode() == "refresh":
            yield from self._embedded(question)
        return question

    def _look_up(self, question: Question) -> Steps[Found | None]:
        """The same question's answer, or that of the nearest one if it is near enough."""
        found = yield from self._read(question.key)
        if found is not None or not question.frame:
            return found
        yield from self._embedded(question)
        if not question.vector:
            return None
        near: tuple[str, float, Entry, int] | None = yield from self._shelf.ask(
            None, self._near, question, self._clock()
        )
        if near is None:
            return None
        key, similarity, entry, hits = near
        found = yield from self._opened(key, entry, hits)
        return None if found is None else replace(found, kind="semantic", similarity=similarity)

    def _near(self, question: Question, now_s: float) -> tuple[str, float, Entry, int] | None:
        """One trip to the store: the nearest question of the frame, and its hit counted."""
        candidates = self.store.frame(question.frame, now_s, self._candidates_max)
        best = nearest(question.vector, [vector for _, vector in candidates])
        if best is None or best[1] < self._threshold:
            return None
        key = candidates[best[0]][0]
        entry = self.store.get(key, now_s)
        return None if entry is None else (key, best[1], entry, self.store.hit(key, entry.cost_usd))

    def _embedded(self, question: Question) -> Steps[None]:
        """Give the question its vector; without one it is an exact question."""
        try:
            question.vector = packed((yield Do(self._embed, (question.text,))))
        except Exception as error:  # noqa: BLE001 — the host's own function; the call goes on without it
            emit("sonde.cache.error", {"error.type": type(error).__qualname__})
            self._complaints.say(f"A question was not embedded: {type(error).__name__}: {error}.")
            question.frame = ""
