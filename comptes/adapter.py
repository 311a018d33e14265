from allauth.account.adapter import DefaultAccountAdapter


class ComptesAdapter(DefaultAccountAdapter):
    """Accounts are opened by an administrator: nobody signs up alone."""

    def is_open_for_signup(self, request):
        return False
