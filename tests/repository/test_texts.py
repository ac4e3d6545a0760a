"""What must stand nowhere in what we ship."""

import ast

import pytest

from tests.repository.sources import ROOT, product_files

# Paths of the machine a part was written on; they mean nothing to whoever reads it.
FORBIDDEN = ["/work/"]
SETTINGS = sorted((ROOT / "lms" / "settings").glob("*.py"))


@pytest.mark.parametrize("words", FORBIDDEN)
def test_no_file_names_a_path_of_one_machine(words):
    found = [str(path.relative_to(ROOT)) for path in product_files() if words in path.read_text()]
    assert not found


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.stem)
def test_debug_is_switched_on_by_no_settings(path):
    values = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == "DEBUG"
    ]
    assert all(isinstance(value, ast.Constant) and value.value is False for value in values)
    assert bool(values) == (path.stem == "base")
