package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many connections are checked at once, and each is told of by itself. */
class BatchCheckIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static Answer check(List<String> ids, String more) throws Exception {
    String list = ids.stream().collect(Collectors.joining("\",\"", "[\"", "\"]"));
    return registry.send(
        "POST", "/connections/health-check/batch", "{\"connectionIds\":" + list + more + "}");
  }

  private static String healthy(String name) throws Exception {
    String id = TinyServer.register(registry, name, "").id();
    Eventually.healthy(registry, id);
    return id;
  }

  @Test
  void whoWaitsForLessThanTheServerIsGivenSaysNothingOfIt() throws Exception {
    String id =
        TinyServer.register(
                registry,
                "slow",
                ", \"healthCheck\": {\"interval\": 3600, \"timeout\": 400, \"unhealthyAfter\": 1}",
                "deaf")
            .id();
    Eventually.until(() -> registry.connection(id).at("/upstream/0/state").asText().equals("open"));
    JsonNode hasty = check(List.of(id), ",\"timeout\":300").body().at("/results/0");
    assertThat(hasty.get("error").asText()).isEqualTo("Connection timeout after 300ms");
    assertThat(registry.connection(id).at("/health/status").asText()).isEqualTo("healthy");
    check(List.of(id), ",\"timeout\":400");
    assertThat(registry.connection(id).at("/health/status").asText()).isEqualTo("unhealthy");
    registry.send("DELETE", "/connections/" + id + "?force=true", "");
  }

  @Test
  void aServerThatIsBeingOpenedIsNotCheckedYet() throws Exception {
    String id =
        registry.register(
            """
            {"name": "mute", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "sleep", "args": ["600"]}}
            """);
    JsonNode result = check(List.of(id), "").body().at("/results/0");
    assertThat(result.get("status").asText()).isEqualTo("initializing");
    assertThat(result.has("error")).isFalse();
    assertThat(registry.connection(id).at("/health/checksPerformed").asInt()).isZero();
    registry.send("DELETE", "/connections/" + id + "?force=true", "");
  }

  @Test
  void eachIsTakenForItself() throws Exception {
    String first = healthy("first");
    String deaf =
        TinyServer.register(registry, "deaf", ", \"healthCheck\": {\"enabled\": false}", "deaf")
            .id();
    String gone = healthy("gone");
    registry.send("DELETE", "/connections/" + gone, "");
    String last = healthy("last");
    Eventually.until(
        () -> registry.connection(deaf).at("/upstream/0/state").asText().equals("open"));
    Answer answer =
        check(List.of(first, "mcp-conn-nobody", deaf, gone, last, first), ",\"timeout\":300");
    assertThat(answer.status()).isEqualTo(200);
    JsonNode results = answer.body().get("results");
    assertThat(Stream.of(0, 1, 2, 3, 4, 5).map(i -> results.get(i).get("connectionId").asText()))
        .containsExactly(first, "mcp-conn-nobody", deaf, gone, last, first);
    for (int good : new int[] {0, 4, 5}) {
      assertThat(results.get(good).get("status").asText()).isEqualTo("healthy");
      assertThat(results.get(good).get("responseTime").asLong()).isNotNegative();
      assertThat(results.get(good).has("error")).isFalse();
    }
    bad(results.get(1), "There is no connection mcp-conn-nobody");
    bad(results.get(2), "Connection timeout after 300ms");
    bad(results.get(3), "Connection " + gone + " is disconnected");
    assertThat(answer.body().get("summary").toString())
        .isEqualTo("{\"total\":6,\"healthy\":3,\"unhealthy\":3}");
  }

  private static void bad(JsonNode result, String error) {
    assertThat(result.get("status").asText()).isEqualTo("error");
    assertThat(result.get("error").asText()).isEqualTo(error);
    assertThat(result.has("responseTime")).isFalse();
  }

  @Test
  void noMoreThanAThousandAreChecked() throws Exception {
    assertThat(check(Collections.nCopies(1_000, "mcp-conn-nobody"), "").status()).isEqualTo(200);
    Answer tooMany = check(Collections.nCopies(1_001, "mcp-conn-nobody"), "");
    assertThat(tooMany.status()).isEqualTo(400);
    assertThat(tooMany.body().at("/violations/0/field").asText()).contains("connectionIds");
    assertThat(tooMany.body().get("detail").asText()).contains("at most 1,000 items");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "{}, connectionIds",
        "`{\"connectionIds\":[]}`, connectionIds",
        "`{\"connectionIds\":[7]}`, connectionIds",
        "`{\"connectionIds\":[\"a\"],\"timeout\":0}`, timeout",
        "`{\"connectionIds\":[\"a\"],\"timeouts\":500}`, timeouts",
      })
  void whatIsWrongIsNamed(String body, String field) throws Exception {
    Answer answer = registry.send("POST", "/connections/health-check/batch", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().get("detail").asText()).contains(field);
  }
}
