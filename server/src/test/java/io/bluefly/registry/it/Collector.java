package io.bluefly.registry.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A collector that takes OTLP over HTTP, and remembers it. */
final class Collector implements AutoCloseable {
  private final HttpServer server;
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<Metric> metrics = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final List<String> resources = new CopyOnWriteArrayList<>();

  Collector() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/traces",
        exchange -> {
          var request = ExportTraceServiceRequest.parseFrom(body(exchange));
          request
              .getResourceSpansList()
              .forEach(r -> {
                resources.add(r.getResource().toString());
                r.getScopeSpansList().forEach(s -> spans.addAll(s.getSpansList()));
              });
          answer(exchange);
        });
    server.createContext(
        "/v1/metrics",
        exchange -> {
          var request = ExportMetricsServiceRequest.parseFrom(body(exchange));
          request
              .getResourceMetricsList()
              .forEach(
                  r -> r.getScopeMetricsList().forEach(s -> metrics.addAll(s.getMetricsList())));
          answer(exchange);
        });
    server.start();
  }

  private byte[] body(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    bodies.add(new String(body, StandardCharsets.ISO_8859_1));
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("x-collector-key")));
    return body;
  }

  private static void answer(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Everything that was sent, byte for byte. */
  String everything() {
    return String.join("\n", bodies) + String.join("\n", resources);
  }

  List<String> keys() {
    return new ArrayList<>(authorizations);
  }

  /** The spans of a trace that have arrived. */
  List<Span> trace(String traceId) {
    return spans.stream().filter(span -> hex(span.getTraceId()).equals(traceId)).toList();
  }

  /** The spans whose attribute has this value. */
  List<Span> with(String attribute, String value) {
    return spans.stream()
        .filter(span -> value.equals(attributes(span.getAttributesList()).get(attribute)))
        .toList();
  }

  /** The points of a histogram, the newest last. */
  List<HistogramDataPoint> histogram(String name) {
    return metrics.stream()
        .filter(metric -> metric.getName().equals(name))
        .flatMap(metric -> metric.getHistogram().getDataPointsList().stream())
        .toList();
  }

  static Map<String, String> attributes(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(Collectors.toMap(KeyValue::getKey, a -> a.getValue().getStringValue()));
  }

  static String hex(com.google.protobuf.ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
