package io.bluefly.registry.api;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import io.bluefly.registry.api.Problem.Violation;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI document as the service uses it: its operations, and the check of requests against
 * them. Every violation is reported with its place and what is allowed there.
 */
public final class Contract {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");
  private static final String RESOURCE = "/openapi/mcp-registry.openapi.json";
  private static final int MAX_ALLOWED_LENGTH = 300;

  /** Bytes that a body may have where the document says nothing else. */
  private static final int LONGEST_BODY = 1 << 20;

  /**
   * A parameter and where the schema that checks it is in the document.
   *
   * @param schema a JSON pointer
   */
  record Parameter(String name, String in, boolean required, JsonNode definition, String schema) {}

  /**
   * An operation of the document.
   *
   * @param path with {@code {names}} for parameters
   * @param permission what whoever calls it needs; null when it is open to all
   * @param bodies by media type, the JSON pointer of the schema that checks it
   * @param longestBody bytes that a body may have
   */
  record Described(
      String id,
      String path,
      String method,
      @Nullable Permission permission,
      boolean bodyRequired,
      List<Parameter> parameters,
      Map<String, String> bodies,
      int longestBody) {
    boolean open() {
      return permission == null;
    }
  }

  private final JsonNode document;
  private final Schemas schemas;
  private final List<Described> operations = new ArrayList<>();

