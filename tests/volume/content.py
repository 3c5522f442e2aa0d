"""What is said at an invented briefing: chosen once for both languages, then worded in either.

A briefing is drawn by seed, source and number alone. Its exchanges are put together from the phrases of ``phrases.csv``, each of which carries the
response patterns and the accusation that it was written for, so that the truth is known where it is made.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Literal, NamedTuple

from pipelines.vocabularies import vocabulary
from tests.volume.ministries import Ministry, Spokesperson

HERE = Path(__file__).parent

Language = Literal["en", "zh"]

EXCHANGES = (8.9, 3.5, 2, 28)
"""Exchanges of a press conference: mean, spread, fewest, most. Those of the shared corpus have 4 to 17 (5 % to 95 %), 9 at the median, 28 at most."""

ANSWER_CHARACTERS = (650, 0.75, 3500)
"""Length of an English answer: median, spread of its logarithm, most. Real ones: quartiles 374, 698, 1,287; 99 % below 3,507."""

CHARGED_SHARE = 0.22
"""Share of questions that report a charge against the home state: real ones have 0.21 accusations each, most of them such."""
COUNTER_SHARE = 0.5
"""Share of answers to a charge that charge the accuser. Real answers have more accusations than questions, but in fewer exchanges."""
THIRD_SHARE = 0.02
SILENT_SHARE = 0.12
"""Share of answers that are one refusal to answer; real ones: every tenth is shorter than 182 characters."""
FOLLOW_UP_SHARE = 0.04
GENERIC_SHARE = 0.04
"""Share of questions labelled ``Journalist`` where outlets are published."""
OPENING_SHARE = 0.3

_OFTEN = {
    "USA": 90, "JPN": 28, "IND": 16, "GBR": 16, "AUS": 14, "PHL": 12, "CAN": 12, "RUS": 12, "KOR": 10, "FRA": 8, "DEU": 8, "PRK": 6, "IRN": 6, "UKR": 6,
    "ISR": 5, "PAK": 5, "VNM": 5, "MMR": 4, "LTU": 4, "BRA": 3, "ZAF": 3, "KEN": 2, "XVL": 12, "XSR": 12,
}  # fmt: skip
"""How often a state is spoken of, others once: a few are in every briefing, most in few."""

_NON_REPLIES = ("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08")
_TO_CHARGES = (
    "R09", "R09", "R10", "R11", "R12", "R12", "R13", "R14", "R16", "R17", "R18", "R19", "R22", "R24", "R25", "R25", "R26", "R27", "R28", "R29", "R30", "R31",
    "R32",
)  # fmt: skip
_TO_NEWS = (
    "R01", "R03", "R04", "R05", "R08", "R19", "R20", "R21", "R23", "R31", "R32", "R33", "R33", "R33", "R34", "R35", "R35", "R35", "R36", "R36", "R37", "R38",
    "R38",
)  # fmt: skip


class Phrase(NamedTuple):
    """A sentence with slots, in both languages, and what the codebook should find in it."""

    phrase_id: str
    patterns: tuple[str, ...]
    accusation_type: str
    direction: str
    en: str
    zh: str


class Word(NamedTuple):
    """A word in both languages; ``code`` is a state's ISO 3166 code, else empty."""

    en: str
    zh: str
    code: str = ""


