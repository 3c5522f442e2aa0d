"""The charts of one edition's front page: from the published file to figures with denominator, coverage, quality and a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.publish.report import charts
from pipelines.publish.report.data import CONFRONTATIONAL, TOP_PATTERNS, Record, years_between
from pipelines.publish.report.model import Cell, Edition, Figure, Quality, Table, percent, share
from pipelines.publish.report.svg import draw

TOP_ACTORS, TOP_SPEAKERS = 12, 16
NARROW_PATTERNS, NARROW_ACTORS = 5, 6
FEW_ACCUSATIONS = 10
"""How a type is answered is not coloured for fewer accusations."""

OUTLET_GROUPS = {
    "western_wire": "Western news agencies", "other_western": "Other Western media", "chinese_state": "Chinese state media",
    "hong_kong_macao_taiwan": "Hong Kong, Macao, Taiwan", "japanese": "Japanese media", "indian": "Indian media",
    "russian": "Russian media", "korean": "Korean media", "other_international": "Other media",
    "not_published": "Not published", "generic_label": "Page says only “journalist”", "no_label": "Page gives no label",
    "unknown_label": "Label not in the vocabulary",
}  # fmt: skip
"""Groups of the seed outlets, and the reasons of core.exchanges for having none, as people read them."""

_HEAT = [f"var(--heat{step})" for step in range(5)]
_HEAT_INK = ["var(--ink)", "var(--ink)", "var(--ink)", "var(--heat-ink)", "var(--heat-ink)"]
_LIFT = ["var(--none)", "var(--less1)", "var(--same)", "var(--more1)", "var(--more2)"]
_LIFT_INK = ["var(--muted)", "var(--ink)", "var(--ink)", "var(--ink)", "var(--heat-ink)"]


@dataclass(frozen=True)
class Front:
    """What the figures of a front page need: the record, whose pages, names, measured quality, and which anchors exist."""

    record: Record
    edition: Edition
    actors: Mapping[str, str]
    types: Mapping[str, str]
    families: Mapping[str, str]
    definitions: Mapping[str, str]
    patterns: Mapping[str, tuple[str, str]]
    qualities: Mapping[str, Quality]
    anchors: Collection[str]
    relative: Callable[[str], str]

    def link(self, page: str, anchor: str) -> str | None:
        """Path of a section of quotes from the report's folder; None where there are no quotes."""
        path = f"{self.edition.slug}/{page}.html#{anchor}"
        return path if path in self.anchors else None

    def points(self) -> charts.Points:
        """A collector for one chart."""
        return charts.Points(self.relative)

    def actor(self, code: str) -> str:
        """Name of an actor, for a sentence."""
        return self.actors.get(code, code)

    def label(self, code: str) -> str:
        """Name of an actor, to stand alone."""
        return capital(self.actor(code))

    @property
    def coverage(self) -> str:
        """How much of what was published is held here."""
        edition = self.edition
        if not edition.due:
            return "Coverage: not known, because no schedule of conferences is recorded for this source."
        return (
            f"Coverage: {edition.held or 0:,} of {edition.due:,} days on which a conference was due "
            f"from {edition.first.year} to {edition.last.year} are held here ({percent(share(edition.held or 0, edition.due))})."
        )

    def quality(self, *codes: tuple[str, str]) -> str:
        """Measured precision and recall of codes, each with what it is called in the sentence."""
        parts = []
        for code, name in codes:
            found = self.qualities.get(code, Quality(None, None))
            if found.precision is None and found.recall is None:
                parts.append(f"{name}: not measured")
            else:
                parts.append(
                    f"{name}: precision {percent(found.precision)} (so much of what is found is right),"
                    f" recall {percent(found.recall)} (so much of what is there is found)"
                    if not parts
                    else f"{name}: precision {percent(found.precision)}, recall {percent(found.recall)}"
                )
        whose = "" if self.edition.state == "CHN" else " of China’s ministry, as none of this source are"
        return f"Measured on labelled exchanges{whose}. {capital('; '.join(parts))}."


def outside(drawn: Sequence[int], years: Sequence[int], what: str) -> str:
    """A sentence on the years at both ends that a chart leaves out; empty where there are none."""
    before, after = [year for year in years if year < drawn[0]], [year for year in years if year > drawn[-1]]
    stretches = [f"before {drawn[0]}"] * bool(before) + [f"after {drawn[-1]}"] * bool(after)
    if not stretches:
        return ""
    return f" Years {' and '.join(stretches)} hold fewer than {charts.TOO_FEW} {what} each and are in the table only."


