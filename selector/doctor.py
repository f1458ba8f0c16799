"""What works on this machine, what does not, and the one command that cures it."""
