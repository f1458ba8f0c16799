"""Learned judgement of an image for a prompt."""
