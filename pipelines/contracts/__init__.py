"""The one definition of every table in the lake."""
