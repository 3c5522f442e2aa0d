"""Where the data lies, as a Dagster resource."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from pipelines.settings import Home


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The folder that holds raw store, lake and published file."""

    folder: str = Field(default="", description="Empty: the environment's BRIEFINGS_HOME, else warehouse/ of the checkout.")

    def open(self) -> Home:
        """The folder with its names; always absolute."""
        return Home(Path(self.folder).expanduser().resolve()) if self.folder else Home.from_environment()
