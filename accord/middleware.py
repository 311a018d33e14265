from django.shortcuts import get_object_or_404

from .models import AccordCadre


class AccordMiddleware:
    """Give views the agreement of their URL, if the person may know it exists; otherwise 404."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.accord = None
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        slug = view_kwargs.get("accord")
        if slug is not None and request.user.is_authenticated:
            visibles = AccordCadre.objects.for_user(request.user).select_related("chef_de_file")
            request.accord = view_kwargs["accord"] = get_object_or_404(visibles, slug=slug)
