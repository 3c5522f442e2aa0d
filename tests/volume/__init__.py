"""Pages in any number, with known truth: for benchmarks and tests only.

``python -m tests.volume FOLDER --pages N`` writes pages in the ministry's layouts with invented words, a ``manifest.csv`` and ``truth.parquet``;
``python -m tests.volume.compare FOLDER HOME`` compares a refreshed home with the truth. Phrases and words are in the CSV files beside this one.
"""
