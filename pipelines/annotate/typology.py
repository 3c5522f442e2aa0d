"""Which type an accusation is of: subject words, frames, actors and words, weighed by the trained layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.annotate.frames import or_history, topic_counts
from pipelines.annotate.linear import Layer
from pipelines.annotate.reading import Reading

SENTENCE, EXCHANGE = "s:", "e:"

_SUBJECT_VALUE = 3.0
"""Subject words say more than any other word: this large, they are held back less by the penalty on weights."""


def type_features(
    pair: tuple[str, str, str],
    reading: Reading,
    of_sentence: set[str],
    words: set[str],
    texts: tuple[str, str],
    language: str,
) -> dict[str, float]:
    """What speaks for the type of an accusation.

    Args:
        pair: accuser, accused, direction.
        reading: the sentence that makes it.
        of_sentence: features of the sentence.
        words: of the exchange (``exchange_words``).
        texts: all questions, all answers of the exchange.
        language: of the exchange.
    """
    return {f"{EXCHANGE}{word}": 1.0 for word in words} | _own_features(pair, reading, of_sentence, texts, language)


def _own_features(
    pair: tuple[str, str, str], reading: Reading, of_sentence: set[str], texts: tuple[str, str], language: str
) -> dict[str, float]:
    accuser, accused, direction = pair
    found = {f"{SENTENCE}{feature}": 1.0 for feature in of_sentence}
    found |= {f"direction={direction}": 1.0, f"accuser={accuser}": 1.0, f"accused={accused}": 1.0}
    kind = "wrong" if direction == "OUT" else "claim"
    for match in reading.frames:
        if match.frame.kind == kind and match.frame.accusation_type:
            found[f"{match.frame.accusation_type}:frame"] = 1.0
    for name, text in zip(("sentence", "questions", "answers"), (reading.words, *texts), strict=True):
        counts = topic_counts(text, language)
        for type_id, n in counts.items():
            found[f"{type_id}:{name}:has"] = 1.0
            found[f"{type_id}:{name}:share"] = _SUBJECT_VALUE * n / sum(counts.values())
            found[f"{type_id}:{name}:most"] = float(n == max(counts.values()))
    return found


def exchange_words(features: Sequence[set[str]]) -> set[str]:
    """The words of all sentences, without what says something about actors and frames."""
    return {word for of_sentence in features for word in of_sentence if word[0] not in "@#"}


class Typology:
    """The layer that chooses a type, taken apart so that the words of an exchange are weighed once."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.of_exchange = layer.only(frozenset(layer.outputs), EXCHANGE)


class Typist:
    """Chooses the types of an exchange's accusations."""

    def __init__(self, typology: Typology, features: Sequence[set[str]], texts: tuple[str, str], language: str) -> None:
        self._typology = typology
        self._features = features
        self._texts = texts
        self._language = language
        self._scores: list[float] | None = None

    def choose(self, pair: tuple[str, str, str], reading: Reading, of_sentence: set[str]) -> str:
        """The most likely type of the accusation that a sentence makes."""
        layer = self._typology.layer
        if self._scores is None:
            self._scores = self._typology.of_exchange.score(exchange_words(self._features))
        own: Mapping[str, float] = _own_features(pair, reading, of_sentence, self._texts, self._language)
        scores = layer.add_values(list(self._scores), own)
        best = layer.outputs[max(range(len(scores)), key=scores.__getitem__)]
        return or_history(best, reading.words, self._language)
