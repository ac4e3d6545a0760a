from assessments.line_charts import Line, Value, line_chart

WAVES = ["Before the training", "After the training", "Three months later"]


def chart(*lines, changes=True):
    return line_chart(lines, WAVES, changes=changes, label=lambda value: f"{value:g}")


def test_a_higher_figure_stands_higher_and_intervals_lie_around_it():
    [path] = chart(
        Line([Value(0, ""), Value(0.31, "+0.31", 0.19, 0.43), Value(0.17, "+0.17", 0.02, 0.32)])
    ).wide.paths
    first, second, third = path.dots
    assert first.y > third.y > second.y
    assert second.y_high < second.y < second.y_low
    assert first.y_low is None


def test_changes_hold_the_line_of_none():
    drawn = chart(Line([Value(0.2, ""), Value(0.4, ""), Value(0.3, "")]))
    assert [level.label for level in drawn.wide.levels if level.zero] == ["0"]
    means = chart(Line([Value(3.2, ""), Value(3.4, ""), Value(3.3, "")]), changes=False)
    assert not [level for level in means.wide.levels if level.zero]


def test_figures_of_two_groups_do_not_stand_on_one_another():
    drawn = chart(
        Line([Value(3.21, "3.21"), Value(3.5, "3.5"), None]),
        Line([Value(3.24, "3.24"), Value(3.3, "3.3"), None], other=True),
        changes=False,
    ).wide
    trained, other = drawn.paths
    assert (trained.other, other.other) == (False, True)
    assert trained.dots[0].text_y > trained.dots[0].y > other.dots[0].y > other.dots[0].text_y
    assert trained.dots[1].text_y < trained.dots[1].y < other.dots[1].y < other.dots[1].text_y


def test_a_wave_without_a_figure_has_no_dot():
    drawn = chart(Line([Value(0, ""), None, Value(0.2, "")]))
    assert len(drawn.thin.paths[0].dots) == 2


def test_long_names_take_more_lines_where_there_is_less_room():
    drawn = chart(Line([Value(0, ""), Value(0.1, ""), Value(0.2, "")]))
    assert [len(name.lines) for name in drawn.wide.names] == [1, 1, 1]
    assert all(len(name.lines) > 1 for name in drawn.thin.names)
    assert drawn.thin.height > drawn.thin.names_y
