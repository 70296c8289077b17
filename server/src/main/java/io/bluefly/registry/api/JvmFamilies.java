package io.bluefly.registry.api;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the process itself uses, by the names that Prometheus' Java client gives it. */
final class JvmFamilies {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MILLIS_PER_SECOND = 1e3;

  private JvmFamilies() {}

  static List<MetricSnapshot> now() {
    List<MetricSnapshot> families = new ArrayList<>();
    addMemory(families);
    families.add(
        Families.counters(
            "jvm_gc_collection_seconds",
            "Time spent in collections of garbage.",
            "gc",
            ManagementFactory.getGarbageCollectorMXBeans().stream()
                .collect(Collectors.toMap(GarbageCollectorMXBean::getName, Function.identity())),
            gc -> gc.getCollectionTime() / MILLIS_PER_SECOND));
    families.add(
        Families.gauge(
            "jvm_threads_current",
            "Platform threads.",
            ManagementFactory.getThreadMXBean().getThreadCount()));
    families.add(
        Families.gauge(
            "process_start_time_seconds",
            "When the process started, since 1970.",
            ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND));
    addSystem(families);
    return families;
  }

  private static void addMemory(List<MetricSnapshot> families) {
    var memory = ManagementFactory.getMemoryMXBean();
    Map<String, MemoryUsage> areas =
        Map.of("heap", memory.getHeapMemoryUsage(), "nonheap", memory.getNonHeapMemoryUsage());
    families.add(
        Families.gauges(
            "jvm_memory_used_bytes", "Memory in use.", "area", areas, MemoryUsage::getUsed));
    families.add(
        Families.gauges(
            "jvm_memory_max_bytes",
            "Memory that may be used; -1 without a limit.",
            "area",
            areas,
            MemoryUsage::getMax));
  }

  private static void addSystem(List<MetricSnapshot> families) {
    switch (ManagementFactory.getOperatingSystemMXBean()) {
      case com.sun.management.UnixOperatingSystemMXBean system -> {
        families.add(
            Families.counter(
                "process_cpu_seconds",
                "CPU time of the registry itself, without child processes.",
                Math.max(0, system.getProcessCpuTime()) / NANOS_PER_SECOND));
        families.add(
            Families.gauge(
                "process_open_fds",
                "Open descriptors.",
                (double) system.getOpenFileDescriptorCount()));
        families.add(
            Families.gauge(
                "process_max_fds",
                "Descriptors that may be open.",
                (double) system.getMaxFileDescriptorCount()));
      }
      default -> {}
    }
  }
}
