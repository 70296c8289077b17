package io.bluefly.registry.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** By OpenTelemetry's SDK, over OTLP/HTTP. The only class with {@link CallSpan} that knows it. */
final class OtlpTelemetry implements Telemetry {
  private static final String SCOPE = "io.bluefly.registry";
  private static final int MAX_QUEUE = 2_048;
  private static final int MAX_LENGTH = 256;
  private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration EXPORT_DELAY = Duration.ofSeconds(1);
  private static final int CLOSE_SECONDS = 5;

  /** Of the conventions, in s. */
  private static final List<Double> BOUNDS =
      List.of(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0);

  private final SdkTracerProvider tracers;
  private final SdkMeterProvider meters;
  private final Tracer tracer;
  private final DoubleHistogram serverDuration;
  private final DoubleHistogram clientDuration;

  OtlpTelemetry(
      String endpoint,
      TelemetrySettings settings,
      Map<String, String> environment,
      String version) {
    Resource resource = resource(environment, version);
    Map<String, String> headers = headers(environment);
    this.tracers =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sampleRatio())))
            .setSpanLimits(SpanLimits.builder().setMaxAttributeValueLength(MAX_LENGTH).build())
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder()
                            .setEndpoint(endpoint + "/v1/traces")
                            .setTimeout(EXPORT_TIMEOUT)
                            .setHeaders(() -> headers)
                            .build())
                    .setMaxQueueSize(MAX_QUEUE)
                    .setScheduleDelay(EXPORT_DELAY)
                    .build())
            .build();
    this.meters =
        SdkMeterProvider.builder()
            .setResource(resource)
            .registerMetricReader(
                PeriodicMetricReader.builder(
                        OtlpHttpMetricExporter.builder()
                            .setEndpoint(endpoint + "/v1/metrics")
                            .setTimeout(EXPORT_TIMEOUT)
                            .setHeaders(() -> headers)
                            .build())
                    .setInterval(settings.metricsInterval())
                    .build())
            .build();
    this.tracer = tracers.get(SCOPE, version);
    Meter meter = meters.get(SCOPE);
    this.serverDuration = duration(meter, "mcp.server.operation.duration");
    this.clientDuration = duration(meter, "mcp.client.operation.duration");
  }

  private static Resource resource(Map<String, String> environment, String version) {
    return Resource.getDefault()
        .merge(
            Resource.create(
                Attributes.of(
                    AttributeKey.stringKey("service.name"),
                    environment.getOrDefault("OTEL_SERVICE_NAME", "mcp-registry"),
                    AttributeKey.stringKey("service.version"),
                    version,
                    AttributeKey.stringKey("service.instance.id"),
                    UUID.randomUUID().toString())));
  }

  private static Map<String, String> headers(Map<String, String> environment) {
    Map<String, String> headers = new HashMap<>();
    for (String pair : environment.getOrDefault("OTEL_EXPORTER_OTLP_HEADERS", "").split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        headers.put(pair.substring(0, equals).strip(), decoded(pair.substring(equals + 1).strip()));
      }
    }
    return headers;
  }

  /** Values are percent-encoded, as in a W3C baggage header; a plus is a plus. */
  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      return value;
    }
  }

  private static DoubleHistogram duration(Meter meter, String name) {
    return meter
        .histogramBuilder(name)
        .setUnit("s")
        .setExplicitBucketBoundariesAdvice(BOUNDS)
        .build();
  }

  @Override
  public Trace begin(CallSubject subject, TraceContext meta, TraceContext http) {
    Context told = read(meta);
    Context carried = read(http);
    boolean inside = Span.fromContext(told).getSpanContext().isValid();
    SpanBuilder span =
        CallSpan.builder(tracer, subject, SpanKind.SERVER).setParent(inside ? told : carried);
    SpanContext ambient = Span.fromContext(carried).getSpanContext();
    if (inside && ambient.isValid()) {
      span.addLink(ambient); // HTTP's own: a message and its request are independent.
    }
    return new ServerSpan(new CallSpan(span, subject, serverDuration));
  }

  private static Context read(TraceContext context) {
    return context.traceparent() == null
        ? Context.root()
        : W3CTraceContextPropagator.getInstance().extract(Context.root(), context, CallSpan.READER);
  }

  private final class ServerSpan implements Trace {
    private final CallSpan span;

    ServerSpan(CallSpan span) {
      this.span = span;
    }

    @Override
    public Attempt attempt(CallSubject subject, String connectionId, String pool) {
      SpanBuilder client =
          CallSpan.builder(tracer, subject, SpanKind.CLIENT)
              .setParent(span.context())
              .setAttribute("mcp_registry.connection.id", connectionId)
              .setAttribute("mcp_registry.pool", pool);
      return new ClientSpan(new CallSpan(client, subject, clientDuration), span);
    }

    @Override
    public void end(@Nullable CallError error) {
      span.end(error);
    }

    @Override
    public void end() {
      span.end();
    }
  }

  private record ClientSpan(CallSpan span, CallSpan parent) implements Attempt {
    @Override
    public TraceContext context() {
      return span.written();
    }

    @Override
    public void end(@Nullable CallError error) {
      if (span.end(error)) {
        parent.expect(error);
      }
    }
  }

  @Override
  public void close() {
    CompletableResultCode.ofAll(List.of(tracers.shutdown(), meters.shutdown()))
        .join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
