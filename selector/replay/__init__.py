"""The room `replay`."""
