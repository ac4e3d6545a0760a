from assessments.study_changes import Change, changes_between, only_the_sheet

STUDY = {
    "title": {"en": "Before and after"},
    "waves": [{"code": "pre"}, {"code": "post"}],
    "information_sheet": {"version": "1", "text": "Why we ask."},
}


def test_every_place_that_differs_is_named():
    after = STUDY | {"title": {"en": "Another"}, "waves": [{"code": "pre"}, {"code": "late"}]}
    assert changes_between(STUDY, after) == [
        Change("title.en", "Before and after", "Another"),
        Change("waves[2].code", "post", "late"),
    ]


def test_what_is_new_or_gone_has_an_empty_side():
    assert changes_between(STUDY, STUDY | {"irb": "H-1"}) == [Change("irb", "", "H-1")]
    assert changes_between(STUDY | {"irb": "H-1"}, STUDY) == [Change("irb", "H-1", "")]


def test_a_new_study_is_all_new():
    assert len(changes_between({}, STUDY)) == 5


def test_the_same_document_has_no_changes():
    assert changes_between(STUDY, dict(STUDY)) == []


def test_long_texts_are_shortened():
    sheet = {"version": "1", "text": "x" * 1000}
    (change,) = changes_between(STUDY, STUDY | {"information_sheet": sheet})
    assert len(change.after) < 200


def test_a_new_sheet_is_told_from_another_protocol():
    sheet = {"information_sheet": {"version": "2", "text": "Why."}}
    assert only_the_sheet(STUDY, STUDY | sheet)
    assert not only_the_sheet(STUDY, STUDY | sheet | {"irb": "H-1"})
