"""Models and rules that find a thing or a defect, and leave evidence of it."""
