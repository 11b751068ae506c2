"""The CI summary: the contract's lines to the letter, then the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.records.ci_summary import render_ci_summary, whole_seconds, write_ci_summary
from tests.records import samples


def test_the_contract_lines_come_first_to_the_letter() -> None:
    assert render_ci_summary(samples.record_of(samples.passed())).startswith(
        "# Consolidated CI Summary\n"
        "\n"
        "- collection: default_collection\n"
        "- seed_total: 100000\n"
        "- backup_total: 100000\n"
        "- restored_total: 100000\n"
        "- src: qdrill\n"
        "- backup_duration_seconds: 2\n"
        "- restore_duration_seconds (RTO): 4\n"
        "\n"
        "# Metrics E2E Summary\n"
        "\n"
        "- metrics: not collected (this drill did not collect metrics)\n"
    )


def test_further_keys_follow_in_the_same_form() -> None:
    text = render_ci_summary(samples.record_of(samples.passed()))
    further = text.split("# Drill Summary\n\n")[1].splitlines()
    assert all(re.fullmatch(r"- [a-z_]+: .+", line) for line in further)
    assert {"- verdict: pass", "- rta_seconds: 3.6", "- rpa_seconds: 8.25"} <= set(further)
    assert "- record: 20261122T151107Z-7f3a" in further


def test_no_key_stands_twice() -> None:
    keys = re.findall(r"(?m)^- +([^:]+):", render_ci_summary(samples.record_of(samples.lossy())))
    assert len(keys) == len(set(keys))


def test_unknown_numbers_say_so() -> None:
    text = render_ci_summary(samples.record_of(samples.cut_off()))
    for key in ("seed_total", "backup_total", "restored_total", "backup_duration_seconds"):
        assert f"- {key}: unknown\n" in text
    assert "- restore_duration_seconds (RTO): unknown\n" in text
    assert "- src: qdrill\n" in text
    assert not re.search(r"(?m): 0$", text)


def test_a_name_cannot_forge_a_line() -> None:
    result = replace(samples.cut_off(), reason="x\n- backup_total: 5\r- seed_total: 5\u2028- verdict: pass")
    text = render_ci_summary(samples.record_of(result))
    assert re.findall(r"(?m)^- +backup_total: +(.*)$", text) == ["unknown"]
    assert len([line for line in text.splitlines() if line.startswith("- verdict:")]) == 1
    assert render_ci_summary(samples.record_of(samples.hostile())).count("\n- ") == text.count("\n- ")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "unknown"), (0.0, "0"), (0.001, "1"), (1.0, "1"), (1.0000000000001, "1"), (1.01, "2"),
        (float("nan"), "unknown"), (float("inf"), "unknown"), (-1.0, "unknown"),
    ],
)  # fmt: skip
def test_durations_are_rounded_up(seconds: float | None, shown: str) -> None:
    assert whole_seconds(seconds) == shown


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "artifacts/metrics/ci_summary.txt"
    write_ci_summary(path, samples.record_of(samples.lossy()))
    record = samples.record_of(samples.passed())
    write_ci_summary(path, record)
    assert path.read_bytes() == render_ci_summary(record).encode()
    assert list(path.parent.iterdir()) == [path]
