"""The vocabularies of places, bodies and persons, and the table that is made of them."""

from __future__ import annotations

import re

import polars as pl
import pytest

from pipelines.contracts.lake import Entities, Mentions
from pipelines.normalise.entities import entities_table
from pipelines.vocabularies import vocabulary

ISO_3166_1 = (
    "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA "
    "CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA "
    "FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY "
    "JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ "
    "MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS "
    "RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV "
    "TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE"
).split()


def mention(entity_id: str, surface: str, n: int) -> dict[str, object]:
    return {
        "mention_id": f"{entity_id}-{surface}-{n}", "turn_id": "t", "document_id": "d", "entity_id": entity_id, "surface": surface,
        "start_char": 0, "end_char": len(surface), "rule": "office_holder",
    }  # fmt: skip


def table(*rows: dict[str, object]) -> pl.DataFrame:
    return entities_table(pl.DataFrame(list(rows), schema=pl.Schema(Mentions)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def entities() -> pl.DataFrame:
    return table()


def test_every_country_of_iso_3166_has_a_place(entities: pl.DataFrame) -> None:
    assert len(ISO_3166_1) == 249
    assert {f"place:{code}" for code in ISO_3166_1} <= set(entities["entity_id"])
    own = entities.filter(pl.col("entity_id").is_in([f"place:{code}" for code in ISO_3166_1]))
    assert own.filter(pl.col("entity_id") != "place:" + pl.col("iso3")).is_empty()
    assert own.filter(pl.col("name_zh").is_null()).is_empty()


def test_every_iso3_is_a_code() -> None:
    invented = {"XMD", "XVL", "XSR"}
    for seed in ("places", "persons"):
        assert set(vocabulary(seed)["iso3"].drop_nulls()) <= {*ISO_3166_1, *invented}
    for claimants in vocabulary("places")["claimants"].drop_nulls():
        assert set(claimants.split("|")) <= set(ISO_3166_1)


def test_disputed_places_name_claimants_instead_of_a_state() -> None:
    disputed = vocabulary("places").filter(place_status="disputed")
    assert disputed.filter(pl.col("claimants").is_null()).is_empty()
    assert set(disputed["iso3"].drop_nulls()) == {"ESH"}  # a code of its own


@pytest.mark.parametrize(
    ("entity_id", "iso3", "status"),
    [
        ("place:USA", "USA", "sovereign"), ("place:TWN", "TWN", "region"), ("place:HKG", "HKG", "SAR"), ("place:MAC", "MAC", "SAR"),
        ("place:CHN-XJ", "CHN", "region"), ("place:CHN-XZ", "CHN", "region"), ("place:PSE-GZ", "PSE", "region"), ("place:ZANGNAN", None, "disputed"),
        ("place:SOUTH-CHINA-SEA", None, "sea"), ("place:AFRICA", None, "macroregion"), ("place:GRL", "GRL", "territory"), ("body:EU", None, "bloc"),
        ("body:WHO", None, None), ("outlet:reuters", "GBR", None), ("spokesperson:hua-chunying", "CHN", None), ("spokesperson:ada-quill", "XMD", None),
        ("person:xi-jinping", "CHN", None),
    ],
)  # fmt: skip
def test_state_and_status(entities: pl.DataFrame, entity_id: str, iso3: str | None, status: str | None) -> None:
    row = entities.row(by_predicate=pl.col("entity_id") == entity_id, named=True)
    assert (row["iso3"], row["place_status"]) == (iso3, status)


def test_the_table_keeps_its_contract(entities: pl.DataFrame) -> None:
    Entities.validate(entities)
    assert entities["entity_id"].is_sorted()
    seeds = [vocabulary(name)["entity_id"] for name in ("places", "bodies", "outlets", "spokespersons", "persons")]
    assert set(entities["entity_id"]) == set(pl.concat(seeds))


def test_a_person_found_by_rule_is_read_from_the_words() -> None:
    rows = table(
        mention("person:ada-orwick", "Kenyan Foreign Minister Ada Orwick", 1),
        mention("person:ada-orwick", "Kenyan Foreign Minister Ada Orwick", 2),
        mention("person:ada-orwick", "Trade Minister Ada Orwick", 3),
        mention("person:奥维克", "肯尼亚外长奥维克", 4),
        mention("person:xi-jinping", "Chinese President Xi Jinping", 5),
    )
    Entities.validate(rows)
    person = rows.row(by_predicate=pl.col("entity_id") == "person:ada-orwick", named=True)
    assert (person["kind"], person["name"], person["iso3"], person["office"]) == ("person", "Ada Orwick", "KEN", "Foreign Minister")
    chinese = rows.row(by_predicate=pl.col("entity_id") == "person:奥维克", named=True)
    assert (chinese["name"], chinese["name_zh"], chinese["iso3"], chinese["office"]) == ("奥维克", "奥维克", "KEN", "Foreign Minister")
    assert rows.filter(pl.col("entity_id") == "person:xi-jinping").height == 1


# --- the seeds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["places", "bodies", "persons"])
def test_ids_are_unique_and_have_names(seed: str) -> None:
    frame = vocabulary(seed)
    assert frame["entity_id"].is_unique().all()
    assert frame["name"].null_count() == 0
    assert frame["source"].null_count() == 0


def test_wikidata_items_are_not_used_twice() -> None:
    items = pl.concat([vocabulary("places")["wikidata_id"], vocabulary("bodies")["wikidata_id"]]).drop_nulls()
    assert items.is_unique().all()
    assert items.str.contains(r"^Q\d+$").all()


def test_every_name_leads_to_an_entity() -> None:
    known = set(pl.concat([vocabulary("places")["entity_id"], vocabulary("bodies")["entity_id"]]))
    named = {part for cell in vocabulary("entity_names")["entity_id"].drop_nulls() for part in cell.split("|")}
    short = {part for cell in vocabulary("short_forms")["entity_ids"] for part in cell.split("|")}
    assert named <= known
    assert short <= known
    assert known <= named, "an entity without a name cannot be found"


def test_a_name_without_conditions_means_one_thing() -> None:
    plain = vocabulary("entity_names").filter(pl.col("only_before").is_null() & pl.col("only_after").is_null())
    assert plain.group_by("language", "surface", "source_id").len().filter(pl.col("len") > 1).is_empty()


def test_every_expression_compiles_and_has_no_group() -> None:
    for seed in ("entity_names", "short_forms"):
        frame = vocabulary(seed)
        for column in ("not_before", "not_after", "only_before", "only_after", "before", "after"):
            for expression in frame[column].drop_nulls() if column in frame.columns else ():
                assert re.compile(expression).groups == 0, expression


def test_rules_are_known() -> None:
    rules = set(vocabulary("entity_names")["rule"])
    mentions = {"name", "alias", "abbreviation", "adjective", "demonym", "capital", "seat_of_power", "side", "short_form", "ambiguous"}
    look_alikes = {"outlet_name", "other_name", "currency", "label_only"}
    assert rules <= mentions | look_alikes
    unnamed = vocabulary("entity_names").filter(pl.col("entity_id").is_null())
    assert set(unnamed["rule"]) == look_alikes


def test_persons_and_spokespersons_are_different_people() -> None:
    assert not set(vocabulary("persons")["name"]) & set(vocabulary("spokespersons")["name"])
    assert not set(vocabulary("persons")["zh_name"].drop_nulls()) & set(vocabulary("spokespersons")["zh_name"])
