"""What each detector is tried on: one file a detector, which makes its pictures."""
