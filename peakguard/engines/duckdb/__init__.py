"""DuckDB: runs generated SQL over frames."""
