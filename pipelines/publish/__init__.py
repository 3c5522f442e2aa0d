"""From the lake to what readers open: dbt build, checks, swap, exports, evidence."""