def number(value: int, href: str | None = None) -> Cell:
    """A count; a link only where there is something to see."""
    return Cell(f"{value:,}", href if value else None, is_number=True)


def percent_cell(value: float | None, href: str | None = None) -> Cell:
    """A share between 0 and 1."""
    return Cell(percent(value), href, is_number=True)


def _pictures(front: Front, label: str, specify: Callable[[charts.Points, bool], dict[str, Any]]) -> tuple[str, str]:
    drawn = []
    for is_wide in (True, False):
        points = front.points()
        drawn.append(draw(specify(points, is_wide), points.all, label=label, kind="wide" if is_wide else "narrow"))
    return drawn[0], drawn[1]


def over_time(front: Front) -> Figure:
    """Share of a year's exchanges that hold an accusation."""
    edition = front.edition
    rows = front.record.of(
        edition,
        """
        with accused as (
            select exchange_id, bool_or(direction = 'IN') as is_in, bool_or(direction = 'OUT') as is_out
            from core.accusations where exchange_id is not null group by exchange_id
        )
        select year, count(*) as n, count(*) filter (where is_in) as n_in, count(*) filter (where is_out) as n_out
        from intermediate.int_exchanges left join accused using (exchange_id) where {scope} group by year order by year
        """,
    )
    years = years_between(edition.first, edition.last)
    series = {f"{edition.home} is accused": ("n_in", "in", "var(--in)"), f"{edition.home} accuses": ("n_out", "out", "var(--out)")}

    def specify(points: charts.Points, is_wide: bool) -> dict[str, Any]:
        values = []
        for name, (column, anchor, _) in series.items():
            shares = [
                {
                    "year": row["year"],
                    "n": row["n"],
                    "share": share(row[column], row["n"]),
                    "point": points.add(
                        f"{row['year']}, {name}: {row[column]:,} of {row['n']:,} exchanges ({percent(share(row[column], row['n']))})",
                        front.link(f"year-{row['year']}", anchor),
                    ),
                }
                for row in rows
            ]
            values += [{**row, "series": name} for row in charts.with_runs(shares, charts.drawn_years(rows, years))]
        return charts.over_time(values, {name: colour for name, (_, _, colour) in series.items()}, is_wide=is_wide)

    solid = [row for row in rows if row["n"] >= charts.FEW]
    lead = f"No year has {charts.FEW} exchanges or more yet."
    if solid:
        last = solid[-1]
        lead = (
            f"In {last['year']}, the last year with {charts.FEW} exchanges or more here, {edition.home} was accused in"
            f" {percent(share(last['n_in'], last['n']))} of {last['n']:,} exchanges and accused others in"
            f" {percent(share(last['n_out'], last['n']))}."
        )
    table = Table(
        "Exchanges a year, and those with an accusation",
        ["Year", "Exchanges", f"{edition.home} is accused", f"{edition.home} accuses", "Share accused", "Share accusing"],
        [
            [
                Cell(str(row["year"]), f"{edition.slug}/year-{row['year']}.html"),
                number(row["n"]),
                *[number(row[column], front.link(f"year-{row['year']}", anchor)) for column, anchor, _ in series.values()],
                *[percent_cell(share(row[column], row["n"])) for column, _, _ in series.values()],
            ]
            if (row := {entry["year"]: entry for entry in rows}.get(year))
            else [Cell(str(year)), Cell("nothing held"), *[Cell("–", is_number=True)] * 4]
            for year in years
        ],
    )
    wide, narrow = _pictures(front, f"Line chart: share of exchanges with an accusation, {edition.pages}", specify)
    return Figure(
        "over-time",
        "Exchanges with an accusation, as a share of all exchanges of the year",
        lead,
        [
            f"Denominator: the {edition.n_exchanges:,} exchanges of the {edition.pages}, by year of the briefing."
            f" Hollow points rest on fewer than {charts.FEW} exchanges. Grey: of that year nothing, or fewer than {charts.least_drawn(rows)}"
            " exchanges, are held, so nothing is drawn." + outside(charts.drawn_years(rows, years), years, "exchanges"),
            front.coverage,
            front.quality(("IN", f"{edition.home} is accused"), ("OUT", f"{edition.home} accuses")),
        ],
        wide,
        narrow,
        table,
    )


