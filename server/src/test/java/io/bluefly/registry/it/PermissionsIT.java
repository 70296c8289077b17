package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each permission at each operation of the contract: every pair is tried, and what has to come of
 * it is a row in {@code permissions.csv}. An operation without a row fails the build.
 */
class PermissionsIT {
  private static final List<String> PERMISSIONS = List.of("read", "call", "write", "exec", "admin");
  private static final String OPEN = "open";

  @TempDir static Path folder;
  static RegistryProcess registry;
  static final Map<String, String> keys = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    for (String permission : PERMISSIONS) {
      keys.put(permission, registry.makeKey(permission, permission, ""));
    }
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /** An operation of the contract. */
  private record Operation(String id, String method, String path) {}

  private static List<Operation> operations() throws Exception {
    List<Operation> all = new ArrayList<>();
    String document = registry.send("GET", "/openapi", "").raw().body();
    for (var path : new YAMLMapper().readTree(document).get("paths").properties()) {
      for (var method : path.getValue().properties()) {
        if (method.getValue().has("operationId")) {
          all.add(
              new Operation(
                  method.getValue().get("operationId").asText(),
                  method.getKey().toUpperCase(Locale.ROOT),
                  path.getKey().replaceAll("\\{.*?}", "none")));
        }
      }
    }
    return all;
  }

  /** What each operation needs, by its id. */
  private static Map<String, String> rows() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    try (InputStream in = PermissionsIT.class.getResourceAsStream("/permissions.csv")) {
      new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
          .lines()
          .skip(1)
          .forEach(line -> {
            int comma = line.indexOf(',');
            rows.put(line.substring(0, comma), line.substring(comma + 1));
          });
    }
    return rows;
  }

  @Test
  void everyOperationHasARow() throws Exception {
    assertThat(operations().stream().map(Operation::id))
        .containsExactlyInAnyOrderElementsOf(rows().keySet());
  }

  @Test
  void eachPermissionOpensItsOperationsAndNoOther() throws Exception {
    Map<String, String> rows = rows();
    for (Operation operation : operations()) {
      String needed = rows.getOrDefault(operation.id(), "");
      for (Map.Entry<String, String> key : keys.entrySet()) {
        boolean may =
            needed.equals(OPEN) || key.getKey().equals(needed) || key.getKey().equals("admin");
        Answer answer = send(key.getValue(), operation);
        assertThat(refusal(answer))
            .as("%s with %s", operation, key.getKey())
            .isEqualTo(may ? "" : needed);
      }
      assertThat(send("wrong", operation).status() == 401)
          .as("%s without a key", operation)
          .isEqualTo(!needed.equals(OPEN));
    }
  }

  /** An empty body is wrong for most, which is found out after whether it may be sent at all. */
  private static Answer send(String key, Operation operation) throws Exception {
    String query = operation.path().equals("/registry/events") ? "?events=none" : "";
    return registry.sendAs(key, operation.method(), operation.path() + query, "");
  }

  /** The permission that was missed; empty if it was none. */
  private static String refusal(Answer answer) {
    JsonNode violation = answer.body().path("violations").path(0);
    return answer.status() == 403 && violation.path("field").asText().equals("key/permissions")
        ? violation.get("allowed").asText()
        : "";
  }

  @Test
  void mcpIsForThoseWhoMayCall() throws Exception {
    for (Map.Entry<String, String> key : keys.entrySet()) {
      boolean may = key.getKey().equals("call") || key.getKey().equals("admin");
      for (String path : List.of("/mcp", "/pools/none/mcp", "/connections/none/mcp")) {
        Answer answer = registry.sendAs(key.getValue(), "POST", path, "{}");
        assertThat(refusal(answer)).as("%s at %s", key.getKey(), path).isEqualTo(may ? "" : "call");
      }
      if (!may) {
        assertThatThrownBy(() -> new McpSocket(key.getValue(), registry, "/mcp", "mcp"))
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(WebSocketHandshakeException.class);
      }
    }
  }

  private static String key(String permission) {
    return Objects.requireNonNull(keys.get(permission));
  }

  private static String stdio(String name) {
    return """
    {"name": "%s", "type": "server", "protocol": "stdio", "endpoint": {"command": "true"}}
    """
        .formatted(name);
  }

  private static String http(String name) {
    return """
    {"name": "%s", "type": "server", "protocol": "http",
     "endpoint": {"url": "http://127.0.0.1:9/mcp"}}
    """
        .formatted(name);
  }

  @Test
  void whatStartsACommandNeedsExecBesideWrite() throws Exception {
    String write = key("write");
    String both = registry.makeKey("both", "write exec", "");
    String existing = registry.register(stdio("exists"));
    String inBatch =
        "{\"operations\":[{\"op\":\"register\",%s]}"
            .formatted(stdio("in-batch").strip().substring(1));

    for (Answer refused :
        List.of(
            registry.sendAs(write, "POST", "/connections", stdio("mine")),
            registry.sendAs(write, "PATCH", "/connections/" + existing, "{\"weight\":2}"),
            registry.sendAs(write, "PATCH", "/connections/" + existing, "{\"status\":\"active\"}"),
            registry.sendAs(write, "POST", "/connections/" + existing + "/health-check", ""),
            registry.sendAs(write, "POST", "/connections/" + existing + "/approve", ""))) {
      assertThat(refusal(refused)).as(refused.raw().body()).isEqualTo("exec");
    }
    String checks = "{\"connectionIds\":[\"" + existing + "\",\"none\"]}";
    Answer checked = registry.sendAs(write, "POST", "/connections/health-check/batch", checks);
    assertThat(checked.status()).isEqualTo(200);
    assertThat(checked.body().at("/results/0/error").asText()).contains("exec");
    assertThat(checked.body().at("/results/1/error").asText()).contains("no connection");
    Answer answer = registry.sendAs(write, "POST", "/connections/batch", inBatch);
    assertThat(answer.body().at("/results/0/status").asInt()).isEqualTo(403);
    assertThat(registry.get("/connections").at("/connections")).hasSize(1);

    assertThat(registry.sendAs(write, "POST", "/connections", http("theirs")).status())
        .isEqualTo(201);
    assertThat(registry.sendAs(both, "POST", "/connections", stdio("mine")).status())
        .isEqualTo(201);
    assertThat(refusal(registry.sendAs(key("exec"), "POST", "/connections", stdio("other"))))
        .isEqualTo("write");
  }
}
