"""Which words are mentions: names, look-alikes, short forms, persons. All sentences are invented."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.lake import Mentions
from pipelines.normalise.mentions import Reader, mentions_table


def mentions(text: str, language: str = "en", *, source_id: str = "mfa", year: int | None = 2019) -> list[tuple[str, str, str]]:
    """(words, entity, rule) of every mention in a text of its own."""
    return [(text[m.start : m.end], m.entity_id, m.rule) for m in Reader(language, source_id, year).mentions(text)]


def places(text: str, language: str = "en", **given: str) -> list[tuple[str, str]]:
    return [(words, entity.removeprefix("place:")) for words, entity, _ in mentions(text, language, **given) if entity.startswith("place:")]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The ferry tax of the US hurts us more than you.", [("US", "USA")]),
        ("The U.S. and the USA are one; U.S.-led talks went on.", [("U.S.", "USA"), ("USA", "USA"), ("U.S.", "USA")]),
        ("It cost US$ 40, or forty US dollars.", []),
        ("Both the ROK and the DPRK sent a lighthouse keeper.", [("ROK", "KOR"), ("DPRK", "PRK")]),
        ("Tides on the Korean Peninsula and a Korean singer.", [("Korean Peninsula", "KOREAN-PENINSULA"), ("Korean", "KOR")]),
        ("A guest of the Workers' Party of Korea came.", [("Korea", "PRK")]),
        ("Türkiye, once written Turkey, ships Turkish tea.", [("Türkiye", "TUR"), ("Turkey", "TUR"), ("Turkish", "TUR")]),
        ("Sailors of Niger, of Nigeria, Nigerien and Nigerian.", [("Niger", "NER"), ("Nigeria", "NGA"), ("Nigerien", "NER"), ("Nigerian", "NGA")]),
        ("Guinea, Guinea-Bissau, Equatorial Guinea, Papua New Guinea.", [("Guinea", "GIN"), ("Guinea-Bissau", "GNB"), ("Equatorial Guinea", "GNQ"), ("Papua New Guinea", "PNG")]),
        ("The Dominican Republic is not Dominica.", [("Dominican Republic", "DOM"), ("Dominica", "DMA")]),
        ("South Sudan borders Sudan.", [("South Sudan", "SSD"), ("Sudan", "SDN")]),
        ("American Samoa and Samoa trade fish.", [("American Samoa", "ASM"), ("Samoa", "WSM")]),
        ("Northern Ireland and Ireland share a lough.", [("Northern Ireland", "GBR-NIR"), ("Ireland", "IRL")]),
        ("The Democratic Republic of the Congo lies across from the Republic of the Congo.", [("Democratic Republic of the Congo", "COD"), ("Republic of the Congo", "COG")]),
        ("Indonesian rice, Romanian wool, Somali incense.", [("Indonesian", "IDN"), ("Romanian", "ROU"), ("Somali", "SOM")]),
        ("The Chinese side met the Japanese side.", [("Chinese", "CHN"), ("Japanese", "JPN")]),
        ("A Sino-Indian choir and an anti-China leaflet.", [("Sino", "CHN"), ("Indian", "IND"), ("China", "CHN")]),
        ("Hong Kong, Macao, Taiwan, Xizang, Tibetan, Xinjiang.", [("Hong Kong", "HKG"), ("Macao", "MAC"), ("Taiwan", "TWN"), ("Xizang", "CHN-XZ"), ("Tibetan", "CHN-XZ"), ("Xinjiang", "CHN-XJ")]),
        ("Zangnan is called Arunachal Pradesh by others.", [("Zangnan", "ZANGNAN"), ("Arunachal Pradesh", "ZANGNAN")]),
        ("Diaoyu Dao, Ren'ai Jiao and Huangyan Dao.", [("Diaoyu Dao", "DIAOYU-DAO"), ("Ren'ai Jiao", "RENAI-JIAO"), ("Huangyan Dao", "HUANGYAN-DAO")]),
        ("The team of Chinese Taipei won.", [("Chinese Taipei", "TWN")]),
        ("The Latin American choir and the Indian Ocean swimmers.", [("Latin American", "LATIN-AMERICA"), ("Indian Ocean", "INDIAN-OCEAN")]),
        ("An African American baker.", [("American", "USA")]),
    ],
)  # fmt: skip
def test_places_in_english(text: str, wanted: list[tuple[str, str]]) -> None:
    assert places(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "According to the Washington Post, the New York Times and China Daily, the boat sank.",
        "The Paris Agreement, the Geneva Convention, the Vienna Convention and the Rome Statute.",
        "The talks in Washington, a flight to Tokyo and a walk around London.",
        "The Beijing Olympics, Beijing time and the Hanoi summit.",
        "Michael Jordan, Jim Jordan and Chad Wolf went fishing.",
        "The Georgia Department of Health and Georgia Tech.",
        "He answered in Chinese.",
        "New Mexico, New Jersey and New England sent postcards across the Gulf of Mexico.",
        "Israel Katz paid.",
        "The polish on the swiss-type lathe is indiana-grade, jordan almonds included.",
    ],
)
def test_look_alikes_are_no_places(text: str) -> None:
    assert places(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Georgia and Jordan opened a ferry line.", [("Georgia", "GEO"), ("Jordan", "JOR")]),
        ("Chad President Amadou Tal spoke.", [("Chad", "TCD")]),
        ("Washington said that the dams are safe.", [("Washington", "USA")]),
        ("Ties between Moscow and Ankara grew.", [("Moscow", "RUS"), ("Ankara", "TUR")]),
        ("Beijing's reply came late; pressure on Seoul rose.", [("Beijing", "CHN"), ("Seoul", "KOR")]),
        (
            "The White House, the Kremlin and Downing Street kept silent.",
            [("White House", "USA"), ("Kremlin", "RUS"), ("Downing Street", "GBR")],
        ),
    ],
)
def test_capitals_and_namesakes_that_stand_for_states(text: str, wanted: list[tuple[str, str]]) -> None:
    assert places(text) == wanted


def test_the_rule_is_told() -> None:
    rules = {
        words: rule
        for words, _, rule in mentions(
            "The US side, Moscow says, likes French and Swedes; the Kremlin and the ROK nod to Britain, not to Spain."
        )
    }
    assert rules == {
        "US": "side", "Moscow": "capital", "French": "adjective", "Swedes": "demonym", "Kremlin": "seat_of_power",
        "ROK": "abbreviation", "Britain": "alias", "Spain": "name",
    }  # fmt: skip


def test_congo_is_the_one_named_before() -> None:
    reader = Reader("en", "mfa", 2019)
    reader.mentions("The Republic of the Congo sent divers.")
    assert [m.entity_id for m in reader.mentions("The Congolese divers found a bell.")] == ["place:COG"]
    assert [entity for _, entity in places("Congolese divers found a bell.")] == ["COD"]


def test_bodies_and_outlets() -> None:
    found = [
        (words, entity)
        for words, entity, _ in mentions(
            "The UN Security Council, the EU, the European Parliament, Brussels' envoys: so wrote Reuters, who asked the WHO."
        )
    ]
    assert found == [
        ("UN Security Council", "body:UNSC"), ("EU", "body:EU"), ("European Parliament", "body:EU"), ("Brussels", "body:EU"),
        ("Reuters", "outlet:reuters"), ("WHO", "body:WHO"),
    ]  # fmt: skip


def test_a_state_is_not_named_by_an_outlet_or_body() -> None:
    text = "The South China Morning Post and the African Union, the Australian side and The Australian newspaper."
    assert [(words, entity) for words, entity, _ in mentions(text)] == [
        ("South China Morning Post", "outlet:scmp"), ("African Union", "body:AU"), ("Australian", "place:AUS"),
        ("The Australian", "outlet:the-australian"),
    ]  # fmt: skip


def test_labels_that_are_words_are_no_outlets() -> None:
    assert mentions("The Sky was clear, the AIR was cold, and a Phoenix rose.") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("美方、中方和日方都来了。", [("美方", "USA"), ("中方", "CHN"), ("日方", "JPN")]),
        ("中美灯塔、美中渔船、中日韩合唱团。", [("中", "CHN"), ("美", "USA"), ("美", "USA"), ("中", "CHN"), ("中", "CHN"), ("日", "JPN"), ("韩", "KOR")]),
        ("会谈中美方和其中美国两家公司都很完美。", [("美方", "USA"), ("美国", "USA")]),
        ("发展中国家用美元和日元买盐。", []),
        ("中美元首谈到台独、涉疆、涉藏、涉港和售台的船。", [("中", "CHN"), ("美", "USA"), ("台", "TWN"), ("疆", "CHN-XJ"), ("藏", "CHN-XZ"), ("港", "HKG"), ("台", "TWN")]),
        ("印太不是印度，印度洋也不是，印尼更不是。", [("印太", "INDO-PACIFIC"), ("印度", "IND"), ("印度洋", "INDIAN-OCEAN"), ("印尼", "IDN")]),
        ("他在华访日期间谈俄乌与巴以渔场。", [("华", "CHN"), ("日", "JPN"), ("俄", "RUS"), ("乌", "UKR"), ("巴", "PSE"), ("以", "ISR")]),
        ("今日方才到，昨日中午走，日前休假，日程已满。", []),
        ("沿海地区和海地的渔民。", [("海地", "HTI")]),
        ("朝鲜半岛、半岛与半岛电视台。", [("朝鲜半岛", "KOREAN-PENINSULA"), ("半岛", "KOREAN-PENINSULA")]),
        ("尼日尔、尼日利亚、几内亚比绍、巴布亚新几内亚。", [("尼日尔", "NER"), ("尼日利亚", "NGA"), ("几内亚比绍", "GNB"), ("巴布亚新几内亚", "PNG")]),
        ("港澳同胞与中澳关系。", [("港", "HKG"), ("澳", "MAC"), ("中", "CHN"), ("澳", "AUS")]),
        ("白宫、中华台北、钓鱼岛。", [("白宫", "USA"), ("中华台北", "TWN"), ("钓鱼岛", "DIAOYU-DAO")]),
        ("欧洲人学英文，在北京和华盛顿开店。", [("欧洲", "EUROPE")]),
    ],
)  # fmt: skip
def test_places_in_chinese(text: str, wanted: list[tuple[str, str]]) -> None:
    assert places(text, "zh") == wanted


@pytest.mark.parametrize(("name", "code"), [("巴基斯坦", "PAK"), ("巴西", "BRA"), ("巴勒斯坦", "PSE"), ("巴拿马", "PAN")])
def test_a_short_form_is_the_country_named_before(name: str, code: str) -> None:
    reader = Reader("zh", "mfa", 2019)
    reader.mentions(f"{name}渔民来了。")
    assert [m.entity_id for m in reader.mentions("巴方也来了，中巴关系好。")] == [f"place:{code}", "place:CHN", f"place:{code}"]


def test_an_ordinary_word_is_a_short_form_only_after_the_name() -> None:
    assert places("新方案和新政府都好，中新渔场也好。", "zh") == []
    assert places("新加坡渔民说，新方同意，中新渔场也好，新方案更好。", "zh") == [
        ("新加坡", "SGP"),
        ("新方", "SGP"),
        ("中", "CHN"),
        ("新", "SGP"),
    ]


def test_english_names_in_chinese() -> None:
    assert [(words, entity) for words, entity, _ in mentions("CNN和WTO都在G20峰会上。", "zh")] == [
        ("CNN", "outlet:cnn"),
        ("WTO", "body:WTO"),
        ("G20", "body:G20"),
    ]


def test_a_person_with_an_office_keeps_the_place() -> None:
    text = "US Vice President Mike Pence and Foreign Minister Wang Yi rowed; Pence won, and Wang Yi laughed."
    assert mentions(text) == [
        ("US Vice President Mike Pence", "person:mike-pence", "office_holder"),
        ("US", "place:USA", "abbreviation"),
        ("Foreign Minister Wang Yi", "person:wang-yi", "office_holder"),
        ("Pence", "person:mike-pence", "surname"),
        ("Wang Yi", "person:wang-yi", "name"),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Kenyan Foreign Minister Ada Orwick waved.", ("Kenyan Foreign Minister Ada Orwick", "person:ada-orwick")),
        (
            "Minister of Foreign Affairs of the Republic of Kenya Ada Orwick waved.",
            ("Minister of Foreign Affairs of the Republic of Kenya Ada Orwick", "person:ada-orwick"),
        ),
        ("Foreign Minister Ada Orwick of Kenya waved.", ("Foreign Minister Ada Orwick of Kenya", "person:ada-orwick")),
        ("Minister for Trade and Tourism Ada Orwick waved.", ("Minister for Trade and Tourism Ada Orwick", "person:ada-orwick")),
        ("UN Secretary-General António Guterres waved.", ("UN Secretary-General António Guterres", "person:antonio-guterres")),
    ],
)
def test_an_office_makes_a_person(text: str, wanted: tuple[str, str]) -> None:
    people = [(words, entity) for words, entity, _ in mentions(text) if entity.startswith("person:")]
    assert people == [wanted]


def test_a_surname_needs_an_introduction() -> None:
    assert mentions("Orwick waved.") == []
    reader = Reader("en", "mfa", 2019)
    reader.mentions("Foreign Minister Ada Orwick waved.")
    assert [(m.entity_id, m.rule) for m in reader.mentions("Orwick waved again; so did Mary Orwick and Orwick Castle.")] == [
        ("person:ada-orwick", "surname")
    ]


def test_an_office_with_a_surname_is_its_holder_at_the_time() -> None:
    assert [entity for _, entity, _ in mentions("President Trump waved.", year=2019)] == ["person:donald-trump"]
    assert [entity for _, entity, _ in mentions("Premier Li waved.", year=2019)] == ["person:li-keqiang"]
    assert [entity for _, entity, _ in mentions("Premier Li waved.", year=2025)] == ["person:li-qiang"]
    assert mentions("Minister Quandary waved.") == []


def test_an_office_before_an_institution_makes_no_person() -> None:
    assert [
        e for _, e, _ in mentions("The President of the Foreign Trade Chamber and Secretary Office Hours.") if e.startswith("person")
    ] == []


def test_persons_in_chinese() -> None:
    found = [
        (words, entity)
        for words, entity, _ in mentions("美国国务卿蓬佩奥和王毅国务委员下棋，肯尼亚外长奥维克表示祝贺。", "zh")
        if entity.startswith("person")
    ]
    assert found == [("美国国务卿蓬佩奥", "person:mike-pompeo"), ("王毅国务委员", "person:wang-yi"), ("肯尼亚外长奥维克", "person:奥维克")]
    assert [e for _, e, _ in mentions("哈马斯和罗斯福都不是人。", "zh") if e.startswith("person")] == []


def test_spokespersons() -> None:
    assert [(e, r) for _, e, r in mentions("Foreign Ministry Spokesperson Hua Chunying opened; Hua Chunying closed.")] == [
        ("spokesperson:hua-chunying", "office_holder"),
        ("spokesperson:hua-chunying", "name"),
    ]


def test_invented_states_exist_in_the_sample_only() -> None:
    assert places("Meridian boats left Velland.", source_id="sample") == [("Meridian", "XMD"), ("Velland", "XVL")]
    assert places("Meridian boats left Velland.") == []
    assert places("里方和美方都来了。", "zh", source_id="sample") == [("里方", "XMD"), ("美方", "USA")]


WORDS = st.lists(
    st.sampled_from(
        "China US us the Chinese side President Foreign Minister Xi Jinping Pence Wang of and Korea Congo in Beijing said Reuters EU ’s . , ( ) 中 美 方 国 巴 以 俄 日 总统 外长 普京 王毅 \n".split(
            " "
        )
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(words=WORDS, language=st.sampled_from(["en", "zh"]))
def test_offsets_hold_and_a_kind_never_overlaps_itself(words: list[str], language: str) -> None:
    text = (" " if language == "en" else "").join(words)
    found = Reader(language, "mfa", 2019).mentions(text)
    assert found == sorted(found, key=lambda m: (m.start, -m.end))
    for kinds in ({"place", "body", "outlet"}, {"person", "spokesperson"}):
        spans = [(m.start, m.end) for m in found if m.kind in kinds]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_the_table_keeps_its_contract() -> None:
    turns = pl.DataFrame(
        {
            "turn_id": ["b2", "b1", "a1"],
            "document_id": ["b", "b", "a"],
            "turn_index": [1, 0, 0],
            "text": ["巴方同意。", "巴西渔民来了。", "US Vice President Mike Pence rowed."],
        }
    )
    documents = pl.DataFrame(
        {
            "document_id": ["a", "b"],
            "language": ["en", "zh"],
            "source_id": ["mfa-en", "mfa-zh"],
            "briefing_date": [date(2019, 3, 4), date(2019, 3, 5)],
        }
    )
    table = mentions_table(turns, documents)
    Mentions.validate(table)
    assert table.select("turn_id", "entity_id").rows() == [
        ("a1", "person:mike-pence"),
        ("a1", "place:USA"),
        ("b1", "place:BRA"),
        ("b2", "place:BRA"),
    ]
    held = table.join(turns, on="turn_id").select(
        pl.col("text").str.slice("start_char", pl.col("end_char") - pl.col("start_char")) == pl.col("surface")
    )
    assert held.to_series().all()
    assert mentions_table(turns.reverse(), documents).equals(table)
    Mentions.validate(mentions_table(turns.clear(), documents))
