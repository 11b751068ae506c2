"""Which language the locale asks for."""

from __future__ import annotations

import pytest

from qdrill.language import Lang, language


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LC_ALL": "zh_CN", "LC_MESSAGES": "de_DE", "LANG": "de_DE"}, "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN"}, "zh"),
        ({"LC_CTYPE": "zh_CN", "LANG": "en_US"}, "en"),
    ],
)
def test_the_first_variable_that_is_set_decides(environ: dict[str, str], expected: Lang) -> None:
    assert language(environ) == expected
