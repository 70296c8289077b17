package io.bluefly.registry.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.cli.http.Json;
import io.bluefly.registry.cli.http.Pools;
import io.bluefly.registry.cli.text.PoolText;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pool}: one pool in full, after its settings were changed. */
@Command(
    name = "pool",
    description = "Show a pool, or change how its calls are spread: the options are what changes.")
final class PoolCommand implements Callable<Integer> {
  private final Root root;

  @Parameters(paramLabel = "NAME", description = "The pool's name.")
  private String name = "";

  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      description = "How calls are spread: ${COMPLETION-CANDIDATES}.")
  private Words.@Nullable Strategy strategy;

  @Option(
      names = "--order",
      paramLabel = "A,B",
      description = "For priority: names of connections, the best first ('' for none).")
  private @Nullable String order;

  @Option(
      names = "--sticky-by",
      paramLabel = "WHAT",
      description = "For sticky: what stays together, ${COMPLETION-CANDIDATES}.")
  private Words.@Nullable StickyBy stickyBy;

  @Option(
      names = "--argument",
      paramLabel = "NAME",
      description = "For --sticky-by argument: a tool's argument ('' for none).")
  private @Nullable String argument;

  @Option(
      names = "--hedge-after",
      paramLabel = "TIME",
      description =
          "When a read-only call is sent to a second server as well, such as 200ms (off: never).")
  private @Nullable String hedgeAfter;

  PoolCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    ObjectNode patch = patch();
    Pools pools = root.pools();
    JsonNode pool = patch.isEmpty() ? pools.details(name) : pools.change(name, patch);
    root.print(pool, PoolText.of(pool));
    return 0;
  }

  private ObjectNode patch() {
    ObjectNode patch = Json.object();
    if (strategy != null) {
      patch.put("strategy", strategy.toString());
    }
    ObjectNode settings = settings();
    if (!settings.isEmpty()) {
      patch.set("settings", settings);
    }
    return patch;
  }

  /** What is empty or off is null: the default again. */
  private ObjectNode settings() {
    ObjectNode settings = Json.object();
    if (order != null && !order.isBlank()) {
      Stream.of(order.split(",")).map(String::strip).forEach(settings.putArray("order")::add);
    } else if (order != null) {
      settings.putNull("order");
    }
    if (stickyBy != null) {
      settings.put("stickyBy", stickyBy.toString());
    }
    if (argument != null) {
      settings.put("argument", argument.isEmpty() ? null : argument);
    }
    if (hedgeAfter != null && !hedgeAfter.equals("off")) {
      settings.put("hedgeAfter", Durations.millis("--hedge-after", hedgeAfter));
    } else if (hedgeAfter != null) {
      settings.putNull("hedgeAfter");
    }
    return settings;
  }
}
