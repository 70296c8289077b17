package io.bluefly.registry.api;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Makes families of metrics; the names of counters are given without {@code _total}. */
final class Families {
  private Families() {}

  static MetricSnapshot info(String name, String help, String version) {
    return InfoSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(
            InfoSnapshot.InfoDataPointSnapshot.builder()
                .labels(Labels.of("version", version))
                .build())
        .build();
  }

  static MetricSnapshot gauge(String name, String help, double value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
        .build();
  }

  static <T> MetricSnapshot gauges(
      String name, String help, String label, Map<String, T> things, ToDoubleFunction<T> value) {
    GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
    things.forEach((key, thing) ->
        family.dataPoint(
            GaugeDataPointSnapshot.builder()
                .labels(Labels.of(label, key))
                .value(value.applyAsDouble(thing))
                .build()));
    return family.build();
  }

  static MetricSnapshot counter(String name, String help, double value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().value(value).build())
        .build();
  }

  static <T> MetricSnapshot counters(
      String name, String help, String label, Map<String, T> things, ToDoubleFunction<T> value) {
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help);
    things.forEach((key, thing) ->
        family.dataPoint(
            CounterDataPointSnapshot.builder()
                .labels(Labels.of(label, key))
                .value(value.applyAsDouble(thing))
                .build()));
    return family.build();
  }
}