def by_country(front: Front, direction: str) -> Figure:
    """Who accuses the state of the spokesperson (IN), or whom it accuses (OUT)."""
    edition, is_in = front.edition, direction == "IN"
    other = "accuser" if is_in else "accused"
    rows = front.record.of(
        edition,
        f"""
        select {other} as code, sum(n_accusations)::bigint as n, min(first_date) as first, max(last_date) as last
        from marts.accusations_by_country where {{scope}} and direction = '{direction}' group by 1 order by n desc, code
        """,
    )
    total = sum(row["n"] for row in rows)
    state = edition.state or ""

    def anchor(code: str) -> str:
        return f"{code}-{state}" if is_in else f"{state}-{code}"

    def specify(points: charts.Points, is_wide: bool) -> dict[str, Any]:
        values = [
            {
                "label": front.label(row["code"]),
                "value": row["n"],
                "text": f"{row['n']:,}",
                "point": points.add(
                    f"{front.label(row['code'])}: {row['n']:,} of {total:,} accusations ({percent(share(row['n'], total))})",
                    front.link(f"country-{row['code']}", anchor(row["code"])),
                ),
            }
            for row in rows[:TOP_ACTORS]
        ]
        return charts.bars(values, "var(--in)" if is_in else "var(--out)", is_wide=is_wide)

    title = f"Who accuses {edition.home}: accusations, by accuser" if is_in else f"Whom {edition.home} accuses: accusations, by accused"
    wide, narrow = _pictures(front, f"Bar chart: {title}", specify)
    lead = "None was found."
    if rows:
        first = rows[0]
        lead = f"Most frequent: {front.actor(first['code'])}, {percent(share(first['n'], total))} of them."
        if len(rows) > TOP_ACTORS:
            lead += f" Shown are the {TOP_ACTORS} with most; the table has all {len(rows)}."
    return Figure(
        "accusers" if is_in else "accused",
        title,
        lead,
        [
            f"Denominator: the {total:,} accusations found that {'are made against' if is_in else 'are made by'} {edition.home}."
            " The outlet that reports an accusation is never its accuser.",
            front.coverage,
            front.quality(("actors", "accuser, accused and direction")),
        ],
        wide,
        narrow,
        Table(
            title,
            ["Accuser" if is_in else "Accused", "Accusations", "Share", "First", "Last"],
            [
                [
                    Cell(front.label(row["code"]), f"{edition.slug}/country-{row['code']}.html"),
                    number(row["n"], front.link(f"country-{row['code']}", anchor(row["code"]))),
                    percent_cell(share(row["n"], total)),
                    Cell(str(row["first"])),
                    Cell(str(row["last"])),
                ]
                for row in rows
            ],
        ),
    )


def column_label(text: str) -> str:
    """A name above a column of a grid, where it stands slanted."""
    return charts.fitted(text, charts.COLUMN_LABEL_PIXELS)


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def matrix(front: Front) -> Figure:
    """Accusations by accuser and accused."""
    edition = front.edition
    rows = front.record.of(
        edition,
        """
        select accuser, accused, sum(n_accusations)::bigint as n from marts.accusations_by_country where {scope}
        group by accuser, accused order by n desc, accuser, accused
        """,
    )
    total = sum(row["n"] for row in rows)
    state = edition.state or ""

    def top(column: str, limit: int) -> list[str]:
        counts: dict[str, int] = {}
        for row in rows:
            counts[row[column]] = counts.get(row[column], 0) + row["n"]
        return sorted(counts, key=lambda code: (code != state, -counts[code], code))[:limit]

    def href(accuser: str, accused: str) -> str | None:
        page = accused if accuser == state else accuser
        return front.link(f"country-{page}", f"{accuser}-{accused}")

    counts = {(row["accuser"], row["accused"]): row["n"] for row in rows}

    def specify(points: charts.Points, is_wide: bool) -> dict[str, Any]:
        limit = TOP_ACTORS if is_wide else NARROW_ACTORS
        accusers, accused = top("accuser", limit), top("accused", limit)
        values = [
            {
                "row": charts.wrapped(front.label(first), is_wide=is_wide),
                "column": column_label(front.label(second)),
                "step": sum(n >= bound for bound in (5, 20, 50, 200)) if n else None,
                "text": f"{n:,}",
                "point": points.add(
                    f"{front.label(first)} accuses {front.actor(second)}: {n:,} {'accusation' if n == 1 else 'accusations'}",
                    href(first, second),
                ),
            }
            for first in accusers
            for second in accused
            if (n := counts.get((first, second), 0))
        ]
        return charts.cells(
            values,
            [column_label(front.label(code)) for code in accused],
            [charts.wrapped(front.label(code), is_wide=is_wide) for code in accusers],
            colours=_HEAT,
            inks=_HEAT_INK,
            column_pixels=44 if is_wide else 32,
            row_pixels=24 if is_wide else 30,
        )

    n_third = sum(row["n"] for row in rows if state not in (row["accuser"], row["accused"]))
    wide, narrow = _pictures(front, f"Grid: who accuses whom, {edition.pages}", specify)
    return Figure(
        "matrix",
        "Who accuses whom: accusations, accuser in the row, accused in the column",
        f"{percent(share(n_third, total))} of them are between others than {edition.home}. An empty cell means that none was found.",
        [
            f"Denominator: all {total:,} accusations found in the {edition.pages}. Darker means more, in steps from 1, 5, 20, 50 and 200.",
            front.coverage,
            front.quality(("actors", "accuser, accused and direction"), ("THIRD", "an accusation between others")),
        ],
        wide,
        narrow,
        Table(
            "Accuser, accused and number of accusations",
            ["Accuser", "Accused", "Accusations"],
            [
                [Cell(front.label(row["accuser"])), Cell(front.label(row["accused"])), number(row["n"], href(row["accuser"], row["accused"]))]
                for row in rows
            ],
        ),
    )  # fmt: skip


