"""Frames kept as Parquet files that can prove they are whole: by PyArrow, which alone compares pages."""
