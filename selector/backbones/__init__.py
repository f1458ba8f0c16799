"""Encoders and landmark models that several measures share, loaded once a device."""