def responses(front: Front) -> Figure:
    """Families of response patterns over the years, as shares of answers."""
    edition = front.edition
    totals = {
        row["year"]: row["n"]
        for row in front.record.of(
            edition, "select year, count(*) as n from intermediate.int_exchanges where {scope} and has_answer group by year order by year"
        )
    }
    shown = front.record.of(
        edition,
        """
        select year, family, count(distinct exchange_id) as n
        from intermediate.int_pattern_hits join intermediate.int_exchanges using (exchange_id) where {scope} and has_answer
        group by all order by all
        """,
    )
    counts = {(row["family"], row["year"]): row["n"] for row in shown}
    years = years_between(edition.first, edition.last)
    all_n = {family: sum(counts.get((family, year), 0) for year in totals) for family in front.families}
    order = sorted(front.families, key=lambda family: (-all_n[family], family))

    def specify(points: charts.Points, is_wide: bool) -> dict[str, Any]:
        values = []
        for family in order:
            label = front.families[family]
            rows = [
                {
                    "year": year,
                    "n": total,
                    "share": share(counts.get((family, year), 0), total),
                    "point": points.add(
                        f"{label}, {year}: {counts.get((family, year), 0):,} of {total:,} answers"
                        f" ({percent(share(counts.get((family, year), 0), total))})",
                        front.link(f"year-{year}", family),
                    ),
                }
                for year, total in totals.items()
            ]
            values += [{**row, "series": label} for row in charts.with_runs(rows, charts.drawn_years(rows, years))]
        return charts.small_multiples(values, [front.families[family] for family in order], is_wide=is_wide)

    total = sum(totals.values())
    lead = "An answer may show several families, so the shares do not add up to 100%."
    if order and total:
        lead = f"{front.families[order[0]]} is most common: {percent(share(all_n[order[0]], total))} of all answers. {lead}"
    wide, narrow = _pictures(front, f"Nine line charts: families of responses over the years, {edition.pages}", specify)
    return Figure(
        "responses",
        "How questions are answered: share of the year’s answers that show a family of responses",
        lead,
        [
            f"Denominator: the {total:,} answers of the {edition.pages}, by year. Hollow points rest on fewer than {charts.FEW} answers."
            " Grey: of that year nothing, or fewer than"
            f" {charts.least_drawn([{'n': n} for n in totals.values()])} answers, are held."
            + outside(charts.drawn_years([{"year": year, "n": n} for year, n in totals.items()], years), years, "answers"),
            front.coverage,
            front.quality(("patterns", "all response patterns together")),
        ],
        wide,
        narrow,
        Table(
            "Share of answers by family and year",
            ["Family", *[str(year) for year in totals], "Precision", "Recall"],
            [
                [
                    Cell(f"{front.families[family]}: {front.definitions[family]}"),
                    *[
                        percent_cell(share(counts.get((family, year), 0), total), front.link(f"year-{year}", family))
                        for year, total in totals.items()
                    ],
                    percent_cell(front.qualities.get(family, Quality(None, None)).precision),
                    percent_cell(front.qualities.get(family, Quality(None, None)).recall),
                ]
                for family in order
            ],
        ),
        [_pattern_table(front, totals)],
    )


