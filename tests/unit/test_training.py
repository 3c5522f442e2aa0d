"""Training: what is fitted, how labels are read, and how quality is counted."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from pipelines import lake
from pipelines.annotate.training import labels as labels_module
from pipelines.annotate.training import quality as quality_module
from pipelines.annotate.training.fit import fit_choice, fit_outputs
from pipelines.annotate.training.labels import fold_of, half_of, read_own, without_label
from pipelines.annotate.training.measure import codes_of, figures
from pipelines.annotate.training.quality import Counts, counts_by_code, write_quality
from pipelines.contracts.lake import Exchanges
from pipelines.identifiers import digest
from pipelines.settings import Home


def test_outputs_follow_what_tells_the_cases_apart() -> None:
    rows = [{"smear", "ferry"}, {"smear"}, {"visit", "ferry"}, {"visit"}] * 5
    layer = fit_outputs(
        rows,
        {"charge": ["smear" in row for row in rows], "call": ["visit" in row for row in rows]},
        strength=1.0,
        least=5,
        least_weight=0.01,
    )
    scores = dict(zip(layer.outputs, layer.score(["smear"]), strict=True))
    assert scores["charge"] > 0 > scores["call"]
    assert abs(layer.score(["ferry"])[0]) < abs(layer.score(["smear"])[0])


def test_cases_without_importance_teach_nothing() -> None:
    rows = [{"smear"}, {"visit"}] * 5 + [{"visit"}] * 20
    wanted = [True, False] * 5 + [True] * 20
    layer = fit_outputs(rows, {"charge": wanted}, strength=1.0, least=1, least_weight=0.0, importance={"charge": [1.0] * 10 + [0.0] * 20})
    assert layer.score(["visit"])[0] < 0 < layer.score(["smear"])[0]


def test_rare_features_and_small_weights_are_left_out() -> None:
    rows = [{"smear", "once"}, *[{"smear"}] * 5, *[{"visit"}] * 5]
    layer = fit_outputs(rows, {"charge": ["smear" in row for row in rows]}, strength=1.0, least=2, least_weight=0.01)
    assert set(layer.weights) == {"smear", "visit"}


def test_a_choice_takes_values_into_account() -> None:
    rows = [{"A01:share": 0.9, "A02:share": 0.1}, {"A01:share": 0.1, "A02:share": 0.9}, {"A03:share": 1.0}] * 6
    layer = fit_choice(rows, ["A01", "A02", "A03"] * 6, strength=10.0, least=1, least_weight=0.0)
    scores = layer.add_values(list(layer.constants), {"A01:share": 0.8, "A02:share": 0.2})
    assert layer.outputs[scores.index(max(scores))] == "A01"


def test_pages_keep_their_half_and_fold() -> None:
    pages = [f"page-{n}" for n in range(200)]
    assert {half_of(page) for page in pages} == {"A", "B"}
    assert {fold_of(page, 4) for page in pages} == {0, 1, 2, 3}
    assert [half_of(page) for page in pages] == [half_of(page) for page in pages]


@pytest.mark.parametrize(
    ("text", "rest"), [("Q: Why?", "Why?"), ("Arendelle Times: Why?", "Why?"), ("问：为何？", "为何？"), ("Why?", "Why?")]
)
def test_labels_of_speakers_are_cut_off(text: str, rest: str) -> None:
    assert without_label(text) == rest


def test_own_labels_point_into_the_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that are no longer where they were, and pages that the home does not hold, are left out."""
    question, answer = "Q: Velland says Meridia hacked its port.", "A: We oppose the smear. It is groundless."
    home = Home(tmp_path / "home")
    row = dict.fromkeys(Exchanges.column_names()) | {"exchange_id": "x1", "question_text": question, "answer_text": answer}
    lake.write_frame(pl.DataFrame([row]), lake.table_path(home.lake, "exchanges", "2019-03"))

    def label(exchange_id: str, code: str, words: str, side: str, accuser: str = "", accused: str = "") -> list[object]:
        text = question if side == "question" else answer
        start = text.find(words)
        return [exchange_id, "t1", code, accuser, accused, "reported" if accuser else "", side, start, start + len(words), digest(words, 8)]

    rows = [
        label("x1", "R09", "oppose", "answer"),
        [*label("x1", "R11", "groundless", "answer")[:-1], "00000000"],
        label("x1", "A01", "hacked its port", "question", "XVL", "XMD"),
        ["x2", "t2", "", "", "", "", "", "", "", ""],
    ]
    monkeypatch.setattr(labels_module, "FOLDER", tmp_path)
    with (tmp_path / "labels_en.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["exchange_id", "page", "code", "accuser", "accused", "modality", "side", "start_char", "end_char", "words"], *rows]
        )
    (exchange,) = read_own(home, "en", "XMD")
    assert (exchange.question, exchange.answer) == (question[3:], answer[3:])
    assert exchange.patterns == {"R09": "oppose"}
    (accusation,) = exchange.accusations
    assert (accusation.accuser, accusation.accused, accusation.direction, accusation.quote) == ("XVL", "XMD", "IN", "hacked its port")


def test_figures_and_counts_by_code() -> None:
    wanted = codes_of({"R09", "R12"}, [("USA", "CHN", "IN", "A01"), ("CHN", "USA", "OUT", "A03")])
    found = codes_of({"R09"}, [("USA", "CHN", "IN", "A02")])
    of = figures([(wanted, found)])
    assert of["patterns"] == pytest.approx(2 / 3)
    assert of["actors"] == pytest.approx(2 / 3)
    assert of["with_type"] == 0
    counts = counts_by_code([(wanted, found)])
    assert counts["R09"] == Counts(1, 1, 1)
    assert counts["R12"] == Counts(1, 0, 0)
    assert counts["A02"] == Counts(0, 1, 0)
    assert counts["OUT"] == Counts(1, 0, 0)
    assert counts["actors"] == Counts(2, 1, 1)
    assert counts["actors_and_type"] == Counts(2, 1, 0)


def test_quality_replaces_its_own_rows_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "codebook_quality.csv"
    path.write_text("basis,language,code,n_labelled,n_found,n_right\nlabels,en,R01,1,1,1\nlabels,zh,R01,5,4,3\nreading,en,R01,,30,29\n")
    monkeypatch.setattr(quality_module, "PATH", path)
    write_quality({"R02": Counts(9, 8, 7)}, "labels", "en")
    assert path.read_text().splitlines()[1:] == ["labels,en,R02,9,8,7", "labels,zh,R01,5,4,3", "reading,en,R01,,30,29"]
