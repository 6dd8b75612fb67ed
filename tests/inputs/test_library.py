"""In: folders with methods and words, right and wrong. Out: methods, phrases, or errors with lines."""

import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.core.errors import MethodError
from assistant.core.method import CaptureKind, Contribution, Who
from assistant.inputs import library as module
from assistant.inputs.library import Library, shipped_folder, slots

SMALL = """\
id: small
aliases: [klein]
name: {nl: Klein, en: Small}
about:
  nl: Om te proberen.
  en: To try.
source: made for a test
steps:
  - id: talk
    name: {nl: Praten, en: Talk}
    minutes: 5
    speaks: everyone
    allowed: [story]
    explain: {nl: [Vertel.], en: [Tell.]}
    questions: {nl: [Wat gebeurde er?], en: [What happened?]}
    keeps:
      - {what: case, by: every}
  - id: close
    name: {nl: Slot, en: Close}
    minutes: 2.5
    elastic: false
    minutes_from: own
    speaks: presenter
    silent: [others]
    allowed: [learning]
    forbidden: [advice]
    explain: {nl: [], en: []}
    questions: {nl: [], en: []}
"""


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def small(tmp_path: Path) -> Library:
    put(tmp_path, "methods/small.yaml", SMALL)
    return Library([tmp_path])


def with_own(tmp_path: Path, name: str, text: str) -> Library:
    """The shipped library with one file of the user's before it."""
    put(tmp_path, name, text)
    return Library([tmp_path, shipped_folder()])


def test_a_method_file_becomes_a_method(small: Library) -> None:
    method = small.method("small")
    talk, close = method.steps
    assert (method.minutes, method.languages) == (7.5, ("en", "nl"))
    assert (talk.speaks, talk.allowed) == (Who.EVERYONE, (Contribution.STORY,))
    assert talk.keeps[0].what is CaptureKind.CASE
    assert (close.silent, close.elastic, close.minutes) == ((Who.OTHERS,), False, 2.5)
    assert hash(method.steps[0].allowed) == hash((Contribution.STORY,))


@pytest.mark.parametrize("name", ["small", "SMALL", "klein", "Klein"])
def test_a_method_is_found_by_id_and_alias_in_any_case(small: Library, name: str) -> None:
    assert small.method(name).id == "small"


def test_a_method_is_found_by_the_path_of_its_file(tmp_path: Path) -> None:
    path = put(tmp_path, "elsewhere/small.yaml", SMALL)
    assert Library([]).method(str(path)).id == "small"


def test_an_unknown_method_gets_the_nearest_name_and_all_there_are(small: Library) -> None:
    with pytest.raises(MethodError) as raised:
        small.method("smal")
    assert raised.value.message == "There is no method 'smal'."
    assert raised.value.hint == "Did you mean 'small'? There are: small."


@pytest.mark.parametrize(
    "name", ["", ".", "..", "*", "a/b", "a\0b", "a\0.yaml", "~nobody-here/x.yaml", "x" * 5000]
)
def test_a_strange_name_is_an_unknown_method(small: Library, name: str) -> None:
    with pytest.raises(MethodError):
        small.method(name)


