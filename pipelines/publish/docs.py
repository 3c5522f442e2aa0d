"""dbt's documentation as one page that works from disk: models, columns, SQL, tests and lineage.

``python -m pipelines.publish.docs`` writes it for the home and opens it, where there is a browser to open it in.
"""

from __future__ import annotations

import os
import shutil
import sys
import webbrowser
from pathlib import Path

from filelock import FileLock

from pipelines.errors import BriefingsError
from pipelines.files import written_aside
from pipelines.publish.build import dbt_environment, one_line, run_dbt
from pipelines.publish.connection import BUILD_FILE
from pipelines.settings import DBT_PROJECT, Home


def write_docs(home: Home, project: Path = DBT_PROJECT) -> Path:
    """Write ``docs/index.html`` of the home: about 4 MB, all in one file, nothing of it from the network.

    Sizes and types come from a copy of the published file, so neither readers nor a refresh have to wait.

    Returns:
        The page.

    Raises:
        BriefingsError: nothing is published, or dbt cannot read the project.
        OSError: the disk is full, or the home cannot be written.
    """
    if not home.published.exists():
        raise BriefingsError(f"Nothing is published in {home.root} yet. Type: briefings refresh")
    home, project = Home(home.root.resolve()), project.resolve()
    folder, target = home.build / "docs", home.root / "docs/index.html"
    folder.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(exist_ok=True)
    with FileLock(folder / ".lock"):
        copy = folder / BUILD_FILE  # views and dbt know the database by this name
        try:
            shutil.copyfile(home.published, copy)
            outcome = run_dbt(["docs", "generate", "--static"], project, folder, dbt_environment(home, copy))
            if not outcome.success:
                raise BriefingsError(f"dbt could not write its documentation: {one_line(outcome.exception or 'no reason given')}")
            with written_aside(target) as temporary:
                shutil.copyfile(folder / "target/static_index.html", temporary)
        finally:
            copy.unlink(missing_ok=True)
            copy.with_name(f"{copy.name}.wal").unlink(missing_ok=True)
    return target


def has_browser() -> bool:
    """Whether this session can show a window: a browser of the terminal would only take the terminal away."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main() -> int:
    """Write the page, print where it is, and open it."""
    print("dbt reads the project; this takes about ten seconds …", file=sys.stderr)
    try:
        path = write_docs(Home.from_environment())
    except (BriefingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(path)
    if has_browser():
        webbrowser.open(path.as_uri())
    return 0


if __name__ == "__main__":
    sys.exit(main())
