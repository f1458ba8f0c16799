"""The real models, loaded once."""

from networks import astronaut, bodies, face_network, faces, grey, hand_network, hands  # noqa: F401 - fixtures
from services import running, service  # noqa: F401 - fixtures
