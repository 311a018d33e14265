"""A demonstration set: deterministic, through the services, every invented name ending in « (exemple) »."""
