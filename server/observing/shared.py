"""The folder in which the processes of one server share their figures."""

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Prometheus' library reads this environment variable, once, when it is imported."""
