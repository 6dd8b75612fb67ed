"""In: the source of the project. Out: whether the house rules hold (architecture.md, 'Laws')."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "assistant"
MODULES = sorted(HOUSE.rglob("*.py"))
CORE = sorted((HOUSE / "core").rglob("*.py"))
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40

PURE = {
    *("abc", "bisect", "collections", "copy", "dataclasses", "datetime", "difflib", "enum"),
    *("fractions", "functools", "hashlib", "heapq", "html", "itertools", "json", "math"),
    *(
        "operator",
        "re",
        "statistics",
        "string",
        "textwrap",
        "types",
        "typing",
        "unicodedata",
        "zlib",
    ),
}
"""What core may import: modules of the standard library that touch nothing outside themselves."""
WITH_NUMPY = ("language", "hearing")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body; the signature and the docstring are documentation and don't count."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_the_rules_are_tested_on_a_house_and_not_on_nothing() -> None:
    assert len(MODULES) > 20
    assert len(CORE) > 10


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_function_is_too_long_without_a_reason_beside_it(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    functions = (
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    long = {
        one.name: body_lines(one)
        for one in functions
        if body_lines(one) > LONGEST_FUNCTION and "# long: " not in lines[one.lineno - 1]
    }

    assert long == {}


@pytest.mark.parametrize("path", [one for one in MODULES if one.name != "__init__.py"], ids=name)
def test_every_module_first_says_what_goes_in_and_what_comes_out(path: Path) -> None:
    first = (ast.get_docstring(tree(path)) or "").split("\n\n")[0]

    assert first.startswith("In: ")
    assert "Out: " in first


@pytest.mark.parametrize("path", CORE, ids=name)
def test_core_imports_nothing_that_has_a_clock_a_file_or_a_thread(path: Path) -> None:
    allowed = PURE | ({"numpy"} if path.parent.name in WITH_NUMPY else set())

    outside = {one for one in imported(tree(path)) if one.split(".")[0] not in allowed}

    assert {one for one in outside if not one.startswith("assistant.core")} == set()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_settings_reads_the_environment(path: Path) -> None:
    if path == HOUSE / "settings.py":
        return
    reads = [
        node.lineno
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr == "getenv")
        or (isinstance(node, ast.Subscript | ast.Attribute) and _reads_environ(node))
    ]

    assert reads == []


def _reads_environ(node: ast.Subscript | ast.Attribute) -> bool:
    """`os.environ[…]` or `os.environ.get`; setting a variable for a library is no reading."""
    of = node.value
    if not (isinstance(of, ast.Attribute) and of.attr == "environ"):
        return False
    return isinstance(node.ctx, ast.Load) and getattr(node, "attr", "get") == "get"


@pytest.mark.slow
def test_imports_only_go_down() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert "kept" in done.stdout


@pytest.mark.slow
def test_the_front_door_imports_nothing_heavy() -> None:
    heavy = "{'rich', 'numpy', 'sounddevice', 'pydantic', 'faster_whisper', 'ruamel', 'jinja2'}"
    code = f"import sys, assistant.cli.main; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "[]"
