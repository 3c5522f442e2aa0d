"""Entities: every place, body, outlet, spokesperson and person of the vocabularies, and the persons that a rule found."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import polars as pl

from pipelines.contracts.lake import Entities
from pipelines.normalise.mention_persons import slug
from pipelines.normalise.mentions import Reader
from pipelines.vocabularies import vocabulary

ANY_SOURCE = "sample"
"""The lexicon of this source has the names of every other source, too."""

_HAN = re.compile(r"[一-鿿]")


def entities_table(mentions: pl.DataFrame) -> pl.DataFrame:
    """The whole vocabulary, and the persons of ``mentions`` that it does not hold.

    Args:
        mentions: rows of contract Mentions.

    Returns:
        Rows of contract Entities, sorted by id. A person found by rule has the name, country and office that its
        mentions give most often.
    """
    known = pl.concat([_places(), _bodies(), _outlets(), _spokespersons(), _persons()])
    found = _found_persons(mentions.filter((pl.col("rule") == "office_holder") & ~pl.col("entity_id").is_in(known["entity_id"].implode())))
    return pl.concat([known, found]).sort("entity_id")


def _columns(frame: pl.DataFrame, kind: str, **given: pl.Expr | None) -> pl.DataFrame:
    """A seed's rows in the contract's columns; a column that is not given and not in the seed is null."""
    nothing = pl.lit(None, pl.String)
    have = {"kind": pl.lit(kind), **{name: expression for name, expression in given.items() if expression is not None}}
    return frame.select(**{name: have.get(name, pl.col(name) if name in frame.columns else nothing) for name in Entities.column_names()})


def _places() -> pl.DataFrame:
    return _columns(vocabulary("places"), "place", name_zh=pl.col("zh_name"))


def _bodies() -> pl.DataFrame:
    return _columns(vocabulary("bodies"), "body", name_zh=pl.col("zh_name"))


def _outlets() -> pl.DataFrame:
    return _columns(vocabulary("outlets"), "outlet", name_zh=pl.col("zh_labels").str.split("|").list.first())


def _spokespersons() -> pl.DataFrame:
    states = {row["source_id"].split("-")[0]: row["state_iso3"] for row in vocabulary("sources").iter_rows(named=True)}
    people = vocabulary("spokespersons").unique("entity_id", keep="first", maintain_order=True)
    state = pl.col("source_id").replace_strict(states, default=None, return_dtype=pl.String)
    return _columns(people, "spokesperson", name_zh=pl.col("zh_name"), iso3=state)


def _persons() -> pl.DataFrame:
    return _columns(vocabulary("persons"), "person", name_zh=pl.col("zh_name"), office=pl.col("office").str.split("|").list.first())


def _found_persons(mentions: pl.DataFrame) -> pl.DataFrame:
    """Read name, country and office again from the words of each mention: they hold all three."""
    facts: dict[str, tuple[Counter[str], Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter(), Counter()))
    iso3_of = dict(vocabulary("places").select("entity_id", "iso3").iter_rows())
    for entity_id, surface, n in mentions.group_by("entity_id", "surface").len().sort("entity_id", "surface").iter_rows():
        names, countries, offices = facts[entity_id]
        name, office, place_id = _facts_zh(entity_id, surface) if _HAN.search(surface) else _facts_en(entity_id, surface)
        names[name] += n
        if office:
            offices[office] += n
        if iso3 := iso3_of.get(place_id or ""):
            countries[iso3] += n
    rows = [
        (entity_id, "person", _most(names), _most(names) if _HAN.search(entity_id) else None, _most(countries), None, None, _most(offices))
        for entity_id, (names, countries, offices) in sorted(facts.items())
    ]
    return pl.DataFrame(rows, schema=pl.Schema(Entities), orient="row")  # type: ignore[arg-type]


def _facts_en(entity_id: str, surface: str) -> tuple[str, str | None, str | None]:
    """Name, office and country of a person in the words of a mention."""
    for holder in Reader("en", ANY_SOURCE, None).office_holders(surface):
        if f"person:{slug(holder.name)}" == entity_id:
            return holder.name, holder.office, holder.place_id
    return entity_id.removeprefix("person:"), None, None


def _facts_zh(entity_id: str, surface: str) -> tuple[str, str | None, str | None]:
    """The same for Chinese, where the id holds the name, and the words before it are country and office."""
    names = Reader("zh", ANY_SOURCE, None).names(surface)[0]
    offices = [item.entity_id for item in names if item.kind == "office"]
    place_id = next((item.entity_id for item in names if item.kind in ("place", "body")), None)
    return entity_id.removeprefix("person:"), " and ".join(dict.fromkeys(offices)) or None, place_id


def _most(counts: Counter[str]) -> str | None:
    """The most frequent value, the first by alphabet among equals; None when there is none."""
    return min(counts, key=lambda value: (-counts[value], value)) if counts else None