WRONG = {
    "a missing field": ("source: made for a test\n", "", 1, "'source' is missing"),
    "an unknown field": ("source:", "colour: red\nsource:", 7, "'colour' is not known here"),
    "an unknown field in a step": ("    silent:", "    loud: 1\n    silent:", 24, "'steps.loud'"),
    "a missing field in a step": ("    speaks: everyone\n", "", 9, "'steps.speaks' is missing"),
    "minutes that are words": ("minutes: 5", "minutes: five", 11, "'steps.minutes'"),
    "no minutes at all": ("minutes: 5", "minutes: 0", 11, "more than 0 and at most 120"),
    "too many minutes": ("minutes: 2.5", "minutes: 121", 20, "more than 0 and at most 120"),
    "minutes that are no number": ("minutes: 5", "minutes: .nan", 11, "more than 0"),
    "an unknown contribution": ("allowed: [story]", "allowed: [storm]", 13, "'steps.allowed'"),
    "an unknown speaker": ("speaks: presenter", "speaks: guest", 23, "'steps.speaks'"),
    "two steps of one id": ("id: close", "id: talk", 18, "two steps 'talk'"),
    "both allowed and forbidden": ("[advice]", "[advice, learning]", 26, "both allowed and"),
    "a language that a step lacks": (", en: Talk", "", 10, "'name' lacks the language 'en'"),
    "an explanation not translated": (", en: [Tell.]", "", 14, "'explain' lacks the language"),
    "questions not translated": (", en: []}\n", "}\n", 27, "lacks the language 'en'"),
    "a wrong way to keep": ("by: every", "by: every, keep: some", 17, "'all' or 'last'"),
    "a wrong source of minutes": ("minutes_from: own", "minutes_from: me", 22, "nor own"),
    "a wrong level": ("source:", "level: expert\nsource:", 7, "is none of beginner"),
    "a wrong id": ("id: small", "id: large", 1, "not the name of the file"),
    "a name in no known language": ("{nl: Klein, en: Small}", "{tlh: mach}", 3, "no language"),
    "a key given twice": ("aliases:", "id: small\naliases:", 2, "duplicate key"),
    "a bracket that is not closed": ("[klein]", "[klein", 3, "expected"),
    "a tab": ("  nl: Om", "\tnl: Om", 5, "cannot start any token"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_in_a_method_is_told_with_file_and_line(tmp_path: Path, mistake: str) -> None:
    before, after, line, what = WRONG[mistake]
    assert before in SMALL
    put(tmp_path, "methods/small.yaml", SMALL.replace(before, after, 1))
    with pytest.raises(MethodError) as raised:
        Library([tmp_path]).method("small")
    told = raised.value.message.split("; ")
    assert any(one.startswith(f"small.yaml, line {line}: ") and what in one for one in told), told


def test_at_most_five_mistakes_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    put(tmp_path, "methods/small.yaml", "colour: red\n" * 1 + "steps: [{}, {}]\n")
    with pytest.raises(MethodError) as raised:
        Library([tmp_path]).method("small")
    assert raised.value.message.count("small.yaml, line") == 5
    assert re.search(r"and \d+ more\.$", raised.value.message)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# only a remark\n",
        b"- a\n- b\n",
        b"just words\n",
        bytes(range(256)) * 40,
        b"\x89PNG\r\n\x1a\n\0\0",
        b"name: value\n" * 450_000,
        b"id: " + b"[" * 300 + b"]" * 300,
        b"&a\nid: x\nsteps: *a\n",
        b"a: 1\n---\nb: 2\n",
        b"id: !!binary zzz\n",
        b"id: 2001-99-99\n",
        b"id: " + b"9" * 5000,
        b"? [a, b]\n: c\n",
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_file_that_is_no_method_at_all_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "methods/small.yaml", content)
    with pytest.raises(MethodError, match=r"small\.yaml"):
        Library([tmp_path]).method("small")


def test_a_folder_or_nothing_in_place_of_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    for name in ("folder.yaml", "nothing.yaml"):
        with pytest.raises(MethodError, match="cannot be read"):
            Library([]).method(str(tmp_path / name))


@pytest.mark.slow
def test_a_wrong_file_is_left_out_of_the_list_and_told_once(tmp_path: Path) -> None:
    library = with_own(tmp_path, "methods/broken.yaml", "- a\n")
    shipped = Library([shipped_folder()]).methods()
    for _ in range(2):
        assert library.methods() == shipped
        assert [str(one).split(",")[0] for one in library.problems()] == ["broken.yaml"]
    assert [method.id for method in shipped] == sorted(method.id for method in shipped)


@pytest.mark.slow
def test_the_users_own_method_takes_the_place_of_ours(tmp_path: Path) -> None:
    own = SMALL.replace("id: small", "id: seven-steps", 1)
    library = with_own(tmp_path, "methods/seven-steps.yaml", own)
    assert library.method("seven-steps").name["nl"] == "Klein"
    assert [m.name["nl"] for m in library.methods() if m.id == "seven-steps"] == ["Klein"]


@pytest.mark.slow
def test_the_users_own_sentence_takes_the_place_of_ours_and_the_others_stay(
    tmp_path: Path,
) -> None:
    library = with_own(tmp_path, "prompts/nl/spoken.yaml", "spoken:\n  marked: [Genoteerd.]\n")
    ours, own = Library([shipped_folder()]).phrases("nl"), library.phrases("nl")
    assert own.spoken["marked"] == ("Genoteerd.",)
    assert {**own.spoken, "marked": ()} == {**ours.spoken, "marked": ()}
    assert own.numbers == ours.numbers
    assert library.phrases("en") == Library([shipped_folder()]).phrases("en")


def test_what_one_caller_changes_in_a_table_another_does_not_see(tmp_path: Path) -> None:
    library = with_own(tmp_path, "prompts/nl/screen.yaml", "step: etappe\n")
    library.table("nl", "hearing")["credits"].clear()
    assert library.table("nl", "hearing")["credits"]
    assert library.table("nl", "screen")["step"] == "etappe"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("spoken: [a]\n", 1, "'spoken' must be names with values, not a list"),
        ("spoken:\n", 1, "not nothing"),
        ("spoken:\n  paused: Even wachten.\n", 2, "must be a list, not text"),
        ("spoken:\n  paused: []\n", 2, "'paused' is missing"),
        ("spoken:\n  paused: [3]\n", 2, "must be a list of sentences"),
        ("spoken:\n  paused: ['Nog {left}.']\n", 2, "nothing fills {left} in 'paused'"),
        ("spoken:\n  resumed: ['Nog {left:d}.']\n", 2, "nothing fills {left:d}"),
        ("spoken:\n  resumed: ['Nog {}.']\n", 2, "nothing fills {}"),
        ("spoken:\n  resumed: ['Nog {left.']\n", 2, "a brace too many or too few"),
        ("spoken:\n  marked: [Ja.]\n  pausd: [Ho.]\n", 3, "'pausd' is not known here"),
        ("numbers: {tien: tien}\n", 1, "'tien' must be a whole number"),
        ("numbers: {10: 10}\n", 1, "'10' must be text, not a number"),
        ("spoken: {\n", 2, "expected"),
        ("&a\nspoken: *a\n", 1, "holds itself"),
    ],
)
def test_a_sentence_that_cannot_be_said_is_told_at_once_with_its_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    with pytest.raises(MethodError) as raised:
        with_own(tmp_path, "prompts/nl/spoken.yaml", text).phrases("nl")
    assert what in raised.value.message
    place = "spoken.yaml" if "itself" in what else f"spoken.yaml, line {line}"
    assert raised.value.message.startswith(place)


