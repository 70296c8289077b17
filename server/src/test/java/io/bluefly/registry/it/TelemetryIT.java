package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Arrived;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector is told of calls, and what servers are told of traces. */
class TelemetryIT {
  private static final String SECRET = "very-secret-argument";
  @TempDir static Path folder;
  static Collector collector;
  static RegistryProcess registry;
  static TestServer modern;

  @BeforeAll
  static void start() throws Exception {
    collector = new Collector();
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", collector.url() + "/",
                "OTEL_EXPORTER_OTLP_HEADERS", "x-collector-key=abc, other=1",
                "MCP_REGISTRY_TELEMETRY_METRICS_INTERVAL", "300ms"));
    modern = TestServer.start(Era.MODERN, Transport.HTTP);
    TestServers.network(registry, "modern", modern);
    TestServers.stdio(registry, "legacy", Era.LEGACY);
  }

  @AfterAll
  static void stop() {
    registry.close();
    modern.close();
    collector.close();
  }

  /**
   * A call by hand at a pool, at all of them where its name is empty, with what else its {@code
   * _meta} and its head shall have.
   */
  private static String call(
      String pool, String tool, String arguments, String meta, String... more) throws Exception {
    List<String> head =
        new java.util.ArrayList<>(
            List.of(
                "POST " + (pool.isEmpty() ? "" : "/pools/" + pool) + "/mcp HTTP/1.1",
                "Content-Type: application/json",
                "Accept: application/json, text/event-stream",
                "MCP-Protocol-Version: " + RawClient.MODERN_VERSION,
                "Mcp-Method: tools/call",
                "Mcp-Name: " + tool));
    head.addAll(List.of(more));
    String all = RawClient.meta("{}").replace("{\"io", "{" + meta + "\"io");
    assertThat(all).contains(meta);
    String body =
        RawClient.message(
            "\"id-7\"",
            "tools/call",
            "{\"name\":\"%s\",\"arguments\":%s,%s}".formatted(tool, arguments, all));
    return RawClient.socket(registry, head, body.getBytes(UTF_8));
  }

  private static Span span(List<Span> spans, SpanKind kind) {
    List<Span> found = spans.stream().filter(span -> span.getKind() == kind).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static Map<String, String> attributes(Span span) {
    return Collector.attributes(span.getAttributesList());
  }

  /** The trace's spans of both kinds, once they have arrived. */
  private static List<Span> both(String traceId) {
    return Eventually.soon().until(() -> collector.trace(traceId), spans -> spans.size() >= 2);
  }

  @Test
  void aTraceGoesFromTheClientThroughTheRegistryToTheServer() throws Exception {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    String http = "0af7651916cd43dd8448eb211c80319c";
    String answer =
        call(
            "modern",
            "echo",
            "{\"x\":\"" + SECRET + "\"}",
            "\"traceparent\":\"00-" + trace + "-00f067aa0ba902b7-01\",\"tracestate\":\"a=b\",",
            "Traceparent: 00-" + http + "-b7ad6b7169203331-01");
    assertThat(answer).startsWith("HTTP/1.1 200").contains(SECRET);

    List<Span> spans = both(trace);
    Span server = span(spans, SpanKind.SPAN_KIND_SERVER);
    assertThat(server.getName()).isEqualTo("tools/call echo");
    assertThat(Collector.hex(server.getParentSpanId())).isEqualTo("00f067aa0ba902b7");
    assertThat(server.getTraceState()).isEqualTo("a=b");
    assertThat(server.getLinksList())
        .extracting(link -> Collector.hex(link.getTraceId()))
        .containsExactly(http);
    assertThat(server.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
    assertThat(attributes(server))
        .containsOnly(
            entry("mcp.method.name", "tools/call"),
            entry("gen_ai.operation.name", "execute_tool"),
            entry("gen_ai.tool.name", "echo"),
            entry("jsonrpc.request.id", "id-7"),
            entry("mcp.protocol.version", RawClient.MODERN_VERSION),
            entry("network.transport", "tcp"),
            entry("network.protocol.name", "http"));

    Span client = span(spans, SpanKind.SPAN_KIND_CLIENT);
    assertThat(client.getParentSpanId()).isEqualTo(server.getSpanId());
    assertThat(attributes(client))
        .containsEntry("mcp_registry.pool", "modern")
        .containsKey("mcp_registry.connection.id");
    String written = "00-" + trace + "-" + Collector.hex(client.getSpanId()) + "-01";
    Arrived arrived =
        modern.requests().stream()
            .filter(request -> request.body().contains(SECRET))
            .findFirst()
            .orElseThrow();
    assertThat(arrived.body())
        .contains("\"traceparent\":\"" + written + "\"", "\"tracestate\":\"a=b\"")
        .doesNotContain("00f067aa0ba902b7");
    assertThat(arrived.headers())
        .containsEntry("Traceparent", written)
        .containsEntry("Tracestate", "a=b");
    assertThat(collector.everything())
        .contains("mcp-registry")
        .doesNotContain(SECRET)
        .doesNotContain(registry.key());
    assertThat(collector.keys()).containsOnly("abc");
  }

  @Test
  void aTraceOfHttpServesWhereTheMessageHasNone() throws Exception {
    String trace = "11111111111111111111111111111111";
    call("modern", "echo", "{}", "", "traceparent: 00-" + trace + "-b7ad6b7169203331-01");
    Span server = span(both(trace), SpanKind.SPAN_KIND_SERVER);
    assertThat(Collector.hex(server.getParentSpanId())).isEqualTo("b7ad6b7169203331");
    assertThat(server.getLinksList()).isEmpty();
  }

  @Test
  void aToolThatFailsIsAnError() throws Exception {
    String trace = "22222222222222222222222222222222";
    call(
        "modern",
        "test_error_handling",
        "{}",
        "\"traceparent\":\"00-" + trace + "-00f067aa0ba902b7-01\",");
    for (Span span : both(trace)) {
      assertThat(attributes(span)).containsEntry("error.type", "tool_error");
      assertThat(span.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
    }
  }

  @Test
  void anAnswerOfTheRegistryIsTold() throws Exception {
    String trace = "33333333333333333333333333333333";
    call("", "no__such_tool", "{}", "\"traceparent\":\"00-" + trace + "-00f067aa0ba902b7-01\",");
    List<Span> spans =
        Eventually.soon().until(() -> collector.trace(trace), list -> !list.isEmpty());
    assertThat(spans).hasSize(1);
    assertThat(attributes(spans.getFirst()))
        .containsEntry("error.type", "-32602")
        .containsEntry("rpc.response.status_code", "-32602");
  }

  @Test
  void anErrorOfTheServerIsToldByItsCode() throws Exception {
    String trace = "55555555555555555555555555555555";
    call(
        "modern",
        "no_such_tool",
        "{}",
        "\"traceparent\":\"00-" + trace + "-00f067aa0ba902b7-01\",");
    assertThat(both(trace))
        .allSatisfy(span -> assertThat(attributes(span)).containsEntry("error.type", "-32602"));
  }

  @Test
  void aLegacyClientAndALegacyServerAreTracedAsWell() throws Exception {
    String trace = "44444444444444444444444444444444";
    try (McpClient client =
        McpClient.legacy(registry.url() + "/pools/legacy/mcp", registry.key())) {
      client.connect("");
      client.send(
          "{'op':'call','name':'echo','args':{},'meta':{'traceparent':'00-%s-00f067aa0ba902b7-01'}}"
              .formatted(trace));
    }
    Span client = span(both(trace), SpanKind.SPAN_KIND_CLIENT);
    assertThat(attributes(client))
        .containsEntry("network.transport", "pipe")
        .doesNotContainKey("network.protocol.name");
  }

  @Test
  void durationsAreAMetric() throws Exception {
    call("modern", "echo", "{}", "");
    for (String name : List.of("mcp.server.operation.duration", "mcp.client.operation.duration")) {
      List<HistogramDataPoint> points =
          Eventually.soon()
              .until(
                  () ->
                      collector.histogram(name).stream()
                          .filter(point ->
                              Objects.equals(
                                  Collector.attributes(point.getAttributesList())
                                      .get("gen_ai.tool.name"),
                                  "echo"))
                          .toList(),
                  list -> !list.isEmpty());
      HistogramDataPoint last = points.getLast();
      assertThat(last.getCount()).isPositive();
      assertThat(last.getExplicitBoundsList()).hasSize(14).startsWith(0.01, 0.02).endsWith(300.0);
      assertThat(Collector.attributes(last.getAttributesList()))
          .containsEntry("mcp.method.name", "tools/call")
          .doesNotContainKeys("jsonrpc.request.id", "mcp_registry.connection.id");
    }
  }

  @Test
  void withoutACollectorNothingOfItIsLoaded(@TempDir Path other) throws Exception {
    Path loaded = other.resolve("classes.txt");
    try (RegistryProcess off =
        RegistryProcess.start(
            other.resolve("data"),
            Map.of("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + loaded))) {
      TestServers.network(off, "modern", modern);
      // What pools offer is put together in the background where that takes long, as it does here.
      Eventually.until(() ->
          ModernHttp.at(off, "/pools/modern/mcp")
                  .send("tools/call", "{'name':'echo','arguments':{}}")
                  .status()
              == 200);
    }
    assertThat(Files.readAllLines(loaded))
        .anyMatch(line -> line.contains("io.bluefly.registry.gateway.HttpRelay"))
        .noneMatch(line -> line.contains("io.opentelemetry."));
  }

  @Test
  void anAddressThatIsNoneKeepsItFromStarting(@TempDir Path other) throws Exception {
    var refusal =
        RegistryProcess.refused(
            other, 0, Map.of("MCP_REGISTRY_TELEMETRY_ENDPOINT", "localhost:4317"));
    assertThat(refusal.exitCode()).isEqualTo(1);
    assertThat(refusal.message()).contains("telemetry.endpoint", "http://localhost:4318");
  }
}
