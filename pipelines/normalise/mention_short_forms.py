"""Chinese short forms: 美方, 中美, 访华, 涉台, 俄乌冲突.

One character stands for a country only in a compound: with 方 ("side"), beside the short form of another country, behind
a verb or preposition, or before an organ ("美军"). Several countries share a character (巴 is Pakistan, Palestine or
Brazil), so that it stands for the one named in full nearest before it; characters that are ordinary words (新, 马, 意)
count only where such a name is found. Which characters, and for whom, is data: ``dbt/seeds/short_forms.csv``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from pipelines.vocabularies import vocabulary

_SIDE = re.compile(r"方(?![案式面便略程块形舟济])")
_NOT_BEFORE_PAIR = re.compile(r"[会话谈程年月论报告书文言函电]$")
_SEPARATOR = re.compile(r"[、—–－·-]{0,2}")
_BEFORE = re.compile(r"(?:[对访赴驻在涉返抵援输旅留窜亲反来与同向])$")
"""What stands before a single short form: 对美, 访韩, 驻俄. A form may have its own list in the seed."""
_WEAK_BEFORE = re.compile(r"[访驻赴援对在涉]$")
_ORGANS = (
    "军|媒|企|舰|机构|籍|政府|总统|前总统|副总统|国会|外长|外交|国务|防长|财长|贸易代表|领导人|议员|议会|众议|参议|驻|官员|高官|情报|警方|警察|司法部|商务部|财政部|国防|国土|国家|内阁|首相|"
    "总理|外相|防务|海军|空军|海警|政客|政界|国内|内政|常驻|双方|两国|方面|侨|人员|民众|公民|渔船|使馆|大使|领馆|执政党|当局|最高法院|央行|联邦|核(?!心)|新政府|此举|境内|全国|北部|南部|西方"
)
_AFTER = re.compile(f"(?:{_ORGANS})")
_PLAIN = frozenset("美俄韩朝菲澳印伊乌巴英缅")
"""Characters that begin few other words: they may also act ("敦促美…", "美将…") and have people and things ("美企业")."""
_PLAIN_BEFORE = re.compile(r"(?:[促望求吁助从由自使被为着止害制裁]|敦促|允许|确保|威胁|报告称|表示|认为|指出|宣布|强调|警告|其中)$")
_PLAIN_AFTER = re.compile(
    r"利益|现行|经济|社会|必须|可能|需要|奉行|当政|行政当局|农民|农产品|技术|半导体|企业|公司|航空|航司|疾控|太平洋|海岸|大选|选举|特种部队|统一部|记者|代表团|分析|专家|学者|科学家|"
    r"最高|新一届|对外|主权|自身|愿|无意|单方面|根据|人民|东部|西部|债务|各方|各族|各界|各地|商业|军事|科技|产品|商品|在[华台港韩日俄欧]"
)
_SUBJECT_BEFORE = re.compile(r"(?:^|[，。；：？！“”（\s]|如果|但|若|因)$")
_SUBJECT_AFTER = re.compile(r"[将对称应须就已在也拟正曾同与向从仍还不再提宣拒并]")
"""美将于明日…, 澳称…: a short form that begins a sentence and acts."""
_WEAK_AFTER = re.compile(r"政府|总统|外长|国内|内政|人民|方面|各方|问题(?!上)|局势|危机|大选|当局")
_RELATIONS = re.compile(
    r"(?:双方|两国|双边|两军|两党|关系|之间|友好|合作|建交|经贸|贸易|边境|边界|友谊|元首|领导人|外长|外交|全面|战略|高级|冲突|战争|人民|人文|联合|协定|协议|谈判|对话|会晤|总理|高层|财政|双向|间的)"
)
_MACAO = re.compile(r"(?:港|港、|香港、|香港和)$")


class Form(NamedTuple):
    """A short form: the entities that it may stand for, the likeliest first."""

    form: str
    entity_ids: tuple[str, ...]
    is_strong: bool
    not_before: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    before: re.Pattern[str]
    after: re.Pattern[str]


class Pending(NamedTuple):
    """A short form in a text, not yet tied to an entity.

    Attributes:
        run: number of the run of adjacent short forms that it belongs to (中日韩); unique in the text.
        stands_alone: whether it counts without the other forms of its run.
        is_paired: whether it stands behind 中 and before a word of relations (中肯两国), which only a country does.
    """

    start: int
    end: int
    form: Form
    rule: str
    run: int
    stands_alone: bool
    is_paired: bool = False


@cache
def _forms() -> dict[str, tuple[Form, ...]]:
    """First character -> forms, longest first."""
    table: dict[str, list[Form]] = defaultdict(list)
    for row in vocabulary("short_forms").iter_rows(named=True):
        form = Form(
            row["form"],
            tuple(row["entity_ids"].split("|")),
            row["is_strong"] == "true",
            re.compile(f"(?:{row['not_before']})$") if row["not_before"] else None,
            re.compile(f"(?:{row['not_after']})") if row["not_after"] else None,
            re.compile(f"(?:{row['before']})$") if row["before"] else _BEFORE if row["is_strong"] == "true" else _WEAK_BEFORE,
            re.compile(row["after"]) if row["after"] else _AFTER if row["is_strong"] == "true" else _WEAK_AFTER,
        )
        table[form.form[0]].append(form)
    return {first: tuple(sorted(forms, key=lambda f: -len(f.form))) for first, forms in table.items()}


def _form_at(text: str, start: int, *, checks_before: bool = True) -> Form | None:
    for form in _forms().get(text[start : start + 1], ()):
        end = start + len(form.form)
        if not text.startswith(form.form, start) or (form.not_after and form.not_after.match(text, end)):
            continue
        if checks_before and form.not_before and form.not_before.search(text[max(0, start - 6) : start]):
            continue
        return form
    return None


@dataclass
class ShortForms:
    """Collects the short forms of one text while the lexicon scans it."""

    pending: list[Pending]
    n_runs: int = 0

    def __call__(self, text: str, start: int) -> int:
        """Take the short forms that begin at a position; returns where they end, or the position when there are none."""
        run: list[tuple[int, Form]] = []
        position = start
        while form := _form_at(text, position, checks_before=not run):
            end = position + len(form.form)
            if run and _SIDE.match(text, end):
                break  # 会谈中美方…: the side is another word
            run.append((position, form))
            gap = _SEPARATOR.match(text, end)
            position = gap.end() if gap else end
            if _SIDE.match(text, end):
                break
        if not run:
            return start
        first, last = run[0][1], run[-1][1]
        end = run[-1][0] + len(last.form)
        before = text[max(0, start - 4) : start]
        self.n_runs += 1
        if len(run) > 1:
            if first.form == "中" and not _RELATIONS.match(text, end) and _NOT_BEFORE_PAIR.search(before):
                return start  # 会谈中日…, 5年中美…
            has_relation = bool(_RELATIONS.match(text, end))
            previous = ""
            for at, form in run:
                stop = at + len(form.form)
                is_paired = has_relation and previous == "中" and form.form != "文"  # 中文 is a language
                self.pending.append(Pending(at, stop, form, "short_form", self.n_runs, _is_compound(form, text, at, stop), is_paired))
                previous = form.form
            return end
        if _SIDE.match(text, end):
            self.pending.append(Pending(start, end + 1, first, "side", self.n_runs, stands_alone=True))
            return end + 1
        if _is_compound(first, text, start, end):
            self.pending.append(Pending(start, end, first, "short_form", self.n_runs, stands_alone=True))
            return end
        return start


def _is_compound(form: Form, text: str, start: int, end: int) -> bool:
    return bool(form.after.match(text, end) or form.before.search(text[max(0, start - 4) : start])) or _acts(form, text, start, end)


def _acts(form: Form, text: str, start: int, end: int) -> bool:
    if form.form not in _PLAIN:
        return False
    before = text[max(0, start - 4) : start]
    if _PLAIN_BEFORE.search(before) or _PLAIN_AFTER.match(text, end):
        return True
    return bool(_SUBJECT_AFTER.match(text, end) and _SUBJECT_BEFORE.search(before))


def resolve(text: str, pending: list[Pending], named: dict[str, list[int]], earlier: dict[str, int]) -> list[tuple[Pending, str]]:
    """Tie short forms to entities.

    Args:
        text: the turn.
        pending: short forms in it, from left to right.
        named: entity -> where it is named in full in the turn.
        earlier: entity -> order in which it was last named before in the document.

    Returns:
        The short forms that stand for an entity, with its id.
    """
    resolved: list[tuple[Pending, str | None]] = []
    partners: dict[int, set[str]] = defaultdict(set)
    for item in pending:
        partners[item.run].add(item.form.form)
    for item in pending:
        entity_id = _by_partner(item.form.form, partners[item.run]) or nearest(item.start, item.form.entity_ids, named, earlier)
        if item.form.form == "澳" and _MACAO.search(text[max(0, item.start - 3) : item.start]):
            entity_id = "place:MAC"
        elif entity_id is None and (item.form.is_strong or (item.is_paired and len(item.form.entity_ids) == 1)):
            entity_id = item.form.entity_ids[0]
        resolved.append((item, entity_id))
    accepted: dict[int, int] = defaultdict(int)
    for item, entity_id in resolved:
        accepted[item.run] += entity_id is not None
    return [(item, entity_id) for item, entity_id in resolved if entity_id is not None and (item.stands_alone or accepted[item.run] > 1)]


def _by_partner(form: str, partners: set[str]) -> str | None:
    """巴以 is Palestine and Israel, 印巴 India and Pakistan, whatever was named before."""
    if {"巴", "以"} <= partners:
        return {"巴": "place:PSE", "以": "place:ISR"}.get(form)
    return "place:PAK" if form == "巴" and "印" in partners else None


def nearest(start: int, candidates: tuple[str, ...], named: dict[str, list[int]], earlier: dict[str, int]) -> str | None:
    """The candidate named in full nearest before a position, else earlier in the document, else later in the text; None when none is."""
    best = max(((at, e) for e in candidates for at in named.get(e, ()) if at < start), default=None)
    if best is None:
        best = max(((order, e) for e in candidates if (order := earlier.get(e)) is not None), default=None)
    if best is None:
        later = min(((at, e) for e in candidates for at in named.get(e, ())), default=None)
        return later[1] if later else None
    return best[1]
