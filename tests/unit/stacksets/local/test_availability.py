"""Whether the embedded AWS can run is told in a sentence."""

from __future__ import annotations

import pytest

from stacksets.local.adaptations import MINISTACK_VERSION, check_version
from stacksets.local.availability import NEEDED, LocalAwsUnavailableError, check_available


def test_where_all_parts_are_installed_nothing_is_said() -> None:
    check_available()


def test_every_missing_part_is_named_with_what_installs_it() -> None:
    with pytest.raises(LocalAwsUnavailableError) as caught:
        check_available(is_installed=lambda name: name == "ministack", platform="linux")

    assert "needs hypercorn, trustme, awslambdaric" in caught.value.message
    assert "pip install 'multi-region-service[local]'" in caught.value.hint
    assert caught.value.exit_code == 3


def test_on_macos_what_is_missing_cannot_be_installed_and_that_is_said() -> None:
    with pytest.raises(LocalAwsUnavailableError) as caught:
        check_available(is_installed=lambda name: name != "awslambdaric", platform="darwin")

    assert "cannot run handlers on darwin" in caught.value.message
    assert "use Linux" in caught.value.hint


def test_on_linux_a_missing_runtime_client_hints_at_musl() -> None:
    with pytest.raises(LocalAwsUnavailableError) as caught:
        check_available(is_installed=lambda name: name != "awslambdaric", platform="linux")

    assert "not musl" in caught.value.hint


def test_on_macos_without_the_extra_the_extra_is_named() -> None:
    with pytest.raises(LocalAwsUnavailableError, match=", ".join(NEEDED)):
        check_available(is_installed=lambda _: False, platform="darwin")


def test_the_pinned_ministack_is_accepted() -> None:
    check_version(MINISTACK_VERSION)


def test_another_ministack_is_refused_in_a_sentence() -> None:
    with pytest.raises(LocalAwsUnavailableError) as caught:
        check_version("9.9.9")

    assert f"made for ministack {MINISTACK_VERSION}, not 9.9.9" in caught.value.message
    assert f"ministack=={MINISTACK_VERSION}" in caught.value.hint