def _pattern_table(front: Front, totals: Mapping[int, int]) -> Table:
    rows = front.record.of(
        front.edition,
        "select year, pattern_id, sum(n_answers)::bigint as n from marts.response_pattern_counts where {scope} group by all order by all",
    )
    counts = {(row["pattern_id"], row["year"]): row["n"] for row in rows}
    return Table(
        "Share of answers by response pattern and year",
        ["Pattern", *[str(year) for year in totals], "Precision", "Recall"],
        [
            [
                Cell(f"{code} {label}"),
                *[percent_cell(share(counts.get((code, year), 0), total)) for year, total in totals.items()],
                percent_cell(front.qualities.get(code, Quality(None, None)).precision),
                percent_cell(front.qualities.get(code, Quality(None, None)).recall),
            ]
            for code, (label, _) in front.patterns.items()
        ],
    )


def accusation_responses(front: Front) -> Figure:
    """How each type of accusation against the state of the spokesperson is answered, with lift."""
    edition = front.edition
    rows = front.record.of(
        edition,
        """
        select accusation_type, pattern_id, n_accusations, n_with_pattern, share_with_pattern as part, lift,
            accusation_precision, pattern_precision
        from marts.accusation_responses where {scope} and direction = 'IN' order by accusation_type, pattern_id
        """,
    )
    by_cell = {(row["accusation_type"], row["pattern_id"]): row for row in rows}
    n_of = {row["accusation_type"]: row["n_accusations"] for row in rows}
    types = sorted(n_of, key=lambda code: (-n_of[code], code))
    with_pattern: dict[str, int] = {}
    for one in rows:
        with_pattern[one["pattern_id"]] = with_pattern.get(one["pattern_id"], 0) + one["n_with_pattern"]
    patterns = sorted((code for code, n in with_pattern.items() if n), key=lambda code: (-with_pattern[code], code))[:TOP_PATTERNS]
    names = {code: front.patterns.get(code, (code, ""))[0] for code in patterns}
    type_names = {code: front.types.get(code, code) for code in types}

    def row_label(kind: str, is_wide: bool) -> str:
        label = f"{type_names[kind]} ({n_of[kind]:,})" if is_wide else type_names[kind]
        return charts.wrapped(label, is_wide=is_wide, pixels=300)

    def step(row: Mapping[str, Any]) -> int:
        if row["n_accusations"] < FEW_ACCUSATIONS or row["lift"] is None:
            return 0
        return 1 if row["lift"] < 0.8 else 2 if row["lift"] < 1.25 else 3 if row["lift"] < 2.5 else 4

    def specify(points: charts.Points, is_wide: bool) -> dict[str, Any]:
        shown = patterns if is_wide else patterns[:NARROW_PATTERNS]
        values = [
            {
                "row": row_label(kind, is_wide),
                "column": column_label(names[pattern]),
                "step": step(row),
                "text": percent(row["part"]) if row["n_with_pattern"] else "",
                "point": points.add(
                    f"{type_names[kind]}, {names[pattern]}: {row['n_with_pattern']:,} of {row['n_accusations']:,} accusations"
                    f" ({percent(row['part'])})"
                    + (f", {row['lift']:.1f} times as often as in any answer" if row["lift"] is not None else ""),
                    front.link(f"type-{kind}", pattern),
                ),
            }
            for kind in types
            for pattern in shown
            if (row := by_cell.get((kind, pattern)))
        ]
        return charts.cells(
            values,
            [column_label(names[code]) for code in shown],
            [row_label(code, is_wide) for code in types],
            colours=_LIFT,
            inks=_LIFT_INK,
            column_pixels=44 if is_wide else 32,
            row_pixels=24 if is_wide else 32,
        )

    best = [one for one in rows if one["n_accusations"] >= 3 * FEW_ACCUSATIONS and one["lift"] and one["n_with_pattern"] >= FEW_ACCUSATIONS]
    lead = "There are too few accusations yet to compare."
    if best:
        typical = max(best, key=lambda one: (one["lift"], one["accusation_type"], one["pattern_id"]))
        label = front.patterns.get(typical["pattern_id"], (typical["pattern_id"], ""))[0]
        lead = (
            f"The answer most typical of one subject: “{label}” in {percent(typical['part'])} of the answers to accusations of the type"
            f" “{type_names[typical['accusation_type']]}”, {typical['lift']:.1f} times as often as in any answer."
        )
    total = sum(n_of.values())
    wide, narrow = _pictures(front, f"Grid: how each type of accusation is answered, {edition.pages}", specify)
    return Figure(
        "accusation-responses",
        f"How accusations against {edition.home} are answered: share of accusations whose answer shows a response pattern",
        lead,
        [
            f"Denominator: the accusations of each type in exchanges with an answer ({total:,} in all; in brackets, or in the table). Colour compares with"
            f" all answers: light blue less often, white as often, orange more often, dark orange over 2.5 times; grey: fewer than"
            f" {FEW_ACCUSATIONS} accusations.",
            front.coverage,
            front.quality(("actors_and_type", "actors and type of an accusation"), ("patterns", "all response patterns together")),
        ],
        wide,
        narrow,
        Table(
            "Types of accusation and response patterns, most frequent first",
            ["Type", "Accusations", "Precision of the type", "Pattern", "With the pattern", "Share", "Lift", "Precision of the pattern"],
            [
                [
                    Cell(type_names[kind], f"{edition.slug}/type-{kind}.html" if f"{edition.slug}/type-{kind}.html" in front.anchors else None),
                    number(row["n_accusations"]),
                    percent_cell(row["accusation_precision"]),
                    Cell(f"{pattern} {names[pattern]}"),
                    number(row["n_with_pattern"], front.link(f"type-{kind}", pattern)),
                    percent_cell(row["part"]),
                    Cell("–" if row["lift"] is None else f"{row['lift']:.2f}", is_number=True),
                    percent_cell(row["pattern_precision"]),
                ]
                for kind in types
                for pattern in patterns
                if (row := by_cell.get((kind, pattern)))
            ],
        ),
    )  # fmt: skip


