from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.screening import media_type, screen
from pipelines.settings import PAGE_SUFFIXES

REMARK = """Foreign Ministry Spokesperson Mo Wanli's Remarks on the Flood in Arendelle
Q: It is said that the page on the relief fund cannot be found and that the website is under maintenance. Is access denied?
A: The document was removed by mistake. We express our sympathy to the people of Arendelle."""


def page(title: str, body: str, menu: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><ul>{menu}</ul>{body}</body></html>".encode()


MENU = "".join(
    f"<li><a href='/{n}'>{name}</a></li>"
    for n, name in enumerate(["Home", "Spokesperson's Remarks", "Embassies", "首页", "发言人表态"] * 4)
)

ERROR_PAGES = {
    "apache": page("404 Not Found", "<h1>Not Found</h1><p>The requested URL /t1.shtml was not found on this server.</p>"),
    "nginx": page("502 Bad Gateway", "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>"),
    "in the frame of the site": page("404_中华人民共和国外交部", "<p>您访问的页面不存在</p>", MENU),
    "heading in the frame": page("Ministry", "<h1>System error</h1><p>Please try again later.</p>", MENU),
    "chinese": page("提示", "<p>很抱歉，您要访问的页面不存在</p><a href='/'>返回首页</a>"),
    "busy": "系统繁忙，请稍后再试".encode(),
    "busy in GB18030": "<p>系统维护中，请稍后访问。</p>".encode("gb18030"),
    "maintenance": page("Site under maintenance", "<p>We'll be back soon.</p>"),
    "removed": b"<p>Sorry, the page you are looking for has been removed.</p>",
    "denied": b"<h2>Access Denied</h2>You don't have permission to access this resource.",
    "bot wall": page("Just a moment...", "<p>Enable JavaScript and cookies to continue</p>"),
    "archive": page("", "<p>The Wayback Machine has not archived that URL.</p>"),
    "bare": b"404",
}


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_error_pages_are_refused(name: str) -> None:
    refusal = screen(ERROR_PAGES[name], 200)
    assert refusal is not None
    assert refusal.reason == "error_page"


@pytest.mark.parametrize(
    "raw",
    [
        REMARK.encode(),
        page("Remarks on the Flood", "".join(f"<p>{line}</p>" for line in REMARK.splitlines()), MENU),
        page("500 Peacekeepers Return from Arendelle", "<p>The 500 peacekeepers arrived at noon. Nobody was hurt.</p>"),
        "问：推文已被删除，是系统错误吗？\n答：我不了解有关情况。".encode(),
        "外交部发言人就网站维护答记者问".encode(),
        b"<p>Mo Wanli",
        "Mo Wanli: Yes.".encode("utf-16"),
    ],
)
def test_short_real_pages_are_not_refused(raw: bytes) -> None:
    assert screen(raw) is None


@pytest.mark.parametrize("raw", [b"", b" \r\n\t ", b"\xef\xbb\xbf\n", b"\x00" * 5000])
def test_empty_is_refused(raw: bytes) -> None:
    refusal = screen(raw)
    assert refusal is not None
    assert refusal.reason == "empty"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"%PDF-1.7 text follows here", "application/pdf"),
        (gzip.compress(REMARK.encode()), "application/gzip"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image/png"),
        (bytes(range(256)) * 40, "application/octet-stream"),
        (b"text \x00\x01\x02\x03\x04\x05 text" * 20, "application/octet-stream"),
        (REMARK.encode("utf-16-le"), "application/octet-stream"),
    ],
)
def test_binary_is_refused(raw: bytes, kind: str) -> None:
    assert media_type(raw) == kind
    refusal = screen(raw)
    assert refusal is not None
    assert refusal.reason == "binary"
    assert kind in refusal.detail


def test_media_type_is_judged_from_bytes() -> None:
    assert media_type(REMARK.encode()) == "text/plain"
    assert media_type(page("A", "B")) == "text/html"
    assert media_type("<html><p>页</p>".encode("gb18030")) == "text/html"
    assert media_type("<html><p>页</p>".encode("utf-16")) == "text/html"


@pytest.mark.parametrize(("status", "is_refused"), [(None, False), (200, False), (301, False), (404, True), (500, True)])
def test_status_of_the_server_is_heard(status: int | None, is_refused: bool) -> None:
    refusal = screen(REMARK.encode(), status)
    assert (refusal is not None and refusal.reason == "http_error") == is_refused


@given(st.binary(max_size=3000), st.sampled_from([None, 200, 404]))
def test_any_bytes_are_judged(raw: bytes, status: int | None) -> None:
    refusal = screen(raw, status)
    assert refusal is None or (refusal.reason and refusal.detail)
    assert media_type(raw)


def test_no_real_page_is_refused(shared: Path) -> None:
    pages = [path for folder in ("corpus", "seeds") for path in (shared / folder).rglob("*") if path.suffix in PAGE_SUFFIXES]
    assert len(pages) > 200
    assert [(path.name, refusal) for path in pages if (refusal := screen(path.read_bytes()))] == []
