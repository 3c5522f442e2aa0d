"""The error that people see: everything else is a fault of the program."""

from __future__ import annotations


class BriefingsError(Exception):
    """Something that the user can mend. The message says what is wrong with what, and what to do; no traceback is shown."""