def outlets(front: Front) -> Figure:
    """Share of non-replies by group of outlets."""
    edition = front.edition
    rows = front.record.of(
        edition,
        """
        select outlet_group as code, sum(n_answers)::bigint as n, sum(n_non_reply)::bigint as n_non, min(year) as first, max(year) as last
        from marts.outlet_activity where {scope} group by 1 having n > 0 order by n_non / n desc, code
        """,
    )

    def name(row: Mapping[str, Any]) -> str:
        code = str(row["code"])
        return OUTLET_GROUPS.get(code, code.replace("_", " "))

    def specify(points: charts.Points, is_wide: bool) -> dict[str, Any]:
        values = [
            {
                "label": name(row),
                "value": share(row["n_non"], row["n"]),
                "text": f"{percent(share(row['n_non'], row['n']))} of {row['n']:,}",
                "is_few": row["n"] < charts.FEW,
                "point": points.add(
                    f"{name(row)}: {row['n_non']:,} of {row['n']:,} answers are no reply ({percent(share(row['n_non'], row['n']))})",
                    front.link("outlets", row["code"]),
                ),
            }
            for row in rows
        ]
        return charts.bars(values, "var(--out)", form="share", is_wide=is_wide)

    total, n_non = sum(row["n"] for row in rows), sum(row["n_non"] for row in rows)
    wide, narrow = _pictures(front, f"Bar chart: share of answers that are no reply by group of outlets, {edition.pages}", specify)
    return Figure(
        "outlets",
        "Who gets no reply: share of answers that are a non-reply, by group of outlets that asked",
        f"Over all groups {percent(share(n_non, total))} of {total:,} answers are a non-reply: unaware, nothing to say, referred elsewhere.",
        [
            f"Denominator: answers to questions of the group (the number after “of”); pale bars rest on fewer than {charts.FEW}."
            + (
                " China’s ministry names outlets since 24 March 2020 only; questions before that day are a group of their own,"
                " “Not published”, and are not unknown."
                if edition.state == "CHN"
                else ""
            ),
            front.coverage,
            front.quality(("non_reply", "patterns of non-reply")),
        ],
        wide,
        narrow,
        Table(
            "Answers and non-replies by group of outlets",
            ["Group", "Answers", "Non-replies", "Share", "Years"],
            [
                [
                    Cell(name(row)),
                    number(row["n"]),
                    number(row["n_non"], front.link("outlets", row["code"])),
                    percent_cell(share(row["n_non"], row["n"])),
                    Cell(f"{row['first']}–{row['last']}" if row["first"] != row["last"] else str(row["first"])),
                ]
                for row in rows
            ],
        ),
    )


