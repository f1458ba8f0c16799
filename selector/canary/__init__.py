"""The room `canary`."""