  /** Reads the document as {@link ContractAsJson} wrote it. */
  public static Contract read() {
    try (InputStream in = Contract.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the OpenAPI document is not on the class path");
      }
      return new Contract(ApiJson.MAPPER.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Contract(JsonNode document) {
    this.document = document;
    this.schemas = new Schemas(document);
    for (var path : document.get("paths").properties()) {
      for (var method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          operations.add(describe(path.getKey(), path.getValue(), method.getKey()));
        }
      }
    }
  }

  private Described describe(String path, JsonNode pathItem, String method) {
    String pathPointer = "/paths/" + path.replace("~", "~0").replace("/", "~1");
    String pointer = pathPointer + "/" + method;
    JsonNode operation = pathItem.get(method);
    List<Parameter> parameters = new ArrayList<>();
    readParameters(pathItem.path("parameters"), pathPointer, parameters);
    readParameters(operation.path("parameters"), pointer, parameters);
    JsonNode body = operation.path("requestBody");
    Map<String, String> bodies = new LinkedHashMap<>();
    for (var content : body.path("content").properties()) {
      String type = content.getKey().replace("~", "~0").replace("/", "~1");
      bodies.put(content.getKey(), pointer + "/requestBody/content/" + type + "/schema");
    }
    return new Described(
        operation.get("operationId").asText(),
        path,
        method.toUpperCase(Locale.ROOT),
        permission(operation),
        body.path("required").asBoolean(),
        List.copyOf(parameters),
        bodies,
        operation.path("x-longest-body").asInt(LONGEST_BODY));
  }

  private static @Nullable Permission permission(JsonNode operation) {
    if (operation.has("security") && operation.get("security").isEmpty()) {
      return null;
    }
    return Permission.of(operation.path("x-permission").asText())
        .orElseThrow(() ->
            new IllegalStateException(
                "the contract does not say who may call " + operation.get("operationId")));
  }

  private void readParameters(JsonNode list, String pointer, List<Parameter> out) {
    for (int i = 0; i < list.size(); i++) {
      JsonNode parameter = list.get(i);
      String at = pointer + "/parameters/" + i;
      if (parameter.has("$ref")) {
        at = parameter.get("$ref").asText().substring(1);
        parameter = document.at(at);
      }
      out.add(
          new Parameter(
              parameter.get("name").asText(),
              parameter.get("in").asText(),
              parameter.path("required").asBoolean(),
              resolved(parameter.get("schema")),
              at + "/schema"));
    }
  }

  private JsonNode resolved(JsonNode schema) {
    return schema.has("$ref") ? document.at(schema.get("$ref").asText().substring(1)) : schema;
  }

  /** The operations of the document. */
  List<Described> operations() {
    return List.copyOf(operations);
  }

  /**
   * Checks {@code value} against a schema of the document's components.
   *
   * @param field where it stands in the request, for the violations
   * @throws ProblemException when it does not match
   */
  void require(String component, JsonNode value, String field) {
    List<Violation> violations = new ArrayList<>();
    collect(schemas.at("/components/schemas/" + component), value, field, violations);
    if (!violations.isEmpty()) {
      throw new ProblemException(Problems.invalid(violations));
    }
  }

  /**
   * Reads a request to {@code operation}.
   *
   * @param principal who has sent it
   * @param from the address that it comes from
   * @param path the path parameters, decoded
   * @param query the query parameters, decoded
   * @throws ProblemException when it does not match the contract
   */
  Request check(
      Described operation,
      Principal principal,
      String from,
      Map<String, String> path,
      MultiMap query,
      @Nullable String contentType,
      byte[] body) {
    List<Violation> violations = new ArrayList<>();
    Map<String, JsonNode> values = new LinkedHashMap<>();
    for (Parameter parameter : operation.parameters()) {
      List<String> given =
          parameter.in().equals("path")
              ? List.of(path.getOrDefault(parameter.name(), ""))
              : query.getAll(parameter.name());
      checkParameter(parameter, given, values, violations);
    }
    refuseUnknown(operation, query, violations);
    JsonNode json = checkBody(operation, contentType, body, violations);
    if (!violations.isEmpty()) {
      throw new ProblemException(Problems.invalid(violations));
    }
    return new Request(principal, from, values, json);
  }

  private void checkParameter(
      Parameter parameter,
      List<String> given,
      Map<String, JsonNode> values,
      List<Violation> violations) {
    String field = parameter.in() + "/" + parameter.name();
    if (given.size() > 1) {
      violations.add(new Violation(field, "must be given once", null));
    } else if (given.size() == 1) {
      JsonNode value = coerced(given.getFirst(), parameter.definition());
      collect(schemas.at(parameter.schema()), value, field, violations);
      values.put(parameter.name(), value);
    } else if (parameter.required()) {
      violations.add(new Violation(field, "is required", null));
    } else if (parameter.definition().has("default")) {
      values.put(parameter.name(), parameter.definition().get("default"));
    }
  }

  private static void refuseUnknown(
      Described operation, MultiMap query, List<Violation> violations) {
    Set<String> known = new TreeSet<>();
    operation.parameters().stream()
        .filter(p -> p.in().equals("query"))
        .forEach(p -> known.add(p.name()));
    for (String name : query.names()) {
      if (!known.contains(name)) {
        violations.add(new Violation("query/" + name, "is no parameter of this operation", known));
      }
    }
  }

  private static JsonNode coerced(String text, JsonNode definition) {
    return switch (definition.path("type").asText()) {
      case "integer" ->
          text.matches("-?\\d{1,18}")
              ? LongNode.valueOf(Long.parseLong(text))
              : TextNode.valueOf(text);
      case "boolean" ->
          text.equals("true") || text.equals("false")
              ? BooleanNode.valueOf(text.equals("true"))
              : TextNode.valueOf(text);
      default -> TextNode.valueOf(text);
    };
  }

  private JsonNode checkBody(
      Described operation, @Nullable String contentType, byte[] body, List<Violation> violations) {
    if (operation.bodies().isEmpty()) {
      return MissingNode.getInstance();
    }
    if (body.length == 0) {
      if (operation.bodyRequired()) {
        violations.add(new Violation("body", "is required", operation.bodies().keySet()));
      }
      return MissingNode.getInstance();
    }
    String schema = operation.bodies().get(mediaType(contentType));
    if (schema == null) {
      throw new ProblemException(Problems.mediaType(operation.bodies().keySet()));
    }
    JsonNode json = parse(body);
    collect(schemas.at(schema), json, "body", violations);
    return json;
  }

  private static String mediaType(@Nullable String contentType) {
    String type = contentType == null ? "" : contentType;
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }

  private static JsonNode parse(byte[] body) {
    try {
      return ApiJson.MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where =
          at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
      String what = e.getOriginalMessage().lines().findFirst().orElse("syntax error");
      throw new ProblemException(Problems.invalid("body", "is not valid JSON: " + what + where));
    } catch (IOException e) {
      throw new ProblemException(Problems.invalid("body", "is not valid UTF-8 JSON"));
    }
  }

  private void collect(Schema schema, JsonNode value, String field, List<Violation> violations) {
    for (Error error : schema.validate(value)) {
      boolean ofMember = error.getProperty() != null && !error.getKeyword().equals("propertyNames");
      String at = field + error.getInstanceLocation() + (ofMember ? "/" + error.getProperty() : "");
      violations.add(new Violation(at, message(error), allowed(error)));
    }
  }

  private String message(Error error) {
    return switch (error.getKeyword()) {
      case "pattern" -> description(error).map("must be "::concat).orElse(error.getMessage());
      case "required" -> "is required";
      case "multipleOf" -> "must be a multiple of " + error.getSchemaNode().asText();
      case "additionalProperties" -> "is not known here";
      case "false" -> "is not allowed here";
      case "propertyNames" -> "has a name that is not allowed: " + error.getMessage();
      default -> error.getMessage();
    };
  }

  /** What the schema with the broken keyword says in words. */
  private Optional<String> description(Error error) {
    String keyword = error.getSchemaLocation().getFragment().toString();
    JsonNode schema = document.at(keyword.substring(0, keyword.lastIndexOf('/')));
    return Optional.ofNullable(schema.path("description").textValue());
  }

  /** The keyword's own value where it says what is allowed: an enum, a limit, a pattern. */
  private static @Nullable Object allowed(Error error) {
    JsonNode node = error.getSchemaNode();
    if (node == null || node.toString().length() > MAX_ALLOWED_LENGTH) {
      return null;
    }
    return switch (error.getKeyword()) {
      case "required", "additionalProperties", "if", "propertyNames", "allOf", "false" -> null;
      case "type" -> node instanceof ArrayNode types ? types : node.asText();
      default -> node;
    };
  }
}
