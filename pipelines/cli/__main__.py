"""``python -m pipelines.cli``: the command without its installed script."""

from pipelines.cli.app import main

main()
