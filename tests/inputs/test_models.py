"""Speech models: where they are, whether they are whole, and what to do when not."""

import errno
import json
import shutil
import socket
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


def test_a_folder_of_ones_own_that_is_called_small_is_not_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small").mkdir()
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ModelError, match="not on this computer"):
        models.locate("small", tmp_path / "data")
    assert models.locate("./small", tmp_path / "data").resolve() == tmp_path / "small"


def test_no_name_at_all_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()

    with pytest.raises(ModelError, match="no speech model"):
        models.locate("", tmp_path)


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


@pytest.mark.parametrize("kept", [0.01, 0.5, 0.999, -1, 1.001])
def test_a_model_that_was_cut_off_or_grew_is_found_without_loading_it(
    kept: float, copy: Path
) -> None:
    whole = (copy / "model.bin").read_bytes()
    size = len(whole) - 1 if kept == -1 else round(len(whole) * kept)
    (copy / "model.bin").write_bytes(whole[:size].ljust(size, b"\0"))

    with pytest.raises(ModelError, match=r"damaged.*model\.bin"):
        models.check(copy)


def test_a_file_that_is_no_model_is_found_without_loading_it(copy: Path) -> None:
    (copy / "model.bin").write_bytes(b"\x06\0\0\0" + bytes(range(256)) * 400)

    with pytest.raises(ModelError, match=r"model\.bin"):
        models.check(copy)


@pytest.mark.parametrize(
    "heads", ["[[7, 0]]", "[[-1, 0]]", "[7]", '"none"', "[[1, 0], [2, 1]]"], ids=str
)
def test_alignment_heads_that_would_crash_the_program_are_found(heads: str, copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    config["alignment_heads"] = json.loads(heads)
    (copy / "config.json").write_text(json.dumps(config))

    with pytest.raises(ModelError, match=r"config\.json"):
        models.check(copy)


@pytest.mark.slow
@pytest.mark.model
def test_damage_that_only_loading_shows_is_found_in_another_process(copy: Path) -> None:
    models.check(copy, deep=True)
    (copy / "config.json").write_text("{}")
    models.check(copy)

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


@pytest.fixture
def may_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetching switches the offline mode off; other tests get it back."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.mark.slow
def test_without_a_network_fetching_fails_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_fetch: None
) -> None:
    import huggingface_hub.constants

    asked = []

    def unknown(host: str, *_more: object, **_rest: object) -> None:
        asked.append(host)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    for proxy in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)

    with pytest.raises(ModelError) as error:
        models.fetch("tiny", tmp_path)

    assert "could not be fetched" in error.value.message
    assert "import" in error.value.hint
    assert list((tmp_path / "models").iterdir()) == []
    assert asked  # it failed for that reason and no other


@pytest.mark.slow
def test_a_fetched_model_is_there_and_whole(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_fetch: None
) -> None:
    def hub(name: str, output_dir: str) -> str:
        assert name == "tiny"
        shutil.copytree(copy, output_dir, dirs_exist_ok=True)
        return output_dir

    monkeypatch.setattr("faster_whisper.download_model", hub)
    folder = models.fetch("tiny", tmp_path)

    assert folder == models.locate("tiny", tmp_path)
    models.check(folder)


@pytest.mark.slow
def test_a_fetch_that_breaks_off_leaves_the_model_that_was_there(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_fetch: None
) -> None:
    shutil.copytree(copy, tmp_path / "models" / "tiny")

    def breaks_off(_name: str, output_dir: str) -> str:
        (Path(output_dir) / "model.bin").write_bytes(b"half")
        raise ConnectionResetError("reset by peer")

    monkeypatch.setattr("faster_whisper.download_model", breaks_off)
    with pytest.raises(ModelError, match="could not be fetched"):
        models.fetch("tiny", tmp_path)

    models.check(models.locate("tiny", tmp_path))
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["tiny"]


@pytest.mark.slow
def test_a_full_disk_is_called_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_fetch: None
) -> None:
    def full(_name: str, output_dir: str) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("faster_whisper.download_model", full)
    with pytest.raises(ModelError, match="No space left"):
        models.fetch("tiny", tmp_path)


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(
    copy: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")

    with pytest.raises(ModelError, match="cannot be written"):
        models.import_folder(copy, "ours", tmp_path / "data")
