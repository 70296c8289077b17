package io.bluefly.registry.telemetry;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a collector is told. Its methods never wait: what it can't take is dropped. */
public interface Telemetry extends AutoCloseable {
  /**
   * A call arrives.
   *
   * @param meta the context in its {@code _meta}, which wins
   * @param http the context of the HTTP request that brought it
   */
  Trace begin(CallSubject subject, TraceContext meta, TraceContext http);

  /** Tells the rest, for at most a few seconds. */
  @Override
  void close();

  /**
   * Telemetry to the collector of the settings or the environment, null where neither has one.
   *
   * @param environment may have {@code OTEL_EXPORTER_OTLP_ENDPOINT}, {@code
   *     OTEL_EXPORTER_OTLP_HEADERS} (name=value, by commas), {@code OTEL_SERVICE_NAME}, {@code
   *     OTEL_SDK_DISABLED}
   * @param version the registry's
   * @throws IllegalArgumentException when the address is none; its message is one sentence
   */
  static @Nullable Telemetry open(
      TelemetrySettings settings, Map<String, String> environment, String version) {
    String endpoint =
        settings.endpoint().orElse(environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", ""));
    if (endpoint.isBlank() || "true".equals(environment.get("OTEL_SDK_DISABLED"))) {
      return null;
    }
    return new OtlpTelemetry(base(endpoint), settings, environment, version);
  }

  private static String base(String endpoint) {
    try {
      URI uri = URI.create(endpoint.strip());
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null) {
        return endpoint.strip().replaceAll("/+$", "");
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "telemetry.endpoint (or OTEL_EXPORTER_OTLP_ENDPOINT) must be the http or https address of a"
            + " collector, such as http://localhost:4318");
  }
}
