package io.bluefly.registry.connections;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.connections.Endpoint.WebSocketEndpoint;
import io.bluefly.registry.security.ProcessLimits;
import io.bluefly.registry.security.SandboxRequest;
import io.bluefly.registry.security.Secrets;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A registration as the JSON object that a user sends, that is stored, exported, and that a PATCH
 * is merged into. Reading expects an object that the OpenAPI document's {@code Registration}
 * accepts.
 */
public final class RegistrationJson {
  private RegistrationJson() {}

  /** Reads a registration; what is absent takes its default. */
  public static Registration read(JsonNode json) {
    String name = json.path("name").asText();
    Protocol protocol = constant(Protocol.class, json.path("protocol"));
    JsonNode endpoint = json.path("endpoint");
    JsonNode health = json.path("healthCheck");
    JsonNode instances = json.path("instances");
    int min = instances.path("min").asInt(1);
    return new Registration(
        name,
        constant(ConnectionType.class, json.path("type")),
        protocol,
        endpoint.isObject() ? readEndpoint(protocol, endpoint) : null,
        json.path("capabilities").isArray() ? strings(json.path("capabilities")) : null,
        members(json.path("metadata")),
        new HealthCheck(
            health.path("enabled").asBoolean(HealthCheck.DEFAULT.enabled()),
            health.path("interval").asInt(HealthCheck.DEFAULT.interval()),
            health.path("timeout").asInt(HealthCheck.DEFAULT.timeout()),
            optional(health, "slowAfter"),
            optional(health, "degradedAfter"),
            optional(health, "unhealthyAfter"),
            optional(health, "recoveredAfter"),
            health.path("degradedErrorRate").isNumber()
                ? Double.valueOf(health.get("degradedErrorRate").asDouble())
                : null),
        json.path("pool").asText(name),
        json.path("capacity").asInt(Registration.DEFAULT_CAPACITY),
        json.path("weight").asInt(1),
        new Instances(min, instances.path("max").asInt(min)));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode json) {
    return Enum.valueOf(type, json.asText().toUpperCase(Locale.ROOT));
  }

  private static Endpoint readEndpoint(Protocol protocol, JsonNode json) {
    return switch (protocol) {
      case STDIO ->
          new StdioEndpoint(
              json.path("command").asText(),
              strings(json.path("args")),
              texts(json.path("env")),
              json.hasNonNull("cwd") ? json.path("cwd").asText() : null,
              json.path("sandbox").isObject() ? readSandbox(json.get("sandbox")) : null,
              readLimits(json.path("limits")));
      case HTTP ->
          new HttpEndpoint(
              URI.create(json.path("url").asText()),
              texts(json.path("headers")),
              readAuth(json.path("auth")));
      case WEBSOCKET ->
          new WebSocketEndpoint(
              URI.create(json.path("url").asText()),
              texts(json.path("headers")),
              readAuth(json.path("auth")));
    };
  }

  private static @Nullable ClientCredentials readAuth(JsonNode json) {
    return json.isObject()
        ? new ClientCredentials(
            URI.create(json.path("tokenUrl").asText()),
            json.path("clientId").asText(),
            json.path("clientSecret").asText(),
            text(json, "scope"),
            text(json, "resource"))
        : null;
  }

  private static @Nullable String text(JsonNode json, String member) {
    return json.hasNonNull(member) ? json.get(member).asText() : null;
  }

  private static SandboxRequest readSandbox(JsonNode json) {
    return new SandboxRequest(
        strings(json.path("readable")),
        strings(json.path("writable")),
        json.path("network").asBoolean());
  }

  private static ProcessLimits readLimits(JsonNode json) {
    return new ProcessLimits(
        optional(json, "memoryMb"), optional(json, "cpuSeconds"), optional(json, "openFiles"));
  }

  private static List<String> strings(JsonNode array) {
    List<String> out = new ArrayList<>();
    array.forEach(item -> out.add(item.asText()));
    return out;
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> out = new LinkedHashMap<>();
    object.properties().forEach(member -> out.put(member.getKey(), member.getValue().asText()));
    return out;
  }

  private static Map<String, JsonNode> members(JsonNode object) {
    Map<String, JsonNode> out = new LinkedHashMap<>();
    object.properties().forEach(member -> out.put(member.getKey(), member.getValue()));
    return out;
  }

