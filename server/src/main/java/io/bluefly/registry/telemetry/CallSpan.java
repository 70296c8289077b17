package io.bluefly.registry.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A span and the metric of the same call, with the names of the <a
 * href="https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md">
 * conventions</a>.
 */
final class CallSpan {
  private static final double NANOS_PER_SECOND = 1e9;

  /** Names come from strangers. */
  private static final int MAX_NAME = 128;

  static final TextMapGetter<TraceContext> READER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(TraceContext context) {
          return List.of("traceparent", "tracestate");
        }

        @Override
        public @Nullable String get(@Nullable TraceContext context, String key) {
          if (context == null) {
            return null;
          }
          return key.equals("traceparent") ? context.traceparent() : context.tracestate();
        }
      };

  private final Span span;
  private final CallSubject subject;
  private final DoubleHistogram duration;
  private final long began = System.nanoTime();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile @Nullable CallError expected;

  CallSpan(SpanBuilder builder, CallSubject subject, DoubleHistogram duration) {
    this.span = builder.startSpan();
    this.subject = subject;
    this.duration = duration;
  }

  static SpanBuilder builder(Tracer tracer, CallSubject subject, SpanKind kind) {
    String named = named(subject);
    String name = named == null ? subject.method() : subject.method() + " " + named;
    SpanBuilder builder =
        tracer
            .spanBuilder(name)
            .setSpanKind(kind)
            .setAllAttributes(common(subject).build())
            .setAttribute("jsonrpc.request.id", subject.requestId());
    if (subject.method().startsWith("resources/") && subject.target() != null) {
      builder.setAttribute("mcp.resource.uri", subject.target());
    }
    return builder;
  }

  /** The tool or the prompt; URIs are too many to be names. */
  private static @Nullable String named(CallSubject subject) {
    String target = subject.target();
    if (target == null
        || !(subject.method().equals("tools/call") || subject.method().equals("prompts/get"))) {
      return null;
    }
    return target.length() <= MAX_NAME ? target : target.substring(0, MAX_NAME);
  }

  private static AttributesBuilder common(CallSubject subject) {
    AttributesBuilder attributes =
        Attributes.builder()
            .put("mcp.method.name", subject.method())
            .put("network.transport", subject.transport());
    put(attributes, "network.protocol.name", subject.protocol());
    put(attributes, "mcp.protocol.version", subject.protocolVersion());
    switch (subject.method()) {
      case "tools/call" -> {
        attributes.put("gen_ai.operation.name", "execute_tool");
        put(attributes, "gen_ai.tool.name", named(subject));
      }
      case "prompts/get" -> put(attributes, "gen_ai.prompt.name", named(subject));
      default -> {}
    }
    return attributes;
  }

  private static void put(AttributesBuilder attributes, String key, @Nullable String value) {
    if (value != null) {
      attributes.put(key, value);
    }
  }

  Context context() {
    return Context.root().with(span);
  }

  /** For the wire. */
  TraceContext written() {
    Map<String, String> fields = new HashMap<>();
    W3CTraceContextPropagator.getInstance()
        .inject(
            context(),
            fields,
            (map, key, value) -> {
              if (map != null) {
                map.put(key, value);
              }
            });
    return new TraceContext(fields.get("traceparent"), fields.get("tracestate"));
  }

  /** How it is to end, if nobody says otherwise. */
  void expect(@Nullable CallError error) {
    expected = error;
  }

  void end() {
    end(expected);
  }

  /** Whether this is the first report, which counts. */
  boolean end(@Nullable CallError error) {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    AttributesBuilder attributes = common(subject);
    if (error != null) {
      span.setStatus(StatusCode.ERROR);
      span.setAttribute("error.type", error.type());
      attributes.put("error.type", error.type());
      if (error.code() != null) {
        span.setAttribute("rpc.response.status_code", Integer.toString(error.code()));
        attributes.put("rpc.response.status_code", Integer.toString(error.code()));
      }
    }
    // A context without a span: samples of a histogram need no exemplar of each call.
    double seconds = (System.nanoTime() - began) / NANOS_PER_SECOND;
    duration.record(seconds, attributes.build(), Context.root());
    span.end();
    return true;
  }
}
