"""Which type an accusation is of: subject words and frames with weights that all types share, and words with weights by type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.annotate.frames import or_history, topic_counts
from pipelines.annotate.linear import Layer
from pipelines.annotate.reading import Reading

TYPES = tuple(f"A{n:02d}" for n in range(17))
SENTENCE, EXCHANGE = "s:", "e:"


def topic_features(direction: str, reading: Reading, texts: tuple[str, str], language: str) -> dict[str, dict[str, float]]:
    """What speaks for each type: its share of the subject words in the sentence, the questions and the answers, and a frame of the type.

    Args:
        direction: of the accusation.
        reading: the sentence that makes it.
        texts: all questions, all answers of the exchange.
        language: of the exchange.
    """
    kind = "wrong" if direction == "OUT" else "claim"
    framed = {match.frame.accusation_type for match in reading.frames if match.frame.kind == kind}
    found: dict[str, dict[str, float]] = {type_id: {} for type_id in TYPES}
    for name, text in zip(("sentence", "questions", "answers"), (reading.words, *texts), strict=True):
        counts = topic_counts(text, language)
        for type_id, n in counts.items():
            found[type_id][f"{name}:has"] = 1.0
            found[type_id][f"{name}:share"] = n / sum(counts.values())
            found[type_id][f"{name}:most"] = float(n == max(counts.values()))
    for type_id in found.keys() & framed:
        found[type_id]["frame_asked" if "questions:has" in found[type_id] else "frame"] = 1.0
    return found


def exchange_words(features: Sequence[set[str]]) -> set[str]:
    """The words of all sentences, without what says something about actors and frames."""
    return {word for of_sentence in features for word in of_sentence if word[0] not in "@#"}


def word_features(direction: str, of_sentence: set[str], words: set[str]) -> set[str]:
    """Words and frames of the sentence, words of the exchange."""
    return {f"{SENTENCE}{f}" for f in of_sentence} | {f"{EXCHANGE}{w}" for w in words} | {f"direction={direction}"}


class Typology:
    """The layers that choose a type, taken apart so that the words of an exchange are weighed once."""

    def __init__(self, topic_layer: Layer, word_layer: Layer) -> None:
        everything = frozenset(word_layer.outputs)
        self.topic = topic_layer
        self.words = word_layer
        self.of_sentence = word_layer.only(everything, SENTENCE)
        self.of_exchange = word_layer.only(everything, EXCHANGE)


class Typist:
    """Chooses the types of an exchange's accusations."""

    def __init__(self, typology: Typology, features: Sequence[set[str]], texts: tuple[str, str], language: str) -> None:
        self._typology = typology
        self._features = features
        self._texts = texts
        self._language = language
        self._scores: list[float] | None = None

    def choose(self, direction: str, reading: Reading, of_sentence: set[str]) -> str:
        """The most likely type of the accusation that a sentence makes."""
        layers = self._typology
        if self._scores is None:
            self._scores = layers.of_exchange.score(exchange_words(self._features))
        scores = layers.words.add(layers.of_sentence.add(list(self._scores), of_sentence), (f"direction={direction}",))
        by_words: Mapping[str, float] = dict(zip(layers.words.outputs, scores, strict=True))
        of_types = topic_features(direction, reading, self._texts, self._language)
        best = max(TYPES, key=lambda t: layers.topic.score_values(of_types[t]) + by_words.get(t, 0.0))
        return or_history(best, reading.words, self._language)
