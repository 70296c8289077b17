package io.bluefly.registry.balancing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.balancing.PoolSettings.StickyBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A pool's settings as the JSON object that is stored, shown, and that a PATCH is merged into.
 * Reading expects an object that the OpenAPI document's {@code PoolSettings} accepts.
 */
public final class PoolSettingsJson {
  private PoolSettingsJson() {}

  /**
   * Reads settings; what is absent takes its default.
   *
   * @throws IllegalArgumentException when a value is none that is known
   */
  public static PoolSettings read(JsonNode json) {
    JsonNode settings = json.path("settings");
    List<String> order = new ArrayList<>();
    settings.path("order").forEach(name -> order.add(name.asText()));
    String strategy = json.path("strategy").asText(PoolSettings.DEFAULT.strategy().wire());
    String stickyBy = settings.path("stickyBy").asText(PoolSettings.DEFAULT.stickyBy().wire());
    return new PoolSettings(
        StrategyName.of(strategy).orElseThrow(() -> unknown("strategy", strategy)),
        order,
        StickyBy.of(stickyBy).orElseThrow(() -> unknown("stickyBy", stickyBy)),
        settings.path("argument").textValue(),
        settings.has("hedgeAfter") ? Duration.ofMillis(settings.get("hedgeAfter").asLong()) : null);
  }

  private static IllegalArgumentException unknown(String field, String value) {
    return new IllegalArgumentException("there is no " + field + " '" + value + "'");
  }

  /** The settings in full: {@code strategy}, and all others in {@code settings}. */
  public static ObjectNode write(PoolSettings pool) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("strategy", pool.strategy().wire());
    ObjectNode settings = json.putObject("settings");
    pool.order().forEach(settings.putArray("order")::add);
    settings.put("stickyBy", pool.stickyBy().wire());
    if (pool.argument() != null) {
      settings.put("argument", pool.argument());
    }
    if (pool.hedgeAfter() != null) {
      settings.put("hedgeAfter", pool.hedgeAfter().toMillis());
    }
    return json;
  }
}
