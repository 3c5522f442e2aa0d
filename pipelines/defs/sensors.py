"""Files that people drop into ``warehouse/landing/``: a run takes them in once they have stopped growing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from pipelines.defs.home import HomeResource
from pipelines.defs.jobs import refresh_job
from pipelines.defs.nights import SENSOR_STATUS
from pipelines.defs.raw_store import RAW_STORE
from pipelines.identifiers import digest

LOOK_EVERY_SECONDS = 30
"""What has not changed from one look to the next counts as whole."""

AGAIN_AFTER = timedelta(hours=1)
"""A run that failed leaves the files where they are; so long after its end they are tried again."""

FILES_TAG = "briefings/landing"


@dg.sensor(
    name="landing",
    job=refresh_job,
    minimum_interval_seconds=LOOK_EVERY_SECONDS,
    default_status=SENSOR_STATUS,
    description="Pages and web archives that are dropped into `landing/` of the warehouse folder come in by themselves, once nothing in it has "
    "changed between two looks. They are moved to `landing/done/` afterwards, or to `landing/refused/` beside a note that says why.",
)
def landing_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.RunRequest | dg.SkipReason:
    """Start a run when files lie there and are whole."""
    from pipelines.extract.landing import entries_of, is_unfinished, waiting_files

    place = home.open()
    found = waiting_files(place)
    seen = digest(json.dumps(found), 32)
    is_same = seen == context.cursor
    context.update_cursor(seen)
    if not found:
        return dg.SkipReason(f"Nothing lies in {place.landing}.")
    if not is_same or is_unfinished(found):
        return dg.SkipReason(f"{len(found):,} files lie in {place.landing}; waiting until they are whole.")
    tried = context.instance.get_run_records(dg.RunsFilter(tags={FILES_TAG: seen}))
    if any(not record.dagster_run.is_finished for record in tried):
        return dg.SkipReason("A run is taking them in.")
    if tried and (again := _not_before(tried[0])):
        return dg.SkipReason(f"The last run left them there: look at its log. They are tried again after {again:%H:%M} UTC.")
    return dg.RunRequest(
        run_key=f"{seen}-{len(tried)}",
        run_config=_config([str(entry) for entry in entries_of(place, found)], home),
        tags={FILES_TAG: seen},
    )


def _not_before(record: dg.RunRecord) -> datetime | None:
    again = datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp(), UTC) + AGAIN_AFTER
    return again if again > datetime.now(UTC) else None


def _config(paths: list[str], home: HomeResource) -> Mapping[str, Any]:
    config: dict[str, Any] = {"ops": {RAW_STORE.to_python_identifier(): {"config": {"paths": paths}}}}
    if home.folder:
        config["resources"] = {"home": {"config": {"folder": home.folder}}}
    return config
