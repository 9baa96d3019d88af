"""Texts from the phrases. A conversation, search or task is about one `Case`: its sentences fit together."""

import re
from functools import lru_cache
from random import Random

from sonde.demo import phrases
from sonde.demo.assumptions import HOSTILE_TEXT_SHARE, OTHER_LANGUAGE_SHARE, PERSONAL_DATA_SHARE
from sonde.demo.sampling import seeded

_SLOT = re.compile(r"\{(\w+)\}")
_BOUND = (
    "appliance",
    "model",
    "part",
    "fault",
    "code",
    "when",
    "place",
    "document",
    "file",
    "function",
    "bug",
)
_CASES = 400
_VARIANTS = 3


class Case:
    """What a piece of work is about: one appliance with one fault, one file with one bug.

    Its sentences are rendered when first asked for and kept, because drawing from a list is quick.
    """

    __slots__ = ("_number", "_pools", "bound")

    def __init__(self, number: int) -> None:
        self._number = number
        rng = seeded(f"case/{number}")
        self.bound: dict[str, str] = {}
        for slot in _BOUND:
            self.bound[slot] = self.render(rng, rng.choice(phrases.SLOTS[slot]))
        self._pools: dict[str, tuple[str, ...]] = {}

    def render(self, rng: Random, template: str) -> str:
        """Fill the slots of a template, those inside the fillings too; unknown braces stay as they are."""

        def fill(found: re.Match[str]) -> str:
            slot = found[1]
            if slot in self.bound:
                return self.bound[slot]
            choices = phrases.SLOTS.get(slot)
            return found[0] if choices is None else self.render(rng, rng.choice(choices))

        text = _SLOT.sub(fill, template)
        return text[:1].upper() + text[1:] if template.startswith("{team}") else text

    def pool(self, name: str) -> tuple[str, ...]:
        """All sentences of a kind (a constant of `phrases`), in the order in which they are said."""
        found = self._pools.get(name)
        if found is None:
            templates: tuple[str, ...] = getattr(phrases, name)
            rng = seeded(f"case/{self._number}/{name}")
            found = tuple(self.render(rng, template) for _ in range(_VARIANTS) for template in templates)
            self._pools[name] = found
        return found

    def sentence(self, rng: Random, name: str) -> str:
        """One sentence of a kind."""
        pool = self.pool(name)
        return pool[int(rng.random() * len(pool))]

    def paragraph(self, rng: Random, name: str, characters: int) -> str:
        """Sentences of a kind, in order, with some left out, up to about this many characters."""
        pool = self.pool(name)
        random = rng.random
        at = int(random() * 3)
        parts: list[str] = []
        length = 0
        while length < characters:
            text = pool[at % len(pool)]
            parts.append(text)
            length += len(text) + 1
            at += 1 if random() < 0.6 else 2
        return " ".join(parts) or pool[at]


@lru_cache(maxsize=_CASES)
def case(number: int) -> Case:
    """One of the cases the demo knows; numbers wrap around."""
    return Case(number % _CASES)


def draw_case(rng: Random) -> Case:
    """Any case."""
    return case(int(rng.random() * _CASES))


@lru_cache(maxsize=256)
def instructions(prompt: str, version: int, characters: int) -> str:
    """The system prompt of one version: versions share their first sentences and differ at the end."""
    shared = case(len(prompt)).paragraph(seeded(prompt), "INSTRUCTIONS", characters * 2 // 3)
    own = case(version).paragraph(seeded(f"{version}"), "INSTRUCTIONS", characters // 3)
    name = prompt.replace("-", " ")
    return f"You are the assistant for {name} at Harrow & Vale (version {version}). {shared} {own}"


def conversation_turn(rng: Random, about: Case, first: bool, answer_characters: int) -> tuple[str, str]:
    """What a customer writes and what they are answered: mostly English, now and then hostile or personal."""
    dice = rng.random()
    answer = about.paragraph(rng, "AGENT_REPLY", answer_characters)
    if dice < HOSTILE_TEXT_SHARE:
        return phrases.HOSTILE[int(rng.random() * len(phrases.HOSTILE))], answer
    if dice < HOSTILE_TEXT_SHARE + OTHER_LANGUAGE_SHARE:
        pair = phrases.OTHER_LANGUAGES[int(rng.random() * len(phrases.OTHER_LANGUAGES))]
        return about.render(rng, pair[0]), about.render(rng, pair[1])
    question = about.sentence(rng, "CUSTOMER" if first else "FOLLOW_UP")
    if dice > 1 - PERSONAL_DATA_SHARE:
        question = f"{question} {_personal(rng)}"
    return question, answer


def _personal(rng: Random) -> str:
    return rng.choice(phrases.PERSONAL).format(
        mail=rng.choice(phrases.MAILS), phone=rng.choice(phrases.PHONES), card=rng.choice(phrases.CARDS)
    )
