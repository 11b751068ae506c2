"""Evidence from outside a drill: exposition endpoints, Prometheus, the RAG API, Grafana; and qdrill's own metrics."""
