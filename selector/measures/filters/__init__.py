"""Cheap rules about pixels, on the CPU, without a model."""
