import pytest

from lms.accounts.names import folded, found_by

PEOPLE = [
    (1, "Begoña", "Muñoz"),
    (2, "Linh", "Đặng"),
    (3, "Siobhán", "Ní Bhriain"),
    (4, "Søren", "Łukasz"),
    (5, "Bego\u006e\u0303a", "Straße"),
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("munoz", {1}),
        ("MUÑOZ", {1}),
        ("begona", {1, 5}),
        ("dang", {2}),
        ("Dặng linh", {2}),
        ("ni siobhan", {3}),
        ("soren lukasz", {4}),
        ("strasse", {5}),
        ("munoz linh", set()),
        ("%", set()),
        ("_", set()),
        ("", {1, 2, 3, 4, 5}),
    ],
)
def test_every_word_is_found_without_accents_and_case(words, found):
    assert found_by(words, PEOPLE) == found


def test_an_accent_typed_apart_is_the_same_letter():
    assert folded("n\u0303") == folded("ñ") == "n"