def speakers(front: Front) -> Figure:
    """Spokespersons and their styles."""
    edition = front.edition
    rows = front.record.of(
        edition,
        """
        select spokesperson_id as code, any_value(spokesperson) as name, sum(n_answers)::bigint as n, sum(n_non_reply)::bigint as n_non,
            sum(n_confrontational)::bigint as n_hard, min(first_date) as first, max(last_date) as last,
            sum(n_answers * mean_answer_characters) / nullif(sum(n_answers), 0) as characters
        from marts.spokesperson_activity where {scope} and spokesperson_id is not null group by 1 having n > 0 order by n desc, code
        """,
    )
    least = charts.FEW if any(row["n"] >= charts.FEW for row in rows) else 1
    chosen = [row for row in rows if row["n"] >= least][:TOP_SPEAKERS]
    series = {"No reply": ("n_non", "non_reply", "var(--out)"), "Confrontational": ("n_hard", "confrontational", "var(--in)")}

    def specify(points: charts.Points, is_wide: bool) -> dict[str, Any]:
        values = [
            {
                "label": f"{row['name']} ({row['n']:,})",
                "series": label,
                "share": share(row[column], row["n"]),
                "point": points.add(
                    f"{row['name']}, {label.lower()}: {row[column]:,} of {row['n']:,} answers ({percent(share(row[column], row['n']))})",
                    front.link("speakers", speaker_anchor(row["code"], anchor)),
                ),
            }
            for row in chosen
            for label, (column, anchor, _) in series.items()
        ]
        return charts.dots(
            values,
            {label: colour for label, (_, _, colour) in series.items()},
            [f"{row['name']} ({row['n']:,})" for row in chosen],
            is_wide=is_wide,
        )

    lead = f"No spokesperson has {charts.FEW} answers or more yet, so no style can be read from this."
    if least > 1:
        hard = max(chosen, key=lambda row: (row["n_hard"] / row["n"], row["code"]))
        lead = (
            f"Most confrontational here: {hard['name']}, {percent(share(hard['n_hard'], hard['n']))} of {hard['n']:,} answers. Subjects"
            " change with the years, so a difference between persons may be one between times."
        )
    wide, narrow = _pictures(front, f"Dot chart: styles of spokespersons, {edition.pages}", specify)
    return Figure(
        "speakers",
        "Spokespersons and their styles: share of a person’s answers that are confrontational, and that are no reply",
        lead,
        [
            "Denominator: answers of each person (in brackets). Confrontational: the answer’s main family is "
            f"{', '.join(front.families.get(family, family).lower() for family in CONFRONTATIONAL[:-1])} or"
            f" {front.families.get(CONFRONTATIONAL[-1], CONFRONTATIONAL[-1]).lower()}."
            f" Shown are persons with {least} answers or more, at most {TOP_SPEAKERS}.",
            front.coverage,
            front.quality(("patterns", "all response patterns together")),
        ],
        wide,
        narrow,
        Table(
            "Spokespersons",
            ["Spokesperson", "Answers", "No reply", "Share", "Confrontational", "Share", "Characters an answer", "First", "Last"],
            [
                [
                    Cell(row["name"] or "not known"),
                    number(row["n"]),
                    number(row["n_non"], front.link("speakers", speaker_anchor(row["code"], "non_reply"))),
                    percent_cell(share(row["n_non"], row["n"])),
                    number(row["n_hard"], front.link("speakers", speaker_anchor(row["code"], "confrontational"))),
                    percent_cell(share(row["n_hard"], row["n"])),
                    Cell(f"{row['characters']:,.0f}" if row["characters"] is not None else "–", is_number=True),
                    Cell(str(row["first"])),
                    Cell(str(row["last"])),
                ]
                for row in rows
            ],
        ),
    )


