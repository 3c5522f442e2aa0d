"""Markdown as a reader sees it."""

from __future__ import annotations

import re

import dagster as dg


def shown(value: object) -> str:
    """The words of a table in the metadata, without the signs that keep them from being markup."""
    assert isinstance(value, dg.MarkdownMetadataValue)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", value.value or "").replace("&lt;", "<")
