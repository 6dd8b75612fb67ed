"""A method fitted into the time a group has."""

import pytest

from assistant.core.method import Method
from tests.playbook import method, step


def three(last_elastic: bool) -> Method:
    from dataclasses import replace

    closing = replace(step("closing", 5), elastic=last_elastic)
    return method(step("story", 10), step("ideas", 20), closing)


def test_elastic_steps_share_what_is_left_and_others_keep_their_time() -> None:
    fitted = three(last_elastic=False).fitted(20)

    assert [s.minutes for s in fitted.steps] == [5, 10, 5]
    assert fitted.minutes == 20


def test_more_time_stretches_the_elastic_steps() -> None:
    assert [s.minutes for s in three(last_elastic=False).fitted(65).steps] == [20, 40, 5]


def test_too_short_a_time_names_the_least() -> None:
    with pytest.raises(ValueError, match=r"^7$"):
        three(last_elastic=False).fitted(6)