  /** The whole registration as the user wrote it, for the store and for a PATCH to merge into. */
  public static ObjectNode write(Registration registration) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", registration.name());
    json.put("type", registration.type().wire());
    json.put("protocol", registration.protocol().wire());
    Endpoint endpoint = registration.endpoint();
    if (endpoint != null) {
      json.set("endpoint", writeEndpoint(endpoint));
    }
    if (registration.capabilities() != null) {
      registration.capabilities().forEach(json.withArray("capabilities")::add);
      if (registration.capabilities().isEmpty()) {
        json.putArray("capabilities");
      }
    }
    if (!registration.metadata().isEmpty()) {
      json.putObject("metadata").setAll(registration.metadata());
    }
    HealthCheck health = registration.healthCheck();
    ObjectNode check =
        json.putObject("healthCheck")
            .put("enabled", health.enabled())
            .put("interval", health.interval())
            .put("timeout", health.timeout());
    put(check, "slowAfter", health.slowAfter());
    put(check, "degradedAfter", health.degradedAfter());
    put(check, "unhealthyAfter", health.unhealthyAfter());
    put(check, "recoveredAfter", health.recoveredAfter());
    if (health.degradedErrorRate() != null) {
      check.put("degradedErrorRate", health.degradedErrorRate());
    }
    json.put("pool", registration.pool());
    json.put("capacity", registration.capacity());
    json.put("weight", registration.weight());
    json.putObject("instances")
        .put("min", registration.instances().min())
        .put("max", registration.instances().max());
    return json;
  }

  /** The names of the fields that differ, sorted; not their values, which may be secret. */
  public static List<String> changed(Registration before, Registration after) {
    ObjectNode was = write(before);
    ObjectNode is = write(after);
    TreeSet<String> names = new TreeSet<>();
    was.fieldNames().forEachRemaining(names::add);
    is.fieldNames().forEachRemaining(names::add);
    return names.stream().filter(name -> !Objects.equals(was.get(name), is.get(name))).toList();
  }

  /** An endpoint as JSON, as the user wrote it. */
  private static ObjectNode writeEndpoint(Endpoint endpoint) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    switch (endpoint) {
      case StdioEndpoint stdio -> {
        json.put("command", stdio.command());
        var args = json.putArray("args");
        stdio.args().forEach(args::add);
        writeTexts(json, "env", stdio.env());
        if (stdio.cwd() != null) {
          json.put("cwd", stdio.cwd());
        }
        if (stdio.sandbox() != null) {
          writeSandbox(json.putObject("sandbox"), stdio.sandbox());
        }
        if (!stdio.limits().equals(ProcessLimits.NONE)) {
          writeLimits(json.putObject("limits"), stdio.limits());
        }
      }
      case HttpEndpoint http -> {
        json.put("url", http.url().toString());
        writeTexts(json, "headers", http.headers());
        writeAuth(json, http.auth());
      }
      case WebSocketEndpoint socket -> {
        json.put("url", socket.url().toString());
        writeTexts(json, "headers", socket.headers());
        writeAuth(json, socket.auth());
      }
    }
    return json;
  }

  private static void writeSandbox(ObjectNode json, SandboxRequest sandbox) {
    if (!sandbox.readable().isEmpty()) {
      sandbox.readable().forEach(json.putArray("readable")::add);
    }
    if (!sandbox.writable().isEmpty()) {
      sandbox.writable().forEach(json.putArray("writable")::add);
    }
    json.put("network", sandbox.network());
  }

  private static void writeLimits(ObjectNode json, ProcessLimits limits) {
    put(json, "memoryMb", limits.memoryMb());
    put(json, "cpuSeconds", limits.cpuSeconds());
    put(json, "openFiles", limits.openFiles());
  }

  /** An endpoint as it may be shown: without the secrets that somebody wrote into it. */
  public static ObjectNode shown(Endpoint endpoint) {
    return writeEndpoint(
        switch (endpoint) {
          case StdioEndpoint stdio ->
              new StdioEndpoint(
                  stdio.command(),
                  Secrets.shown(stdio.args()),
                  shown(stdio.env()),
                  stdio.cwd(),
                  stdio.sandbox(),
                  stdio.limits());
          case HttpEndpoint http ->
              new HttpEndpoint(
                  Secrets.shown(http.url()), shown(http.headers()), shown(http.auth()));
          case WebSocketEndpoint socket ->
              new WebSocketEndpoint(
                  Secrets.shown(socket.url()), shown(socket.headers()), shown(socket.auth()));
        });
  }

  private static @Nullable ClientCredentials shown(@Nullable ClientCredentials auth) {
    return auth == null
        ? null
        : new ClientCredentials(
            Secrets.shown(auth.tokenUrl()),
            auth.clientId(),
            Secrets.shown(auth.clientSecret()),
            auth.scope(),
            auth.resource());
  }

  private static Map<String, String> shown(Map<String, String> texts) {
    Map<String, String> shown = new LinkedHashMap<>();
    texts.forEach((name, value) -> shown.put(name, Secrets.shown(value)));
    return shown;
  }

  private static void writeAuth(ObjectNode json, @Nullable ClientCredentials auth) {
    if (auth == null) {
      return;
    }
    ObjectNode object =
        json.putObject("auth")
            .put("type", "client-credentials")
            .put("tokenUrl", auth.tokenUrl().toString())
            .put("clientId", auth.clientId())
            .put("clientSecret", auth.clientSecret());
    if (auth.scope() != null) {
      object.put("scope", auth.scope());
    }
    if (auth.resource() != null) {
      object.put("resource", auth.resource());
    }
  }

  private static void writeTexts(ObjectNode json, String field, Map<String, String> texts) {
    if (!texts.isEmpty()) {
      ObjectNode object = json.putObject(field);
      texts.forEach(object::put);
    }
  }

  private static @Nullable Integer optional(JsonNode json, String member) {
    return json.path(member).isInt() ? Integer.valueOf(json.get(member).asInt()) : null;
  }

  private static void put(ObjectNode json, String member, @Nullable Integer value) {
    if (value != null) {
      json.put(member, value);
    }
  }
}
