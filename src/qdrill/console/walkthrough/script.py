"""The two acts, step by step. What a step says stands in the catalogue under `walkthrough`."""

from __future__ import annotations

from collections.abc import Mapping

from qdrill.console.walkthrough import moves as m
from qdrill.console.walkthrough import places as p
from qdrill.console.walkthrough.step import Act, Step

DRILL: Act = (
    Step("why", "walkthrough.drill.why", "drill"),
    Step("collection", "walkthrough.drill.collection", "collections", show=(p.select_source,), until=p.source_listed,
         facts=m.points_fact),
    Step("detail", "walkthrough.drill.detail", "collections", show=(p.open_source,), until=p.source_open),
    Step("dry-run", "walkthrough.drill.dry_run", "drill", show=(m.read_dry_run,), until=m.reading_open, dialogue=True),
    Step("preflight", "walkthrough.drill.preflight", "drill", do=("drill.start",), until=m.ended("preflight")),
    Step("backup", "walkthrough.drill.backup", "drill", until=m.ended("backup"), picture=m.half_way("backup"),
         facts=m.points_fact, stage="backup"),
    Step("restore", "walkthrough.drill.restore", "drill", until=m.ended("restore"), picture=m.half_way("restore"),
         stage="restore"),
    Step("validate", "walkthrough.drill.validate", "drill", until=m.drill_ended, stage="validate"),
    Step("verdict", "walkthrough.drill.verdict", "drill", facts=m.outcome_facts),
    Step("search", "walkthrough.drill.search", "search", do=(p.search_both,), until=p.answered),
    Step("compare", "walkthrough.drill.compare", "compare", do=(p.compare_both,), until=p.compared,
         facts=m.points_fact),
    Step("records", "walkthrough.drill.records", "records", show=(p.select_record,), until=p.records_listed),
    Step("markdown", "walkthrough.drill.markdown", "records", show=(p.read_record,), until=p.record_open),
    Step("end", "walkthrough.drill.end", "drill", facts=m.outcome_facts),
)  # fmt: skip

SABOTAGE: Act = (
    Step("why", "walkthrough.sabotage.why", "drill", facts=m.damage_facts),
    Step("preflight", "walkthrough.sabotage.preflight", "drill", do=("drill.start",), until=m.ended("preflight")),
    Step("backup", "walkthrough.sabotage.backup", "drill", until=m.ended("backup"), picture=m.half_way("backup"),
         facts=m.points_fact, stage="backup"),
    Step("restore", "walkthrough.sabotage.restore", "drill", until=m.ended("restore"), picture=m.half_way("restore"),
         facts=m.points_fact, stage="restore"),
    Step("validate", "walkthrough.sabotage.validate", "drill", until=m.drill_ended, stage="validate"),
    Step("verdict", "walkthrough.sabotage.verdict", "drill", facts=m.outcome_facts),
    Step("count", "walkthrough.sabotage.count", "drill", show=(m.read_check("points_restored"),),
         until=m.reading_open, facts=m.outcome_facts, dialogue=True),
    Step("searches", "walkthrough.sabotage.searches", "drill", show=(m.read_check("sample_searches"),),
         until=m.reading_open, facts=m.damage_facts, dialogue=True),
    Step("points", "walkthrough.sabotage.points", "drill", show=(m.read_check("points_compared"),),
         until=m.reading_open, facts=m.damage_facts, dialogue=True),
    Step("search", "walkthrough.sabotage.search", "search", do=(p.search_both,), until=p.answered,
         facts=m.damage_facts),
    Step("compare", "walkthrough.sabotage.compare", "compare", do=(p.compare_both,), show=(p.close_point,),
         until=p.compared, facts=m.damage_facts),
    Step("versions", "walkthrough.sabotage.versions", "compare", show=(p.open_changed_point,), until=p.versions_open,
         facts=m.damage_facts),
    Step("record", "walkthrough.sabotage.record", "records", show=(p.select_record, p.read_record),
         until=p.record_open),
    Step("end", "walkthrough.sabotage.end", "drill", facts=m.outcome_facts),
)  # fmt: skip

ACTS: Mapping[str, Act] = {"drill": DRILL, "sabotage": SABOTAGE}
