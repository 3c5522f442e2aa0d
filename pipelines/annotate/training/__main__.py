"""``python -m pipelines.annotate.training``: train the filter, print figures on unseen pages, write weights and measured quality.

Both languages, some two minutes. Needs the labelled pages: a folder with the shared labels, and a home in which the corpus has been refreshed.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping
from pathlib import Path

from pipelines.annotate.linear import CONSTANT, FOLDER, Layer
from pipelines.annotate.training.decide import train_by_folds
from pipelines.annotate.training.labels import SHARED, fold_of, half_of, read_own, read_shared
from pipelines.annotate.training.layers import FOLDS, read_example
from pipelines.annotate.training.measure import figures, found_codes, labelled_codes, show
from pipelines.annotate.training.quality import LABELS, counts_by_code, write_quality
from pipelines.annotate.weighing import Filter
from pipelines.settings import Home

HOME_STATE = "CHN"


def main() -> None:
    """Train on all labels; the figures are of filters that were trained on other pages."""
    parser = argparse.ArgumentParser(description="Train the filter of accusations on labelled exchanges.")
    parser.add_argument("labels", type=Path, help="folder with en_exchanges.json, en_gold.jsonl and the Chinese ones")
    parser.add_argument("--home", type=Path, help="home in which the labelled pages have been refreshed: adds the project's own labels")
    parser.add_argument("--language", choices=["en", "zh"], help="only this one")
    parser.add_argument("--dry-run", action="store_true", help="print figures, write nothing")
    arguments = parser.parse_args()
    for language in [arguments.language] if arguments.language else ["en", "zh"]:
        _train(arguments.labels, Home(arguments.home) if arguments.home else None, language, is_dry=arguments.dry_run)


def _train(labels: Path, home: Home | None, language: str, *, is_dry: bool) -> None:
    labelled = read_shared(labels, language) + (read_own(home, language) if home else [])
    examples = [read_example(exchange, language, HOME_STATE) for exchange in labelled]
    print(f"{language}: {len(examples)} exchanges, {sum(len(e.labelled.accusations) for e in examples)} accusations", flush=True)
    by_fold, whole = train_by_folds(examples)
    filters = [Filter(models, language) for models in by_fold]
    pairs = {
        exchange.exchange_id: (
            labelled_codes(exchange),
            found_codes(exchange, language, HOME_STATE, filters[fold_of(exchange.page, FOLDS)]),
        )
        for exchange in labelled
    }
    for title, chosen in (
        ("shared labels, half A", [e for e in labelled if e.origin == SHARED and half_of(e.page) == "A"]),
        ("shared labels, half B", [e for e in labelled if e.origin == SHARED and half_of(e.page) == "B"]),
        ("shared labels", [e for e in labelled if e.origin == SHARED]),
        ("own labels", [e for e in labelled if e.origin != SHARED]),
        ("all", labelled),
    ):
        if chosen:
            print(show(f"{title} ({len(chosen)})", figures([pairs[e.exchange_id] for e in chosen])), flush=True)
    if not is_dry:
        path = FOLDER / f"weights_{language}.csv"
        print(write_layers(whole, path), "weights written to", path)
        write_quality(counts_by_code(list(pairs.values())), LABELS, language)


def write_layers(layers: Mapping[str, Layer], path: Path) -> int:
    """Write the layers as rows of layer, output, feature and weight; returns the number of rows."""
    rows = []
    for name, layer in sorted(layers.items()):
        rows += [(name, output, CONSTANT, value) for output, value in zip(layer.outputs, layer.constants, strict=True)]
        rows += [(name, layer.outputs[k], feature, w) for feature in sorted(layer.weights) for k, w in layer.weights[feature]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("layer", "output", "feature", "weight"), *((*row[:3], f"{row[3]:.3f}") for row in rows)])
    return len(rows)


if __name__ == "__main__":
    main()