class Said(NamedTuple):
    """A phrase with what fills its slots."""

    phrase: Phrase
    state: Word
    other: Word
    matter: Word
    place: Word
    official: Word
    number: int
    day: date


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer.

    Attributes:
        asker: the outlet; None where none is published or named.
        answer: paragraphs of sentences.
    """

    asker: Word | None
    is_follow_up: bool
    question: tuple[Said, ...]
    answer: tuple[tuple[Said, ...], ...]

    @property
    def text_id(self) -> str:
        """Phrases that it is made of, in order: exchanges with the same id differ in names, numbers and days only."""
        return "+".join(said.phrase.phrase_id for said in (*self.question, *(said for paragraph in self.answer for said in paragraph)))


@dataclass(frozen=True, slots=True)
class Briefing:
    """A press conference, or remarks with one exchange.

    Attributes:
        number: of the source's briefings, from 0 in order of time.
        subject: matter and state of the title of remarks.
    """

    ministry: Ministry
    number: int
    is_conference: bool
    day: date
    spokesperson: Spokesperson
    exchanges: tuple[Exchange, ...]
    subject: tuple[Word, Word]
    opening: tuple[Said, ...] = field(default=())


@cache
def phrases() -> dict[str, list[Phrase]]:
    """Part of a briefing (charge, third, news, ask, answer, counter, fact, opening) -> its phrases."""
    found: dict[str, list[Phrase]] = {}
    with (HERE / "phrases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            patterns = tuple(filter(None, row["patterns"].split("|")))
            phrase = Phrase(row["phrase_id"], patterns, row["accusation_type"], row["direction"], row["en"], row["zh"])
            found.setdefault(row["part"], []).append(phrase)
    return found


@cache
def _answers() -> dict[str, list[Phrase]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases()["answer"]:
        found.setdefault(phrase.patterns[0], []).append(phrase)
    return found


@cache
def _words(kind: str) -> list[Word]:
    with (HERE / "words.csv").open(encoding="utf-8", newline="") as file:
        return [Word(row["en"], row["zh"]) for row in csv.DictReader(file) if row["kind"] == kind]


@cache
def states(home: str) -> tuple[list[Word], list[int]]:
    """States that are spoken of, the home state left out, and their weights, summed up from the first on."""
    kinds = ["sovereign", "invented"] if home.startswith("X") else ["sovereign"]
    places = (
        vocabulary("places")
        .filter(place_status=kinds[0])
        .vstack(vocabulary("places").filter(place_status=kinds[-1]))
        .unique(maintain_order=True)
    )
    found = [
        Word(f"the {name}" if _takes_article(name) else name, zh_name, iso3)
        for name, zh_name, iso3 in places.select("name", "zh_name", "iso3").drop_nulls().iter_rows()
        if iso3 != home and not set(name) & set("(),")
    ]
    return found, list(accumulate(_OFTEN.get(word.code, 1) for word in found))


def _takes_article(name: str) -> bool:
    plural = ("Islands", "Republic", "Philippines", "Netherlands", "Maldives", "Bahamas", "Gambia", "Comoros", "Seychelles")
    return name.startswith(("United ", "Republic ", "Democratic ")) or name.endswith(plural)


@cache
def outlets() -> list[Word]:
    """Outlets with a name in both languages, as labels have them."""
    rows = vocabulary("outlets").select("name", "zh_labels").drop_nulls().sort("name")
    return [Word(name, labels.split("|")[0]) for name, labels in rows.iter_rows() if not set(name) & set("(),:")]


def draw_briefing(seed: int, ministry: Ministry, since: date, number: int) -> Briefing:
    """The ``number``-th briefing of a ministry from a day on, the same in every run.

    Raises:
        IndexError: the ministry's calendar ends before.
    """
    dice = random.Random(f"{seed}|{ministry.name}|{number}")
    day, is_conference = ministry.occasion(number, since)
    speaker = ministry.spokesperson(day, seed)
    draw = _Draw(dice, ministry, day)
    mean, spread, fewest, most = EXCHANGES
    n_exchanges = min(most, max(fewest, round(dice.gauss(mean, spread)))) if is_conference else 1
    subject = (dice.choice(_words("matter")), draw.state())
    asker: Word | None = None
    exchanges = []
    for n in range(n_exchanges):
        is_follow_up = n > 0 and dice.random() < FOLLOW_UP_SHARE
        if not is_follow_up:
            asker = dice.choice(outlets()) if dice.random() >= GENERIC_SHARE else None
        exchanges.append(
            draw.exchange(
                asker if ministry.names_outlets(day) and is_conference else None, is_follow_up, subject if not is_conference else None
            )
        )
    opening = (draw.said(dice.choice(phrases()["opening"])),) if is_conference and dice.random() < OPENING_SHARE else ()
    return Briefing(ministry, number, is_conference, day, speaker, tuple(exchanges), subject, opening)


class _Draw:
    """Dice for one briefing, and what the exchange at hand is about."""

    def __init__(self, dice: random.Random, ministry: Ministry, day: date) -> None:
        self._dice = dice
        self._day = day
        self._states, self._weights = states(ministry.state_iso3)
        self._state = self._other = self.state()
        self._matter = dice.choice(_words("matter"))

    def state(self) -> Word:
        return self._dice.choices(self._states, cum_weights=self._weights)[0]

    def said(self, phrase: Phrase) -> Said:
        dice = self._dice
        number = int(math.exp(dice.uniform(math.log(2), math.log(90_000))))
        day = self._day - timedelta(days=dice.randint(1, 90))
        return Said(
            phrase, self._state, self._other, self._matter, dice.choice(_words("place")), dice.choice(_words("official")), number, day
        )

    def exchange(self, asker: Word | None, is_follow_up: bool, subject: tuple[Word, Word] | None) -> Exchange:
        dice = self._dice
        kind = dice.random()
        is_charged = not is_follow_up and kind < CHARGED_SHARE
        is_third = not is_charged and not is_follow_up and kind < CHARGED_SHARE + THIRD_SHARE
        if not is_follow_up:
            matters = _words("matter") if is_charged or is_third else [*_words("matter"), *_words("topic")]
            self._matter, self._state = subject or (dice.choice(matters), self.state())
            self._other = self.state()
            while self._other == self._state:
                self._other = self.state()
        question = []
        if not is_follow_up:
            question.append(self.said(dice.choice(phrases()["charge" if is_charged else "third" if is_third else "news"])))
            question.extend(self.said(phrase) for phrase in dice.sample(phrases()["fact"], dice.randint(0, 2)))
        question.append(self.said(dice.choice(phrases()["ask"])))
        return Exchange(asker, is_follow_up, tuple(question), self._answer(is_charged))

    def _answer(self, is_charged: bool) -> tuple[tuple[Said, ...], ...]:
        dice = self._dice
        if dice.random() < SILENT_SHARE:
            return ((self.said(dice.choice(_answers()[dice.choice(_NON_REPLIES)])),),)
        median, spread, most = ANSWER_CHARACTERS
        wanted = min(most, median * math.exp(dice.gauss(0, spread)))
        patterns = dict.fromkeys(dice.choices(_TO_CHARGES if is_charged else _TO_NEWS, k=dice.randint(2, 5)))
        chosen = [self.said(dice.choice(_answers()[pattern])) for pattern in patterns]
        if is_charged and dice.random() < COUNTER_SHARE:
            chosen.append(self.said(dice.choice(phrases()["counter"])))
        facts: list[Phrase] = []
        length = sum(len(said.phrase.en) for said in chosen)
        while length < wanted:
            facts = facts or dice.sample(phrases()["fact"], len(phrases()["fact"]))
            said = self.said(facts.pop())
            chosen.insert(dice.randint(1, len(chosen)), said)
            length += len(said.phrase.en) + 8
        paragraphs = []
        while chosen:
            n = dice.randint(2, 5)
            paragraphs.append(tuple(chosen[:n]))
            chosen = chosen[n:]
        return tuple(paragraphs)


# --- wording -----------------------------------------------------------------------------------------------------------

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def worded(said: Said, ministry: Ministry, language: Language) -> str:
    """A sentence in one language."""
    if language == "zh":
        return said.phrase.zh.format(
            S=said.state.zh, T=said.other.zh, M=said.matter.zh, P=said.place.zh, O=said.official.zh, N=said.number, H=ministry.home_zh,
            HSZ=ministry.side_zh, D=f"{said.day.month}月{said.day.day}日",
        )  # fmt: skip
    text = said.phrase.en.format(
        S=said.state.en, T=said.other.en, M=said.matter.en, P=said.place.en, O=said.official.en, N=f"{said.number:,}", H=ministry.home_en,
        HS=ministry.side_en, D=f"{MONTHS[said.day.month - 1]} {said.day.day}",
    )  # fmt: skip
    return text[0].upper() + text[1:]


def sentences(given: Sequence[Said], ministry: Ministry, language: Language) -> str:
    """A paragraph in one language."""
    return ("" if language == "zh" else " ").join(worded(said, ministry, language) for said in given)