def test_a_new_language_with_half_of_the_sentences_names_what_it_lacks(tmp_path: Path) -> None:
    library = with_own(tmp_path, "prompts/de/spoken.yaml", "spoken:\n  paused: [Pause.]\n")
    assert library.languages() == ("de", "en", "nl")
    with pytest.raises(MethodError) as raised:
        library.phrases("de")
    assert "'welcome' is missing" in raised.value.message
    assert re.search(r"and \d+ more\.$", raised.value.message)


def test_words_that_are_not_there_name_the_languages_that_have_them(tmp_path: Path) -> None:
    library = with_own(tmp_path, "prompts/fr/commands.yaml", "next: [suivant]\n")
    with pytest.raises(MethodError) as raised:
        library.table("fr", "hearing")
    assert raised.value.hint == "Choose another language: en, nl."


@pytest.mark.parametrize(
    ("sentence", "found"),
    [("Dag.", set()), ("{a} en {b}", {"a", "b"}), ("{{a}}", set()), ("{a!r:>3}", {"a!r:>3"})],
)
def test_the_slots_of_a_sentence(sentence: str, found: set[str]) -> None:
    assert slots(sentence) == found


def test_the_shipped_folder_of_a_checkout_is_its_top() -> None:
    assert shipped_folder() == Path(__file__).parents[2]


def test_the_shipped_folder_of_an_installed_package_lies_inside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "assistant"
    (package / "_data" / "methods").mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(package / "inputs" / "library.py"))
    assert shipped_folder() == package / "_data"


@pytest.mark.slow
def test_a_package_laid_out_as_the_wheel_is_finds_all_methods_and_words(tmp_path: Path) -> None:
    """Laid out by what pyproject.toml says, run in a Python that does not see the checkout."""
    top, site = Path(__file__).parents[2], tmp_path / "site"
    project = tomllib.loads((top / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    for package in wheel["packages"]:
        leave = shutil.ignore_patterns("models", "__pycache__")
        shutil.copytree(top / package, site / package, ignore=leave)
    (site / "assistant" / "models").mkdir()
    for source, target in wheel["force-include"].items():
        shutil.copytree(top / source, site / target)
    ask = (
        f"import sys; sys.path.insert(0, {str(site)!r}); import assistant.inputs.library as l;"
        "f = l.shipped_folder(); x = l.Library([f]); print(f);"
        "print(len(x.methods()), len(x.phrases('nl').spoken), x.languages())"
    )
    asked = [sys.executable, "-I", "-c", ask]
    said = subprocess.run(
        asked, capture_output=True, text=True, check=True, cwd=tmp_path, timeout=60
    ).stdout.splitlines()
    ours = Library([top])
    sizes = (len(ours.methods()), len(ours.phrases("nl").spoken), ours.languages())
    assert said == [str(site / "assistant" / "_data"), " ".join(map(str, sizes))]


FUZZ = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def only_method_errors(folder: Path, content: bytes) -> None:
    put(folder, "methods/small.yaml", content)
    with suppress(MethodError):
        assert Library([folder]).method("small").id == "small"


@pytest.mark.slow
@FUZZ
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_bytes_at_random_raise_nothing_but_a_method_error(tmp_path: Path, content: bytes) -> None:
    only_method_errors(tmp_path, content)


@pytest.mark.slow
@FUZZ
@given(data=st.data())
def test_a_method_with_a_piece_cut_or_put_in_raises_nothing_but_a_method_error(
    tmp_path: Path, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(SMALL)))
    stop = data.draw(st.integers(start, min(len(SMALL), start + 40)))
    put_in = data.draw(st.text(alphabet="{}[]:,-&*!|>'\"%@`#?\t\n ab01.~<", max_size=12))
    only_method_errors(tmp_path, (SMALL[:start] + put_in + SMALL[stop:]).encode())


@pytest.mark.slow
@FUZZ
@given(value=VALUES, where=st.sampled_from(["id", "name", "group", "steps", "about", "aliases"]))
def test_a_wrong_kind_of_value_raises_nothing_but_a_method_error(
    tmp_path: Path, value: object, where: str
) -> None:
    import json

    lines = [line for line in SMALL.split("\n") if not line.startswith(f"{where}:")]
    text = "\n".join(lines) if where != "steps" else SMALL.split("steps:", maxsplit=1)[0]
    only_method_errors(tmp_path, f"{text}\n{where}: {json.dumps(value)}\n".encode())