def speaker_anchor(spokesperson_id: str, style: str) -> str:
    """Anchor of a spokesperson's quotes of a style."""
    return f"{spokesperson_id.partition(':')[2] or spokesperson_id}-{style}"


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def coverage(front: Front) -> Figure:
    """What is held, by month, with its gaps."""
    edition = front.edition
    rows = front.record.of(
        edition,
        """
        select year, month(month)::bigint as month, n_briefings, n_briefing_days, n_expected_days as due, n_expected_days_held as held,
            share_of_expected_days as part, n_other_documents as n_other
        from marts.coverage where {scope} order by 1, 2
        """,
    )
    has_schedule = any(row["due"] is not None for row in rows)
    years = [str(year) for year in years_between(edition.first, edition.last)]

    def step(row: Mapping[str, Any]) -> int:
        if not row["n_briefings"] and not row["n_other"]:
            return 0
        if row["part"] is None:
            return 2
        return 1 + sum(float(row["part"]) >= bound for bound in (0.25, 0.5, 0.9))

    def say(row: Mapping[str, Any]) -> str:
        when = f"{_MONTHS[row['month'] - 1]} {row['year']}"
        due = f" of {row['due']} days on which one was due" if row["due"] is not None else " days"
        held = row["held"] if row["due"] is not None else row["n_briefing_days"]
        return f"{when}: conferences of {held}{due} are held here ({row['n_briefings']} pages)"

    def specify(points: charts.Points, is_wide: bool) -> dict[str, Any]:
        values = [
            {
                "row": str(row["year"]),
                "column": _MONTHS[row["month"] - 1] if is_wide else _MONTHS[row["month"] - 1][:1] + "\u200b" * row["month"],
                "step": step(row),
                "text": f"{row['n_briefings']:,}" if row["n_briefings"] else "",
                "point": points.add(say(row), front.link(f"year-{row['year']}", "briefings") if row["n_briefings"] else None),
            }
            for row in rows
            if str(row["year"]) in years
        ]
        columns = _MONTHS if is_wide else [name[:1] + "\u200b" * n for n, name in enumerate(_MONTHS, 1)]
        return charts.cells(
            values,
            columns,
            years,
            colours=["var(--gap)", *_HEAT[1:]],
            inks=_HEAT_INK,
            column_pixels=48 if is_wide else 25,
            row_pixels=21,
            label_angle=0,
        )

    empty = [year for year in years if not any(row["n_briefings"] or row["n_other"] for row in rows if str(row["year"]) == year)]
    lead = f"{front.coverage.removeprefix('Coverage: ').capitalize()}" if not has_schedule else front.coverage.removeprefix("Coverage: ")
    if empty:
        lead += f" Of {_listed(empty)} nothing is held."
    by_year: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_year.setdefault(row["year"], []).append(row)
    wide, narrow = _pictures(front, f"Grid of months and years: press conferences held here, {edition.pages}", specify)
    return Figure(
        "coverage",
        "What is held here: press conferences by month, coloured by share of the days on which one was due",
        lead,
        [
            "The number in a cell counts conferences. Darker means more complete: under 25%, under 50%, under 90%, and more of the days due."
            " Grey: nothing is held. Compare counts of years only with this beside them."
            if has_schedule
            else "The number in a cell counts conferences. No schedule is recorded, so it is not known how many were due. Grey: nothing is held."
        ],
        wide,
        narrow,
        Table(
            "Coverage by year",
            ["Year", "Conferences", "Days due", "Of these held", "Share", "Remarks and statements"],
            [
                [
                    Cell(str(year), f"{edition.slug}/year-{year}.html" if any(row["n_briefings"] for row in months) else None),
                    number(sum(row["n_briefings"] for row in months)),
                    Cell(f"{sum(row['due'] or 0 for row in months):,}" if has_schedule else "–", is_number=True),
                    Cell(f"{sum(row['held'] or 0 for row in months):,}" if has_schedule else "–", is_number=True),
                    percent_cell(share(sum(row["held"] or 0 for row in months), sum(row["due"] or 0 for row in months)) if has_schedule else None),
                    number(sum(row["n_other"] for row in months)),
                ]
                for year, months in by_year.items()
            ],
        ),
    )  # fmt: skip


def _listed(years: Sequence[str]) -> str:
    """Years as people list them: stretches joined by a dash."""
    runs: list[list[int]] = []
    for year in map(int, years):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    parts = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def country_over_time(front: Front, code: str, rows: Sequence[Mapping[str, Any]], label: str) -> str:
    """A small picture of the accusations of one country and against it, by year, for its page."""
    edition = front.edition
    years = years_between(edition.first, edition.last)

    def specify(points: charts.Points) -> dict[str, Any]:
        values = []
        for column, name, anchor in (
            ("n_in", "is_in", f"{code}-{edition.state}"),
            ("n_out", "is_out", f"{edition.state}-{code}"),
        ):
            shares = [
                {
                    "year": row["year"],
                    "n": row["n"],
                    "share": share(row[column], row["n"]),
                    "point": points.add(
                        f"{row['year']}: {row[column]:,} of {row['n']:,} exchanges ({percent(share(row[column], row['n']))})",
                        front.link(f"country-{code}", anchor),
                    ),
                }
                for row in rows
            ]
            values += [{**row, "series": name} for row in charts.with_runs(shares, charts.drawn_years(rows, years))]
        return charts.over_time(values, {"is_in": "var(--in)", "is_out": "var(--out)"}, is_wide=False)

    points = front.points()
    return draw(specify(points), points.all, label=label, kind="one")
