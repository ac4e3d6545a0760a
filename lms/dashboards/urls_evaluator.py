from django.urls import path

from lms.dashboards import evaluator, protocol, publishing, rates, releases, responses, windows

app_name = "evaluator"
urlpatterns = [
    path("", evaluator.home, name="home"),
    path("studies/load/", protocol.load, name="load"),
    path("<slug:code>/", evaluator.study, name="study"),
    path("<slug:code>/protocol/", protocol.protocol, name="protocol"),
    path("<slug:code>/publish/", publishing.publish, name="publish"),
    path("<slug:code>/rates/", rates.rates, name="rates"),
    path("<slug:code>/arms/", protocol.assign, name="arms"),
    path("<slug:code>/table/", evaluator.table, name="table"),
    path("<slug:code>/again/", evaluator.again, name="again"),
    path("<slug:code>/releases/", releases.releases, name="releases"),
    path("<slug:code>/releases/new/", releases.new, name="new_release"),
    path("<slug:code>/releases/<int:number>/", releases.release, name="release"),
    path("<slug:code>/releases/<int:number>/pack/", releases.download, name="release_pack"),
    path("<slug:code>/releases/<int:number>/again/", releases.again, name="release_again"),
    path("<slug:code>/windows/", windows.windows, name="windows"),
    path("<slug:code>/windows/<uuid:window>/reopen/", windows.reopen, name="reopen"),
    path("<slug:code>/import/", responses.import_page, name="import"),
    path("<slug:code>/import/template/", responses.template, name="import_template"),
]
