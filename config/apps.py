"""The wiring as an app, so that its checks are known to Django."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "config"
    verbose_name = "mise en route"

    def ready(self):
        from . import checks  # noqa: F401
