"""docker-compose.yml and what it mounts: pinned, on loopback only, of one piece with drills.toml and the metrics."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from qdrill.config import load_config
from qdrill.signals.own_families import NOTHING, families
from tests.support.odd_service import OddService, html, reply

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/dashboards/qdrill.json").read_text())
# Of `/metrics` of Qdrant 1.19.
QDRANT_METRICS = {
    "collection_points",
    "collection_running_optimizations",
    "collection_update_queue_length",
    "memory_allocated_bytes",
    "memory_resident_bytes",
    "rest_responses_total",
}
PINNED = re.compile(r"[a-z0-9./-]+:v?\d+\.\d+\.\d+")


def mounts(service: str) -> Iterator[tuple[str, str, str]]:
    """Source, place and mode of each mount."""
    for written in SERVICES[service]["volumes"]:
        source, place, *mode = written.split(":")
        yield source, place, mode[0] if mode else "rw"


def host_ports(service: str) -> set[int]:
    return {int(written.split(":")[1]) for written in SERVICES[service]["ports"]}


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    variables = [re.sub(r"^query_result\((.*)\)$", r"\1", one["definition"]) for one in DASHBOARD["templating"]["list"]]
    return [*asked, *(one for one in variables if not one.startswith("label_values("))]


def test_three_services_come_up_by_default() -> None:
    assert {name for name, one in SERVICES.items() if not one.get("profiles")} == {"qdrant", "prometheus", "grafana"}
    assert {name: one["profiles"] for name, one in SERVICES.items() if one.get("profiles")} == {
        "qdrant-isolated": ["isolated"],
        "ollama": ["ollama"],
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_pinned_checked_and_on_loopback(name: str) -> None:
    service = SERVICES[name]
    assert PINNED.fullmatch(service["image"])
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in service["ports"])
    assert not service.get("privileged")
    assert service.get("network_mode") is None


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there_and_data_are_in_named_volumes(name: str) -> None:
    for source, place, mode in mounts(name):
        assert place.startswith("/")
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert mode == "ro"
        else:
            assert source in COMPOSE["volumes"]
    assert any(not source.startswith(".") for source, _, _ in mounts(name))


def test_ports_and_volumes_are_used_once() -> None:
    ports = [port for name in SERVICES for port in host_ports(name)]
    assert len(ports) == len(set(ports))
    volumes = [source for name in SERVICES for source, _, _ in mounts(name) if not source.startswith(".")]
    assert sorted(volumes) == sorted(COMPOSE["volumes"])


def test_the_isolated_target_shares_nothing_with_the_source() -> None:
    source, target = SERVICES["qdrant"], SERVICES["qdrant-isolated"]
    assert source["image"] == target["image"] == "qdrant/qdrant:v1.19.0"
    assert set(source["networks"]).isdisjoint(target["networks"])
    assert {one for one, _, _ in mounts("qdrant")}.isdisjoint({one for one, _, _ in mounts("qdrant-isolated")})


def test_no_secret_stands_in_it_and_none_is_the_default() -> None:
    grafana = SERVICES["grafana"]["environment"]
    assert grafana["GF_SECURITY_ADMIN_PASSWORD"] == "${GRAFANA_ADMIN_PASSWORD:-}"
    assert grafana["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    start = SERVICES["grafana"]["entrypoint"][2].replace("$$", "$").replace("exec /run.sh", "env")
    for password, disabled in (("", True), ("given", False)):
        ran = _run(["/bin/sh", "-c", start], {"GF_SECURITY_ADMIN_PASSWORD": password, "PATH": "/usr/bin:/bin"})
        assert ("GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION=true" in ran.stdout) is disabled


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_qdrants_health_check_needs_a_right_answer() -> None:
    written = SERVICES["qdrant"]["healthcheck"]["test"]
    assert written[1:3] == ["bash", "-c"]
    for behaviour, healthy in ((reply(b"all shards are ready"), True), (reply(b"", 503), False), (html(500), False)):
        with OddService(behaviour) as service:
            check = written[3].replace("$$", "$").replace("6333", service.url.rsplit(":", 1)[1])
            assert (_run(["bash", "-c", check]).returncode == 0) is healthy
            assert service.asked[0].path == "/readyz"
    assert _run(["bash", "-c", check]).returncode != 0


def test_drills_toml_fits_it() -> None:
    config = load_config(ROOT / "drills.toml", {})
    used = {store.url.rsplit(":", 1)[1]: name for name, store in config.stores.items() if store.url}
    assert {int(port) for port in used} == {6333}
    assert 6333 in host_ports("qdrant")
    assert config.prometheus is not None
    assert config.grafana is not None
    assert (config.prometheus.url, config.grafana.url) == ("http://localhost:9090", "http://localhost:3000")
    assert config.grafana.dashboard_uid == DASHBOARD["uid"] == "qdrill"
    assert config.metrics["qdrant"].url == "http://localhost:6333/metrics"
    assert config.metrics["qdrill"].url == f"http://localhost:{config.exporter.listen.rsplit(':', 1)[1]}/metrics"
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    assert scraped["global"]["scrape_interval"] == f"{config.prometheus.scrape_interval_seconds:g}s"


def test_the_commented_keys_of_drills_toml_are_right_too(tmp_path: Path) -> None:
    written = (ROOT / "drills.toml").read_text()
    # A comment that is a key, or a table of one, is one once its mark is gone.
    live = re.sub(r"^# (?=(\[\[?[a-z.]+\]\]?|[a-z_]+ = )( |$|[\"'\d]|true|false))", "", written, flags=re.MULTILINE)
    assert live.count("\n[[drill.") == written.count("\n[[drill.") + 2
    # What the text offers instead of another value, or needs a file for.
    for line in ("ca_file", "production", "read_only", "theme ="):
        live = re.sub(rf"^{line}.*$", "", live, flags=re.MULTILINE)
    (tmp_path / "drills.toml").write_text(live)
    config = load_config(tmp_path / "drills.toml", {})
    assert config.stores["isolated"].url == "http://localhost:6343"
    assert 6343 in host_ports("qdrant-isolated")
    assert [drill.name for drill in config.drills] == ["nightly", "isolated"]
    assert config.grafana is not None
    assert config.grafana.panel_id in {panel["id"] for panel in panels()}
    assert config.drills[0].queries[0].promql.startswith("sum(")
    assert config.drills[0].expects[0].equals == "points_expected"


def test_prometheus_scrapes_what_the_services_are_called() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    targets = {one["job_name"]: one["static_configs"][0]["targets"] for one in config["scrape_configs"]}
    assert targets["qdrant"] == ["qdrant:6333"]
    assert set(SERVICES["prometheus"]["networks"]) & set(SERVICES["qdrant"]["networks"])
    assert targets["qdrill"] == ["host.docker.internal:9755"]
    assert SERVICES["prometheus"]["extra_hosts"] == ["host.docker.internal:host-gateway"]
    (rules,) = config["rule_files"]
    assert {place for _, place, _ in mounts("prometheus")} >= {f"/etc/prometheus/{rules}"}


def test_grafana_is_provisioned_with_one_source_and_the_dashboard() -> None:
    provisioning = ROOT / "deploy/grafana/provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    used = {panel["datasource"]["uid"] for panel in panels()}
    used |= {target["datasource"]["uid"] for panel in panels() for target in panel["targets"]}
    used |= {variable["datasource"]["uid"] for variable in DASHBOARD["templating"]["list"]}
    assert used == {source["uid"]}
    (provider,) = yaml.safe_load((provisioning / "dashboards/qdrill.yml").read_text())["providers"]
    places = {place: mounted for mounted, place, _ in mounts("grafana")}
    assert (ROOT / places[provider["options"]["path"]] / "qdrill.json").is_file()
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/qdrill.json"


def test_the_dashboard_asks_only_for_metrics_that_exist() -> None:
    own = {sample for family in families(NOTHING) for sample in _samples(family.name, family.type)}
    asked = {name for written in expressions() for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b(?=[{\[])", written)}
    asked |= {
        match[1]
        for one in DASHBOARD["templating"]["list"]
        if (match := re.match(r"label_values\((\w+),", one["definition"]))
    }
    assert asked <= own | QDRANT_METRICS
    shown = {
        "import_rows_total",
        "import_batches_total",
        "import_skipped_total",
        "import_duration_seconds_bucket",
        "export_rows_total",
        "qdrill_last_verdict",
        "qdrill_rta_seconds",
        "qdrill_rpa_seconds",
        "qdrill_points",
        "qdrill_last_success_timestamp_seconds",
    }
    assert asked >= shown | QDRANT_METRICS


def test_links_find_their_panels_and_variables() -> None:
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))
    assert "collection" in {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells)), "panels overlap"
    assert max(x for x, _ in cells) < 24


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_takes_the_configuration_and_every_expression(tmp_path: Path) -> None:
    checked = _run(["promtool", "check", "config", str(ROOT / "deploy/prometheus/prometheus.yml")])
    assert checked.returncode == 0, checked.stdout + checked.stderr
    plain = [
        re.sub(r"\$__(rate_interval|range)", "1m", written).replace("$collection", "c") for written in expressions()
    ]
    rules = [{"record": f"r{number}", "expr": written.replace("$drill", "d")} for number, written in enumerate(plain)]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    checked = _run(["promtool", "check", "rules", str(file)])
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(rules)} rules found" in checked.stdout


def test_docker_takes_the_file() -> None:
    if shutil.which("docker") is None or _run(["docker", "compose", "version"]).returncode != 0:
        pytest.skip("docker compose is not installed")
    profiles = ["--profile", "isolated", "--profile", "ollama"]
    checked = _run(["docker", "compose", "-f", str(ROOT / "docker-compose.yml"), *profiles, "config", "--quiet"])
    assert checked.returncode == 0, checked.stderr


def _samples(name: str, kind: str) -> set[str]:
    """Names of the samples of a family; those of a counter end in _total, which its family's name has not."""
    if kind == "counter":
        return {f"{name}_total"}
    return {f"{name}{end}" for end in ("_bucket", "_count", "_sum")} if kind == "histogram" else {name}


def _run(command: list[str], environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environ)
