"""qdrill's sentences about metrics in Chinese: see `sentences_zh`."""

from __future__ import annotations

from collections.abc import Mapping

from qdrill.records.model_metrics import NO_METRICS

FIXED: Mapping[str, str] = {
    NO_METRICS: "本次演练未采集指标",
    "no metrics endpoint and no Prometheus is configured": "未配置指标端点，也未配置 Prometheus",
    "the drill ended before metrics were read": "演练在读取指标之前已结束",
    "every metrics endpoint read before and after the restore": "恢复前后均读取到每个指标端点",
    "every query answered by Prometheus": "Prometheus 应答每个查询",
    "no endpoint counted an imported row": "没有端点计到导入的行",
    "a restore straight into Qdrant does not move a service's import metrics": (
        "直接恢复到 Qdrant 不会改变服务的导入指标"
    ),
    "the endpoint was not read": "未读取该端点",
    "the metric is absent, and absent is not 0": "没有该指标，没有不等于 0",
    "it was not read before the restore": "恢复之前未能读取",
    "cancelled before Grafana had the annotation": "写入 Grafana 注释之前演练被取消",
}

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(\d+) of (\d+) read", "{1} 个中读取到 {0} 个"),
    (r"(\d+) of (\d+) read; ([\w.-]+): (.+)", "{1} 个中读取到 {0} 个；{2}：{3*}"),
    (r"(\d+) of (\d+) answered", "{1} 个查询中 {0} 个有应答"),
    (r"(\d+) of (\d+) answered, (\d+) without data", "{1} 个查询中 {0} 个有应答，其中 {2} 个无数据"),
    (
        r"(\d+) of (\d+) answered(?:, (\d+) without data)?; (.+?): (.+)",
        "{1} 个查询中 {0} 个有应答；{3}：{4*}",
    ),
    (r"import metrics that moved count (\S+) rows?", "有变化的导入指标均计为 {0} 行"),
    (r"([\w.-]+): (import_\w+) of the target rises by (.+)", "{0}：目标集合的 {1} 增加 {2}"),
    (r"rose by (\S+)", "增加了 {0}"),
    (
        r"no row was counted as skipped while (\S+) rows? were imported",
        "导入 {0} 行期间没有行被计为跳过",
    ),
)

CHECKS: Mapping[str, str] = {
    "metrics_endpoints": "指标端点",
    "import_metrics": "导入指标",
    "expect_import_rows_total": "导入行数符合要求",
    "expect_import_batches_total": "导入批次符合要求",
    "expect_import_skipped_total": "跳过行数符合要求",
    "prometheus_queries": "Prometheus 查询",
    "rag_preflight": "RAG 预检",
}
