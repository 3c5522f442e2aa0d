"""Briefings: published press briefings in, an analytical warehouse out.

The flow, one folder a stage: ``extract`` (bytes into the raw store), ``parse`` (bytes to turns), ``normalise`` and
``annotate`` (turns to typed tables), ``dbt/`` (tables to marts), ``publish`` (the file that readers open). ``refresh``
runs the stages in order; ``cli`` and ``defs`` are its two faces.
"""
