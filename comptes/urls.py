app_name = "comptes"

urlpatterns = []
