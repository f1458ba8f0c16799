"""Measures: filters, detectors and scorers, one file each; the file's path is its name."""
