"""What detectors tell faults by, in pixels, landmarks and words."""
