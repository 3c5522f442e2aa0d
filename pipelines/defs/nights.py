"""Whether schedules and sensors of this code location are to run: only where somebody said so."""

import os

import dagster as dg

from pipelines.defs.service import NIGHTLY_VARIABLE

IS_NIGHTLY = os.environ.get(NIGHTLY_VARIABLE) == "1"
"""``make nightly`` sets it. In the plain UI schedules and sensors are shown, stopped, and may be started by hand."""

SENSOR_STATUS = dg.DefaultSensorStatus.RUNNING if IS_NIGHTLY else dg.DefaultSensorStatus.STOPPED
SCHEDULE_STATUS = dg.DefaultScheduleStatus.RUNNING if IS_NIGHTLY else dg.DefaultScheduleStatus.STOPPED
