"""The flow as Dagster assets, checks and jobs, one concept a file.

Nothing is computed here: assets call the stages of ``pipelines.refresh``, checks call ``findings``, and both write down
what came out. So the command line and the UI run the same code on the same ``BRIEFINGS_HOME``.
"""
