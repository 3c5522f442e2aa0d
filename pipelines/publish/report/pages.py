"""The pages of the report as HTML."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from pipelines.publish.links import anchor, source_link
from pipelines.publish.report import figures
from pipelines.publish.report.data import Record, quotes
from pipelines.publish.report.model import Cell, Edition, Figure, Quote, Section, Table, most_a_cell, percent, share
from pipelines.publish.report.svg import printable

QUOTE_BUDGET = {"years": 480, "responses": 400, "countries": 600, "types": 500, "outlets": 120, "speakers": 200}
"""Quotes that all editions together may show, by kind of page: some 900 bytes each, so that the report stays below 5 MB."""

LATEST, CHANGES, GAPS = 12, 20, 20
BRIEFING_BUDGET = 1500
"""Briefings that the pages of all years and editions together may list."""

CHART_FROM = 8
"""A country's page has a chart from so many accusations on; fewer are read faster in the table."""

CHARTED_COUNTRIES = 20
"""An edition draws charts for so many countries, those with most accusations: a chart takes as much room as ten quotes."""

CHANGED_CHARACTERS = 300

Found = Mapping[str, Mapping[str, tuple[int, list[Quote]]]]

_FOLDER = Path(__file__).parent / "templates"


def environment() -> jinja2.Environment:
    """The templates: everything that they are given is text and is escaped, but for pictures and finished parts (``Markup``)."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) or not isinstance(value, str) else Markup(escape(printable(value))),
    )
    made.filters["day"] = lambda value: f"{value.day} {value:%B %Y}" if isinstance(value, date) else "–"
    made.filters["percent"] = percent
    made.filters["picture"] = Markup
    made.globals["new_set"] = set
    return made


class Report:
    """All pages of a published file.

    Args:
        record: the published file.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._environment = environment()
        self._editions = record.editions()
        self._versions = record.versions()
        self._actors = record.actors()
        self._types = record.labels("accusation_types", "type_id")
        self._families = record.families()
        self._definitions = record.family_definitions()
        self._patterns = record.patterns()
        self._css = (_FOLDER / "report.css").read_text(encoding="utf-8")

    def pages(self) -> Iterator[tuple[str, str]]:
        """Every page: its path from the report's folder, and its HTML. The front page comes last."""
        yield "report.css", self._css
        for place, edition in reversed(list(enumerate(self._editions))):
            yield from self._edition_pages(edition, front_path=self._front_path(place))
        if not self._editions:
            yield "index.html", self._render("index.html", "index.html", None, title="Briefings", figures=[], facts=[])

    def _front_path(self, place: int) -> str:
        return "index.html" if place == 0 else f"{self._editions[place].slug}/index.html"

    def _render(self, template: str, path: str, edition: Edition | None, **values: Any) -> str:
        values = {"tables": [], "picture": None, "briefings": [], "n_briefings": 0, **values}
        return self._environment.get_template(template).render(
            edition=edition,
            editions=[(one, self._front_path(place)) for place, one in enumerate(self._editions)],
            front_path=self._front_path(self._editions.index(edition)) if edition else "index.html",
            versions=self._versions,
            css=Markup(self._css) if path.endswith("index.html") else None,
            path=path,
            rel=lambda target: relative(target, path),
            **values,
        )

    def _edition_pages(self, edition: Edition, front_path: str) -> Iterator[tuple[str, str]]:
        found = {kind: quotes(self._record, edition, kind, budget // len(self._editions)) for kind, budget in QUOTE_BUDGET.items()}
        anchors = set(self._anchors(edition, found))

        qualities = self._record.qualities(edition.language)

        def front(path: str) -> figures.Front:
            return figures.Front(
                self._record, edition, self._actors, self._types, self._families, self._definitions, self._patterns, qualities, anchors,
                lambda target: relative(target, path),
            )  # fmt: skip

        yield from self._years(edition, found)
        yield from self._countries(edition, found["countries"], front)
        yield from self._type_pages(edition, found["types"])
        yield from self._outlets(edition, found["outlets"])
        yield from self._speakers(edition, found["speakers"])
        shown = front(front_path)
        parts: list[Figure] = [
            figures.over_time(shown),
            figures.by_country(shown, "IN"),
            figures.by_country(shown, "OUT"),
            figures.matrix(shown),
            figures.responses(shown),
            figures.accusation_responses(shown),
            figures.outlets(shown),
            figures.speakers(shown),
            figures.coverage(shown),
        ]
        yield (
            front_path,
            self._render(
                "index.html",
                front_path,
                edition,
                title=f"What {edition.home}’s foreign ministry says",
                figures=parts,
                latest=self._latest(edition),
                changes=self._changes(edition),
                gaps=self._gaps(edition),
                gap_counts=self._gap_counts(edition),
                countries=[
                    (figures.capital(self._actors.get(code, code)), f"{edition.slug}/country-{code}.html")
                    for code in sorted(found["countries"], key=lambda code: (self._actors.get(code) or code).lower())
                ],
                types=[(self._types.get(code, code), f"{edition.slug}/type-{code}.html") for code in sorted(found["types"])],
                years=[(year, f"{edition.slug}/year-{year}.html") for year in self._held_years(edition)],
                left_out=self._record.left_out(),
            ),
        )

    def _anchors(self, edition: Edition, found: Mapping[str, Found]) -> Iterator[str]:
        folder = edition.slug
        for year in self._held_years(edition):
            yield f"{folder}/year-{year}.html#briefings"
        for kind, prefix in (("years", "year-"), ("responses", "year-"), ("countries", "country-"), ("types", "type-")):
            for page, cells in found[kind].items():
                yield f"{folder}/{prefix}{page}.html"
                yield from (f"{folder}/{prefix}{page}.html#{anchor(cell)}" for cell in cells)
        for cells in found["outlets"].values():
            yield from (f"{folder}/outlets.html#{anchor(cell)}" for cell in cells)
        for cells in found["speakers"].values():
            yield from (f"{folder}/speakers.html#{_speaker_anchor(cell)}" for cell in cells)

    def _held_years(self, edition: Edition) -> list[int]:
        rows = self._record.of(edition, "select distinct year from intermediate.int_documents where {scope} order by 1")
        return [row["year"] for row in rows]

    # --- pages of quotes ------------------------------------------------------------------------------------------------

    def _years(self, edition: Edition, found: Mapping[str, Found]) -> Iterator[tuple[str, str]]:
        names = {
            "in": f"{edition.home} is accused", "out": f"{edition.home} accuses", "third": "Others accuse others",
        }  # fmt: skip
        counts = self._record.ask("select count(*) as n from intermediate.int_documents group by source_id, language, year")
        limit = most_a_cell([row["n"] for row in counts], BRIEFING_BUDGET)
        for year in self._held_years(edition):
            path = f"{edition.slug}/year-{year}.html"
            where = f"year = {year} and {edition.condition}"
            accusations, answers = found["years"].get(str(year), {}), found["responses"].get(str(year), {})
            sections = [
                _section(cell, names[cell], accusations, f"accusations_by_country --where \"{where} and direction = '{cell.upper()}'\"")
                for cell in names
                if cell in accusations
            ]
            sections += [
                _section(
                    family,
                    f"Answers of the family “{label}”",
                    answers,
                    f"response_pattern_counts --where \"{where} and family = '{family}'\"",
                )
                for family, label in self._families.items()
                if family in answers
            ]
            rows = self._record.of(
                edition,
                f"""
                select briefing_date, title, url, coalesce(spokesperson, '') as speaker, n_exchanges, document_id from core.documents
                where {{scope}} and year(briefing_date) = {year} order by briefing_date desc, document_id
                """,
            )
            title = f"{year}, {edition.pages}"
            lead = f"{len(rows):,} briefings and remarks with {sum(row['n_exchanges'] or 0 for row in rows):,} exchanges are held here of {year}."
            yield path, self._render(
                "quotes.html", path, edition, title=title, lead=lead, sections=sections,
                briefings=[_briefing(row) for row in rows[:limit]], n_briefings=len(rows),
                briefings_command=f'briefings sql "from core.documents where year(briefing_date) = {year} and {edition.condition}"',
            )  # fmt: skip

    def _countries(self, edition: Edition, found: Found, front: Any) -> Iterator[tuple[str, str]]:
        state = edition.state or ""
        by_year = self._record.of(
            edition,
            """
            with accused as (
                select exchange_id, accuser, accused, direction from core.accusations where exchange_id is not null
            )
            select code, year, count(distinct exchange_id) filter (where direction = 'IN') as n_in,
                count(distinct exchange_id) filter (where direction = 'OUT') as n_out,
                count(*) filter (where direction = 'IN') as a_in, count(*) filter (where direction = 'OUT') as a_out
            from (
                select *, case direction when 'IN' then accuser else accused end as code
                from accused join intermediate.int_exchanges using (exchange_id) where {scope} and direction in ('IN', 'OUT')
            ) group by all order by all
            """,
        )
        totals = {
            row["year"]: row["n"]
            for row in self._record.of(
                edition, "select year, count(*) as n from intermediate.int_exchanges where {scope} group by 1 order by 1"
            )
        }
        by_type = self._record.of(
            edition,
            """
            select case direction when 'IN' then accuser else accused end as code, accusation_type as type,
                sum(n_accusations) filter (where direction = 'IN')::bigint as n_in,
                sum(n_accusations) filter (where direction = 'OUT')::bigint as n_out
            from marts.accusations_by_country where {scope} and direction in ('IN', 'OUT') group by all order by all
            """,
        )
        answered = self._record.of(
            edition,
            """
            with accused as (
                select distinct accuser as code, exchange_id from core.accusations join intermediate.int_exchanges using (exchange_id)
                where {scope} and direction = 'IN' and has_answer
            ),
            totals as (select code, count(*) as total from accused group by 1)
            select code, family, count(distinct exchange_id) as n, any_value(total) as total
            from accused join totals using (code) join intermediate.int_pattern_hits using (exchange_id) group by all order by all
            """,
        )
        overall = {
            row["family"]: row["n"] / edition.n_answers
            for row in self._record.of(
                edition,
                """
                select family, count(distinct exchange_id) as n
                from intermediate.int_pattern_hits join intermediate.int_exchanges using (exchange_id) where {scope} and has_answer group by 1
                """,
            )
        }
        n_of: dict[str, int] = {}
        for row in by_year:
            n_of[row["code"]] = n_of.get(row["code"], 0) + row["a_in"] + row["a_out"]
        charted = {code for code in sorted(n_of, key=lambda code: (-n_of[code], code))[:CHARTED_COUNTRIES] if n_of[code] >= CHART_FROM}
        for code, cells in sorted(found.items()):
            path = f"{edition.slug}/country-{code}.html"
            name = figures.capital(self._actors.get(code, code))
            sections = []
            for cell in sorted(cells, key=lambda pair: (pair != f"{code}-{state}", pair != f"{state}-{code}", pair)):
                accuser, _, accused = cell.partition("-")
                where = f"accuser = '{accuser}' and accused = '{accused}' and {edition.condition}"
                title = f"{figures.capital(self._actors.get(accuser, accuser))} accuses {self._actors.get(accused, accused)}"
                sections.append(_section(cell, title, cells, f'accusations_by_country --where "{where}"'))
            rows = {row["year"]: row for row in by_year if row["code"] == code}
            n_in, n_out = sum(row["a_in"] for row in rows.values()), sum(row["a_out"] for row in rows.values())
            picture = None
            here = front(path)
            if code in charted:
                chart_rows = [
                    {"year": year, "n": total, "n_in": rows[year]["n_in"] if year in rows else 0, "n_out": rows[year]["n_out"] if year in rows else 0}
                    for year, total in totals.items()
                ]  # fmt: skip
                picture = figures.country_over_time(
                    here, code, chart_rows, f"Line chart: accusations between {name} and {edition.home} by year"
                )
            tables = [
                Table(
                    "Exchanges by year",
                    ["Year", f"{name} accuses {edition.home}", f"{edition.home} accuses {name}", "All exchanges of the year"],
                    [
                        [
                            Cell(str(year), f"{edition.slug}/year-{year}.html"),
                            figures.number(row["n_in"], here.link(f"country-{code}", f"{code}-{state}")),
                            figures.number(row["n_out"], here.link(f"country-{code}", f"{state}-{code}")),
                            figures.number(totals[year]),
                        ]
                        for year, row in rows.items()
                    ],
                ),
                Table(
                    "Accusations by type",
                    ["Type", f"{name} accuses {edition.home}", f"{edition.home} accuses {name}"],
                    [
                        [
                            Cell(self._types.get(row["type"], row["type"])),
                            figures.number(row["n_in"] or 0),
                            figures.number(row["n_out"] or 0),
                        ]
                        for row in sorted(by_type, key=lambda row: (-(row["n_in"] or 0) - (row["n_out"] or 0), row["type"]))
                        if row["code"] == code
                    ],
                ),
                Table(
                    f"How {edition.home} answers: share of exchanges in which {name} is the accuser, by family of responses",
                    ["Family", "Exchanges", "Of", "Share", "Share of all answers"],
                    [
                        [
                            Cell(self._families.get(row["family"], row["family"])),
                            figures.number(row["n"]),
                            figures.number(row["total"]),
                            figures.percent_cell(share(row["n"], row["total"])),
                            figures.percent_cell(overall.get(row["family"])),
                        ]
                        for row in sorted(answered, key=lambda row: (-row["n"], row["family"]))
                        if row["code"] == code
                    ],
                ),
            ]
            lead = (
                f"{n_in:,} accusations by {self._actors.get(code, code)} against {edition.home}, {n_out:,} by {edition.home} against"
                f" {self._actors.get(code, code)}, in {edition.n_exchanges:,} exchanges of the {edition.pages}."
            )
            yield path, self._render(
                "quotes.html", path, edition, title=f"{name}, {edition.pages}", lead=lead, sections=sections,
                tables=[table for table in tables if table.rows], picture=picture, name=name,
                notes=[here.coverage, here.quality(("actors", "accuser, accused and direction"), ("actors_and_type", "with type"))],
            )  # fmt: skip

    def _type_pages(self, edition: Edition, found: Found) -> Iterator[tuple[str, str]]:
        for code, cells in sorted(found.items()):
            path = f"{edition.slug}/type-{code}.html"
            label = self._types.get(code, code)
            where = f"accusation_type = '{code}' and direction = 'IN' and {edition.condition}"
            sections = [
                _section(
                    pattern,
                    f"Answered with “{self._patterns.get(pattern, (pattern, ''))[0]}”",
                    cells,
                    f"accusation_responses --where \"{where} and pattern_id = '{pattern}'\"",
                )
                for pattern in sorted(cells, key=lambda pattern: (-cells[pattern][0], pattern))
            ]
            yield path, self._render(
                "quotes.html", path, edition, title=f"{label}: how accusations of {edition.home} are answered, {edition.pages}",
                lead="Answers in exchanges that hold an accusation of this type, by the response pattern that they show.",
                sections=sections,
            )  # fmt: skip

    def _outlets(self, edition: Edition, found: Found) -> Iterator[tuple[str, str]]:
        path = f"{edition.slug}/outlets.html"
        cells = found.get("", {})
        sections = [
            _section(
                group,
                f"Non-replies to {figures.OUTLET_GROUPS.get(group, group)}",
                cells,
                f"response_by_outlet_group --where \"outlet_group = '{group}' and primary_response = 'non_reply' and {edition.condition}\"",
            )
            for group in sorted(cells, key=lambda group: (-cells[group][0], group))
        ]
        yield path, self._render(
            "quotes.html", path, edition, title=f"Non-replies by group of outlets, {edition.pages}",
            lead="Answers whose main response is a non-reply, by the group of the outlet that asked.",
            sections=sections,
        )  # fmt: skip

    def _speakers(self, edition: Edition, found: Found) -> Iterator[tuple[str, str]]:
        path = f"{edition.slug}/speakers.html"
        names = {
            row["entity_id"]: row["name"]
            for row in self._record.ask("select entity_id, name from core.entities where kind = 'spokesperson' order by 1")
        }
        cells = found.get("", {})
        sections = []
        for cell in sorted(cells):
            speaker, _, style = cell.rpartition(" ")
            section = _section(
                cell,
                f"{names.get(speaker, speaker)}: {'no reply' if style == 'non_reply' else 'confrontational answers'}",
                cells,
                f"spokesperson_activity --where \"spokesperson_id = '{speaker}' and {edition.condition}\"",
            )
            sections.append(Section(_speaker_anchor(cell), section.title, section.n, section.quotes, section.command))
        yield path, self._render(
            "quotes.html", path, edition, title=f"Spokespersons’ answers, {edition.pages}",
            lead="Answers of each spokesperson that are no reply, and answers that are confrontational, newest first.",
            sections=sections,
        )  # fmt: skip

    # --- tables of the front page ---------------------------------------------------------------------------------------

    def _latest(self, edition: Edition) -> list[dict[str, Any]]:
        rows = self._record.of(
            edition,
            f"""
            select briefing_date, title, url, coalesce(spokesperson, '') as speaker, n_exchanges, document_id from core.documents
            where {{scope}} order by briefing_date desc, document_id limit {LATEST}
            """,
        )
        return [_briefing(row) for row in rows]

    def _changes(self, edition: Edition) -> list[dict[str, Any]]:
        rows = self._record.of(
            edition,
            f"""
            select briefing_date, title, page_change, turn_change, role, left(old_text, {CHANGED_CHARACTERS + 1}) as old_text,
                left(new_text, {CHANGED_CHARACTERS + 1}) as new_text, new_url, new_fetched_at, is_question_removed, document_id,
                count(*) over () as n
            from marts.page_changes where {{scope}}
            order by is_question_removed desc, briefing_date desc, document_id, version, change_index limit {CHANGES}
            """,
        )
        for row in rows:
            row["new_url"] = source_link(row["new_url"])
            row["old_text"], row["new_text"] = (_cut(row[name], CHANGED_CHARACTERS) for name in ("old_text", "new_text"))
        return rows

    def _gap_counts(self, edition: Edition) -> list[dict[str, Any]]:
        return self._record.ask(
            """
            select gap, count(*) as n, count(*) filter (where confidence >= 0.5) as n_sure, avg(confidence) as confidence
            from marts.language_gaps where ? in (en_source_id, zh_source_id) group by gap order by n_sure desc, gap
            """,
            [edition.source_id],
        )

    def _gaps(self, edition: Edition) -> list[dict[str, Any]]:
        rows = self._record.ask(
            f"""
            select gap_id, briefing_date, gap, detail, confidence, left(en_quote, {CHANGED_CHARACTERS + 1}) as en_quote,
                left(zh_quote, {CHANGED_CHARACTERS + 1}) as zh_quote, en_url, zh_url, en_exchange_id, zh_exchange_id
            from marts.language_gaps where ? in (en_source_id, zh_source_id) and confidence >= 0.5
            order by briefing_date desc, gap_id limit {GAPS}
            """,
            [edition.source_id],
        )
        for row in rows:
            row["anchor"] = anchor(row["gap_id"])
            for language, length in (("en", CHANGED_CHARACTERS), ("zh", CHANGED_CHARACTERS // 3)):
                quote = row[f"{language}_quote"]
                row[f"{language}_url"] = source_link(row[f"{language}_url"], quote[:60] if quote else None)
                row[f"{language}_quote"] = _cut(quote, length)
        return rows


def _cut(text: str | None, length: int) -> str | None:
    return text if text is None or len(text) <= length else text[:length].rstrip() + " …"


def _briefing(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "url": source_link(row["url"]), "anchor": anchor(row["document_id"])}


def _section(cell: str, title: str, cells: Mapping[str, tuple[int, list[Quote]]], command: str) -> Section:
    n, shown = cells[cell]
    return Section(anchor(cell), title, n, shown, f"briefings evidence {command}")


def _speaker_anchor(cell: str) -> str:
    speaker, _, style = cell.rpartition(" ")
    return figures.speaker_anchor(speaker, style)


def relative(target: str, page: str) -> str:
    """Address of a page of the report as seen from another; both are paths from the report's folder."""
    path, hash_mark, fragment = target.partition("#")
    if path == page:
        return f"#{fragment}" if hash_mark else posixpath.basename(page)
    return posixpath.relpath(path, posixpath.dirname(page) or ".") + hash_mark + fragment
