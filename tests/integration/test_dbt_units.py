"""The unit tests that stand beside the dbt models. A refresh leaves them out: they test the models, not the data."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import DBT_PROJECT, Home

pytestmark = pytest.mark.slow


def test_unit_tests_of_the_models(sample_home: Home, tmp_path: Path) -> None:
    # dbt reads the types of a model's inputs from a built file; it must be named as the file that was built.
    built = tmp_path / "briefings.duckdb"
    shutil.copy(sample_home.published, built)
    folders = {"--project-dir": DBT_PROJECT, "--profiles-dir": DBT_PROJECT, "--target-path": tmp_path / "target", "--log-path": tmp_path}
    arguments = [str(part) for pair in folders.items() for part in pair]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "test", "--select", "test_type:unit", *arguments],
        env=os.environ | {"BRIEFINGS_BUILD_FILE": str(built), "BRIEFINGS_LAKE": str(sample_home.lake)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    n_marts = len(list((DBT_PROJECT / "models" / "marts").glob("*.sql")))
    assert done.stdout.count("PASS ") >= n_marts
