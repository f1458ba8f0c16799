"""Policies: YAML read into checked, frozen objects, and the plan that runs. Knows no measure."""
