"""In: a settings file, an environment, flags. Out: which of them wins, and how each error reads."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from assistant.core.errors import SettingsError
from assistant.settings import RULES, Settings, load


def test_without_anything_the_defaults_hold() -> None:
    assert load({}) == Settings(data_dir=load({}).data_dir)
    assert (load({}).language, load({}).rate, load({}).cues) == ("nl", 165, "room")


def test_every_setting_has_a_rule_and_every_default_obeys_its_own() -> None:
    assert {one.name for one in fields(Settings)} == set(RULES)
    for name, rule in RULES.items():
        assert rule.read(getattr(Settings(), name)) == getattr(Settings(), name)


def test_file_beats_default_environment_beats_file_flag_beats_all(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_file.write_text('language = "de"\nrate = 150\nbeam = 3\n')
    monkeypatch.setenv("INTERVISIE_RATE", "140")
    monkeypatch.setenv("INTERVISIE_BEAM", "2")

    settings = load({"beam": 1, "model": None})

    assert (settings.language, settings.rate, settings.beam) == ("de", 140, 1)
    assert settings.model == "small"


def test_an_empty_environment_variable_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVISIE_LANGUAGE", "")

    assert load({}).language == "nl"


def test_the_data_folder_comes_from_its_own_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERVISIE_DATA", str(tmp_path / "elsewhere"))

    assert load({}).data_dir == tmp_path / "elsewhere"


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        load({}).language = "en"  # type: ignore[misc]


def test_an_unknown_key_names_the_file_and_the_key_that_was_meant(settings_file: Path) -> None:
    settings_file.write_text('langauge = "nl"\n')

    with pytest.raises(SettingsError) as error:
        load({})

    assert "langauge" in error.value.message
    assert str(settings_file) in error.value.message
    assert "Did you mean language?" in error.value.hint


def test_an_unknown_variable_is_named_and_not_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVISIE_MICROFONE", "usb")

    with pytest.raises(SettingsError) as error:
        load({})

    assert "INTERVISIE_MICROFONE" in error.value.message
    assert "Did you mean INTERVISIE_MICROPHONE?" in error.value.hint


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("cues", "loud", "room, ear or screen"),
        ("language", "dutch", "two letters"),
        ("rate", 20, "from 80 to 320"),
        ("rate", "fast", "from 80 to 320"),
        ("rate", True, "from 80 to 320"),
        ("beam", 2.5, "from 1 to 10"),
        ("threads", 0, "from 1 to 32"),
        ("model", " ", "speech model"),
        ("microphone", 3, "part of the name"),
        ("data_dir", "", "a folder"),
    ],
)
def test_a_value_that_makes_no_sense_says_what_is_allowed(
    name: str, value: object, allowed: str
) -> None:
    with pytest.raises(SettingsError) as error:
        load({name: value})

    assert f"--{name.replace('_', '-')}" in error.value.message
    assert allowed in error.value.hint


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError):
        load({"data_dir": tmp_path / "file"})


def test_broken_toml_names_file_and_line(settings_file: Path) -> None:
    settings_file.write_text('language = "nl"\nrate = = 3\n')

    with pytest.raises(SettingsError) as error:
        load({})

    assert str(settings_file) in error.value.message
    assert "line 2" in error.value.message


def test_bytes_that_are_no_text_are_reported(settings_file: Path) -> None:
    settings_file.write_bytes(b'language = "\xff"')

    with pytest.raises(SettingsError):
        load({})


def test_a_folder_in_the_place_of_the_file_is_reported(settings_file: Path) -> None:
    settings_file.mkdir()

    with pytest.raises(SettingsError) as error:
        load({})

    assert "cannot be read" in error.value.message
