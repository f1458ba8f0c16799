"""An earlier policy, put back in force."""
