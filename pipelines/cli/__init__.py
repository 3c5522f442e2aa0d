"""The command ``briefings``. Commands only: they read options, call a stage and show what it says.

Libraries that take long to load are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

from pipelines.cli.app import main

__all__ = ["main"]
