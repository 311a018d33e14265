app_name = "accord"

urlpatterns = []
