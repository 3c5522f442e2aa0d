"""Harm done on purpose: kills, full disks, mutated pages, masses of pages. ``python -m tests.harm`` runs the long versions."""
