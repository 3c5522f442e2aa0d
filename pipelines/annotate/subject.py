"""Who acts in a clause: the speaker (and the state that he or she speaks for) or somebody else.

English: the words before a verb are read leftwards over adverbs and auxiliaries to the word that should be its subject.
Chinese: the stretch since the last comma is searched for an actor other than the home state.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.annotate.codebook import home_words

_SKIPPED = re.compile(
    r"(?:\b(?:\w+ly|also|always|again|once|just|still|too|have|has|had|having|is|are|am|was|were|be|been|being|do|does|did|don't|doesn't|"
    r"will|would|shall|can|could|must|may|never|not|cannot|hereby|here|today|now|as well|further|strong|deep|serious|grave|great|"
    r"to|continue[sd]?|express\w*|voic\w+|rais\w+|want|wish\w*|like|its?|our|their|ready|stands?|yesterday|recently|"
    r"'ve|'d|'m|'re|'ll|'s|sincerely|truly|in|time and|good|best|very|more|full|firm|natural)\b[\s,]*)+$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?:\b(?:and|or|but|then|so|thus|therefore|while|which|what|that|when|as|by|how)|[,;:\-\"(]|^)\s*$", re.IGNORECASE)
_LAST_WORD = re.compile(r"([A-Za-z][\w.'-]*)\W*$")
_OTHERS_ZH = re.compile(
    r"^(?:近日|此前|日前|今天|昨天|但|而|不过|同时|因为|由于|据报道|有报道称|当前)?[，,]?"
    r"(?:美|日|英|法|德|俄|印|韩|朝|澳|加|欧|以|巴|乌|伊|菲|越|土|外|港|台)(?:方|国|国政府|盟|洲|媒)|^(?:国际社会|各国|各方|多国|许多国家|他们|他|她|联合国|西方|广大|许多人|世界各国)"
)


@cache
def _own_subject(home: str) -> re.Pattern[str]:
    names = home_words(home, "en").alternatives
    return re.compile(
        rf"\b(?:we|I|us|my colleagues?(?: and I)?|I myself|we all|(?:the )?(?:{names or '(?!)'})|(?:foreign )?ministry|spokesperson|"
        r"our (?:embassy|government|position|side|country|people)|as|please)(?:'s)?(?: side| and I| too| ourselves| itself)?\W*$",
        re.IGNORECASE,
    )


@cache
def _own_anywhere(home: str) -> re.Pattern[str]:
    names = home_words(home, "en").alternatives
    return re.compile(rf"\b(?:we|I|I'd|I've|I'm|we've|our|{names or '(?!)'})\b", re.IGNORECASE)


_OTHER_SUBJECT = re.compile(
    r"\b(?:he|she|they|who|it|you|those|people)\b|\b(?:US|EU|UK|side|president|minister|secretary|countries|reports?|community|nationals|peoples?|"
    r"parties|members|allies|experts|companies|governments|public|leaders|officials|organi[sz]ations|media)\b",
    re.IGNORECASE,
)


def is_own_act(sentence: str, start: int, home: str, language: str) -> bool:
    """Whether the verb that begins at ``start`` is an act of the speaker or of the home state.

    A clause without a subject of its own ("…, and firmly oppose it") takes the sentence's.
    """
    if language == "zh":
        return _is_own_act_zh(sentence, start, home)
    before = sentence[:start]
    skipped = _SKIPPED.search(before)
    if skipped:
        before = before[: skipped.start()]
    before = before.rstrip()
    if not before or _own_subject(home).search(before):
        return True
    if _JOINED.search(before):
        own = [m.end() for m in _own_anywhere(home).finditer(before)]
        if own:
            return True
        return not _OTHER_SUBJECT.search(before)
    word = _LAST_WORD.search(before)
    # "deplore and firmly oppose", "our strong dissatisfaction with and opposition": the verb before carries the subject.
    return bool(word and word.group(1).lower() in {"with", "for", "deplores", "deplore", "note", "notes", "noted"}) and bool(
        _own_anywhere(home).search(before)
    )


def _is_own_act_zh(sentence: str, start: int, home: str) -> bool:
    segment = sentence[max(sentence.rfind(mark, 0, start) for mark in "，。；：、") + 1 : start]
    own = (*home_words(home, "zh").names, "我们", "我")
    if any(name in segment for name in own):
        return True
    return not _OTHERS_ZH.search(segment)
