"""What works on this machine, what does not, and the one command that cures it."""

from selector.doctor.examine import examine
from selector.doctor.finding import Finding

__all__ = ["Finding", "examine"]
