import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import RequestFactory

from assessments.uploads import LIMIT

BESIDE = 64 * 1024


def upload(path: str, size: int):
    file = SimpleUploadedFile("r.csv", b"x" * size)
    return RequestFactory().post(path, {"file": file}).FILES


def test_responses_of_an_allowed_size_stay_in_memory():
    file = upload("/evaluate/history/import/", LIMIT - BESIDE)["file"]
    assert isinstance(file, InMemoryUploadedFile)


def test_a_larger_file_of_responses_is_dropped_before_it_reaches_the_disk():
    assert not upload("/evaluate/history/import/", LIMIT + 1)


@pytest.mark.parametrize("size", [10, 5 * 1024 * 1024])
def test_a_roster_of_an_allowed_size_stays_in_memory_too(size):
    assert isinstance(upload("/train/", size)["file"], InMemoryUploadedFile)


def test_other_large_files_go_the_usual_way():
    with upload("/cms/images/add/", LIMIT + BESIDE * 20)["file"] as file:
        assert file.temporary_file_path()
