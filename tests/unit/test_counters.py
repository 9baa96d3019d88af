"""Sonde's own counters."""

import threading

import pytest

from sonde.telemetry.counters import Registry


def test_every_series_is_there_from_the_start() -> None:
    registry = Registry()
    registry.counter("sonde_things_total", "Things.", {"kind": ("a", "b"), "side": ("left", "right")})
    text = registry.render()
    assert text.count("sonde_things_total{") == 4
    assert '# TYPE sonde_things_total counter\nsonde_things_total{kind="a",side="left"} 0\n' in text


def test_a_label_value_nobody_declared_is_a_bug() -> None:
    family = Registry().counter("sonde_things_total", "Things.", {"kind": ("a",)})
    with pytest.raises(KeyError):
        family.of(kind="from outside")


def test_two_families_of_one_name_are_a_bug() -> None:
    registry = Registry()
    registry.gauge("sonde_level", "Level.")
    with pytest.raises(AssertionError):
        registry.gauge("sonde_level", "Level.")


def test_values_are_escaped_and_numbers_written_as_prometheus_reads_them() -> None:
    registry = Registry()
    registry.gauge("sonde_level", "Level.", {"name": ('a"b\\c\nd',)}).of(name='a"b\\c\nd').set(0.5)
    registry.gauge("sonde_asked", "Asked.").of().read_from(lambda: float("inf"))
    assert 'sonde_level{name="a\\"b\\\\c\\nd"} 0.5\n' in registry.render()
    assert "sonde_asked +Inf\n" in registry.render()


def test_a_histogram_is_cumulative() -> None:
    registry = Registry()
    histogram = registry.histogram("sonde_wait_seconds", "Wait.", bounds=(0.1, 1)).of()
    for value in (0.05, 0.1, 0.5, 7):
        histogram.observe(value)
    lines = registry.render().splitlines()
    assert lines[2:] == [
        'sonde_wait_seconds_bucket{le="0.1"} 2',
        'sonde_wait_seconds_bucket{le="1"} 3',
        'sonde_wait_seconds_bucket{le="+Inf"} 4',
        "sonde_wait_seconds_sum 7.65",
        "sonde_wait_seconds_count 4",
    ]


def test_no_count_is_lost_between_threads() -> None:
    counter = Registry().counter("sonde_things_total", "Things.").of()
    threads = [
        threading.Thread(target=lambda: [counter.increment() for _ in range(20_000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value == 80_000
