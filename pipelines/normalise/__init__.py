"""Parsed pages to the typed tables of the lake: documents, versions, turns, exchanges, entities, mentions."""
