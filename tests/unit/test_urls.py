"""Addresses: what is one page, and what an address tells of it."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pipelines.urls import canonical_url, issue_day, page_number, public_url, state_of_host, state_of_source, with_canonical_urls

OLD = "https://www.mfa.gov.cn/mfa_eng/xwfw_665399/s2510_665401/2511_665403/t1558711.shtml"


@pytest.mark.parametrize(
    "url",
    [
        OLD,
        OLD.replace("https", "http"),
        OLD.replace("www.mfa", "www.fmprc"),
        OLD.replace("www.mfa", "fmprc"),
        OLD.replace("www.mfa", "WWW.FMPRC").replace("https", "HTTP"),
        OLD.replace(".cn/", ".cn:80/"),
        f"  {OLD}?from=timeline#top ",
    ],
)
def test_the_ministrys_hosts_serve_one_page(url: str) -> None:
    assert canonical_url(url) == OLD


@pytest.mark.parametrize(
    "url", [None, "", "t1558711.shtml", "./t1558711.shtml", "ftp://www.mfa.gov.cn/a.html", "http://[", "https:///a", "javascript:void(0)"]
)
def test_what_is_no_web_address_has_no_canonical_form(url: str | None) -> None:
    assert canonical_url(url) is None
    assert page_number(url) is None
    assert issue_day(url) is None
    assert state_of_host(url) is None


def test_canonical_form_is_final_and_keeps_foreign_hosts() -> None:
    for url in (OLD, "http://example.org", "https://example.org/a/b.html"):
        once = canonical_url(url)
        assert canonical_url(once) == once
    assert canonical_url("http://Example.org") == "https://example.org/"


@pytest.mark.parametrize(
    ("path", "number", "day"),
    [
        ("mfa_eng/xwfw_665399/s2510_665401/2511_665403/t1558711.shtml", 1558711, None),
        ("eng/xwfw/s2510/2511/t254507.htm", 254507, None),
        ("mfa_eng/xwfw_665399/s2510_665401/2511_665403/202202/t20220216_10642725.html", 10642725, date(2022, 2, 16)),
        ("eng/xw/fyrbt/lxjzh/202405/t20240530_11347225.html", 11347225, date(2024, 5, 30)),
        ("web/fyrbt_673021/jzhsl_673025/202311/t20231121_11184371.shtml?a=1", 11184371, date(2023, 11, 21)),
        ("eng/t20241399_11184371.html", 11184371, None),
        ("mfa_eng/xwfw_665399/s2510_665401/2511_665403/default_5.shtml", None, None),
        ("t12.shtml", None, None),
        ("a/t1558711.pdf", None, None),
    ],
)
def test_number_and_day_of_issue(path: str, number: int | None, day: date | None) -> None:
    assert page_number(f"http://www.fmprc.gov.cn/{path}") == number
    assert issue_day(f"http://www.fmprc.gov.cn/{path}") == day


def test_all_sources_of_a_state_share_its_numbering() -> None:
    assert state_of_source("mfa-en") == state_of_source("mfa-zh") == state_of_host("http://fmprc.gov.cn/x") == "CHN"
    assert state_of_source("sample") == state_of_host("https://old.mfa.meridia.example/t1234.htm") == "XMD"
    assert state_of_source("no-such-source") is None
    assert state_of_host("https://example.org/t1234.htm") is None


def test_a_stated_address_counts_on_a_host_of_the_source_only() -> None:
    assert public_url(OLD.replace("www.mfa", "www.fmprc"), "mfa-en") == OLD
    assert public_url("http://test.fmprc.gov.cn/wjdt_674879/fyrbt_674889/202109/t20210922_9585038.shtml", "mfa-zh") is None
    assert (
        public_url("https://www.chinadaily.com.cn/a/201903/05/WS5c7.html", "chinadaily")
        == "https://www.chinadaily.com.cn/a/201903/05/WS5c7.html"
    )
    assert public_url("https://example.org/news/1", "unknown") == "https://example.org/news/1"
    assert public_url(None, "mfa-en") is None


def test_a_column_of_addresses() -> None:
    frame = pl.DataFrame({"url": [OLD.replace("www.mfa", "www.fmprc"), None, "t1.shtml"], "n": [1, 2, 3]})
    assert with_canonical_urls(frame, "url").rows() == [(OLD, 1), (None, 2), (None, 3)]
    empty = with_canonical_urls(frame.clear(), "url")
    assert (empty.height, empty.schema) == (0, frame.schema)
