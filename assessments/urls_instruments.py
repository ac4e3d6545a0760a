from django.urls import path

from assessments.views import drafts, instruments

app_name = "instruments"
urlpatterns = [
    path("", instruments.home, name="home"),
    path("new/", drafts.new, name="new"),
    path("table/", instruments.template, name="template"),
    path("drafts/<uuid:uuid>/", drafts.draft, name="draft"),
    path("drafts/<uuid:uuid>/file/", drafts.file, name="draft_file"),
    path("drafts/<uuid:uuid>/preview/<int:section>/", drafts.preview, name="draft_preview"),
    path("drafts/<uuid:uuid>/languages/", drafts.languages, name="languages"),
    path("drafts/<uuid:uuid>/publish/", drafts.publish, name="publish"),
    path("drafts/<uuid:uuid>/discard/", drafts.discard, name="discard"),
    path("drafts/<uuid:uuid>/<slug:kind>/", drafts.part, name="add"),
    path("drafts/<uuid:uuid>/<slug:kind>/<slug:code>/", drafts.part, name="part"),
    path("drafts/<uuid:uuid>/<slug:kind>/<slug:code>/change/", drafts.change, name="change"),
    path("<slug:code>/<int:number>/", instruments.version, name="version"),
    path("<slug:code>/<int:number>/file/", instruments.file, name="file"),
    path("<slug:code>/<int:number>/table/", instruments.table, name="table"),
    path("<slug:code>/<int:number>/draft/", drafts.start, name="start"),
    path("<slug:code>/<int:number>/preview/<int:section>/", instruments.preview, name="preview"),
]
