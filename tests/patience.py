"""How long tests wait for what must come: so long that only what never comes fails, however busy the machine."""

PATIENCE = 60.0  # seconds
