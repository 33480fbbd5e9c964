"""Reading what Prometheus would read."""

from prometheus_client.parser import text_string_to_metric_families

Labels = dict[str, str]


def samples(exposed: bytes, name: str) -> list[tuple[Labels, float]]:
    """Every sample of one name, with its labels."""
    return [
        (sample.labels, sample.value)
        for family in text_string_to_metric_families(exposed.decode())
        for sample in family.samples
        if sample.name == name
    ]


def value(exposed: bytes, name: str, **labels: str) -> float:
    """The one sample that has these labels, or 0 where there is none."""
    found = [
        number
        for given, number in samples(exposed, name)
        if all(given.get(key) == wanted for key, wanted in labels.items())
    ]
    assert len(found) <= 1, found
    return found[0] if found else 0.0


def names(exposed: bytes) -> set[str]:
    """The names of all samples."""
    return {
        sample.name
        for family in text_string_to_metric_families(exposed.decode())
        for sample in family.samples
    }
