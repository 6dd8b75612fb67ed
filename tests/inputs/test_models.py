"""Speech models: where they are, whether they are whole, and what to do when not."""

import shutil
from pathlib import Path

import pytest

from assistant.core.errors import ModelError
from assistant.inputs import models


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the demonstration model, to be damaged."""
    folder = tmp_path / "copy"
    shutil.copytree(models.locate("demonstration", tmp_path), folder)
    return folder


def test_the_demonstration_model_comes_with_the_program(tmp_path: Path) -> None:
    card = models.check(models.locate("demonstration", tmp_path))

    assert "synthetic" in card.hears
    assert models.hears(card, "nl")


def test_a_known_model_that_is_not_there_names_the_command_that_fetches_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        models.locate("small", tmp_path)

    assert "not on this computer" in error.value.message
    assert "intervisie models fetch small" in error.value.hint
    assert "import" in error.value.hint


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        models.locate("smal", tmp_path)

    assert "small" in error.value.hint


def test_a_folder_can_be_given_instead_of_a_name(copy: Path, tmp_path: Path) -> None:
    assert models.locate(str(copy), tmp_path) == copy


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_a_missing_or_empty_file_is_named(name: str, copy: Path) -> None:
    (copy / name).write_bytes(b"")
    with pytest.raises(ModelError, match=name.replace("json", "json|txt")):
        models.check(copy)

    (copy / name).unlink()
    with pytest.raises(ModelError, match=name.split(".", maxsplit=1)[0]):
        models.check(copy)


def test_a_model_without_a_card_is_a_plain_whisper(copy: Path) -> None:
    (copy / "card.json").unlink()
    card = models.check(copy)

    assert card.hotwords
    assert models.hears(card, "de")


def test_a_damaged_card_is_said(copy: Path) -> None:
    (copy / "card.json").write_text("{")

    with pytest.raises(ModelError, match=r"card\.json"):
        models.check(copy)


@pytest.mark.slow
@pytest.mark.model
def test_a_cut_off_model_is_found_by_loading_it_elsewhere(copy: Path) -> None:
    models.check(copy, deep=True)
    whole = (copy / "model.bin").read_bytes()
    (copy / "model.bin").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(ModelError, match="damaged"):
        models.check(copy, deep=True)


@pytest.mark.slow
@pytest.mark.model
def test_a_model_is_imported_whole_or_not_at_all(copy: Path, tmp_path: Path) -> None:
    folder = models.import_folder(copy, "ours", tmp_path / "data")
    assert models.locate("ours", tmp_path / "data") == folder
    assert folder in models.installed(tmp_path / "data")

    (copy / "model.bin").write_bytes(b"junk")
    with pytest.raises(ModelError):
        models.import_folder(copy, "ours", tmp_path / "data")
    models.check(folder)
    assert len(list((tmp_path / "data" / "models").iterdir())) == 1


@pytest.mark.parametrize("name", ["", "../x", "demonstration", ".hidden", "a/b"])
def test_a_name_that_is_no_name_is_refused(name: str, copy: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be the name"):
        models.import_folder(copy, name, tmp_path)


@pytest.mark.slow
def test_without_a_network_fetching_fails_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        models.fetch("tiny", tmp_path)

    assert "could not be fetched" in error.value.message
    assert "import" in error.value.hint
    assert list((tmp_path / "models").iterdir()) == []
