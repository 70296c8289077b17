package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many changes and checks in one request. */
class BatchOperationsIT {
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

  private static Answer send(boolean atomic, List<String> operations) throws Exception {
    return registry.send(
        "POST",
        "/connections/batch" + (atomic ? "?atomic=true" : ""),
        "{\"operations\": [" + String.join(",", operations) + "]}");
  }

  private static String client(String name) {
    return "{\"op\":\"register\",\"name\":\"%s\",\"type\":\"client\",\"protocol\":\"http\"}"
        .formatted(name);
  }

  private static String on(String op, String id, String more) {
    return "{\"op\":\"%s\",\"connectionId\":\"%s\"%s}".formatted(op, id, more);
  }

  private static String registered(String name) throws Exception {
    Answer answer = send(false, List.of(client(name)));
    assertThat(answer.body().at("/results/0/status").asInt()).isEqualTo(201);
    return answer.body().at("/results/0/connectionId").asText();
  }

  private static boolean exists(String name) throws Exception {
    return registry.send("GET", "/connections?name=" + name, "").body().get("filtered").asInt()
        == 1;
  }

  @Test
  void eachOperationHasTheStatusThatItWouldHaveHadByItself() throws Exception {
    String kept = registered("kept");
    String renamed = registered("renamed");
    String gone = registered("gone");
    TinyServer server = TinyServer.register(registry, "server", "");
    Eventually.healthy(registry, server.id());
    Answer answer =
        send(
            false,
            List.of(
                client("new"),
                client("kept"),
                "{\"op\":\"register\",\"name\":\"no"
                    + " name\",\"type\":\"client\",\"protocol\":\"http\"}",
                on("update", renamed, ",\"name\":\"other\",\"metadata\":{\"a\":1}"),
                on("update", kept, ",\"weight\":0"),
                on("update", "mcp-conn-nobody", ",\"weight\":2"),
                on("disconnect", gone, ""),
                client("gone"),
                on("update", gone, ",\"weight\":2"),
                on("check", server.id(), ""),
                on("check", gone, ""),
                on("check", server.id(), ",\"force\":true")));
    assertThat(answer.status()).isEqualTo(200);
    JsonNode results = answer.body().get("results");
    assertThat(IntStream.range(0, 12).map(i -> results.get(i).get("status").asInt()))
        .containsExactly(201, 409, 400, 200, 400, 404, 200, 201, 409, 200, 409, 400);
    assertThat(answer.body().get("summary").toString())
        .isEqualTo("{\"total\":12,\"succeeded\":5,\"failed\":7}");
    assertThat(results.at("/1/problem/violations/0/field").asText()).isEqualTo("body/name");
    assertThat(results.at("/2/problem/violations/0/field").asText()).isEqualTo("body/name");
    assertThat(results.at("/4/problem/violations/0/field").asText()).isEqualTo("body/weight");
    assertThat(results.at("/9/check/status").asText()).isEqualTo("healthy");
    assertThat(results.at("/9/check/responseTime").isInt()).isTrue();
    assertThat(results.at("/11/problem/violations/0/field").asText()).isEqualTo("body/force");
    assertThat(registry.connection(renamed).get("name").asText()).isEqualTo("other");
    assertThat(registry.connection(gone).get("status").asText()).isEqualTo("disconnected");
    assertThat(registry.connection(results.at("/7/connectionId").asText()).get("name").asText())
        .isEqualTo("gone");
  }

  @Test
  void atomicIsAllOrNothing() throws Exception {
    String known = registered("atomic-known");
    Answer refused =
        send(
            true,
            List.of(
                client("atomic-a"),
                on("update", known, ",\"weight\":5"),
                client("atomic-known"),
                on("disconnect", "mcp-conn-nobody", "")));
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body().get("type").asText()).endsWith(":batch-refused");
    assertThat(refused.body().get("violations").findValuesAsText("field"))
        .containsExactly("body/operations/2", "body/operations/3");
    assertThat(exists("atomic-a")).isFalse();
    assertThat(registry.connection(known).get("weight").asInt()).isEqualTo(1);

    Answer malformed = send(true, List.of(client("atomic-a"), on("update", known, "")));
    assertThat(malformed.status()).isEqualTo(409);
    assertThat(malformed.body().get("violations").findValuesAsText("field"))
        .containsExactly("body/operations/1");
    assertThat(exists("atomic-a")).isFalse();

    Answer made =
        send(
            true,
            List.of(
                on("check", known, ""),
                client("atomic-a"),
                on("update", known, ",\"weight\":5"),
                on("disconnect", known, ""),
                client("atomic-known")));
    assertThat(made.status()).isEqualTo(200);
    JsonNode results = made.body().get("results");
    // The check comes last, and finds what the changes have left.
    assertThat(IntStream.range(0, 5).map(i -> results.get(i).get("status").asInt()))
        .containsExactly(409, 201, 200, 200, 201);
    assertThat(exists("atomic-a")).isTrue();
  }

  @Test
  void aDisconnectedServerHasEndedWhenTheBatchIsAnswered() throws Exception {
    TinyServer server = TinyServer.register(registry, "ending", "");
    Eventually.healthy(registry, server.id());
    long pid = registry.connection(server.id()).at("/upstream/0/pid").asLong();
    send(false, List.of(on("disconnect", server.id(), "")));
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                            | body/operations",
        "{\"operations\": []}                                          | body/operations",
        "{\"operations\": [{\"op\":\"delete\",\"connectionId\":\"a\"}]}  | body/operations/0/op",
        "{\"operations\": [{\"connectionId\":\"a\"}]}                    | body/operations/0/op",
        "{\"operations\": [{\"op\":\"check\"}]}              | body/operations/0/connectionId",
        "{\"operations\": [{\"op\":\"register\",\"connectionId\":\"a\"}]} |"
            + " body/operations/0/connectionId",
        "{\"operations\": [7]}                                         | body/operations/0"
      })
  void whatIsNoBatchIsRefusedWithTheFieldThatIsWrong(String body, String field) throws Exception {
    Answer answer = registry.send("POST", "/connections/batch", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().get("violations").findValuesAsText("field")).contains(field);
  }

  @Test
  void whatDoesNotBeginInTimeIsNotDoneAndWhatWasDoneIsTold(@TempDir Path data) throws Exception {
    try (RegistryProcess hasty =
        RegistryProcess.start(data, Map.of("MCP_REGISTRY_HEALTH_BATCH_TIMEOUT", "2s"))) {
      String deaf =
          TinyServer.register(hasty, "deaf", ", \"healthCheck\": {\"timeout\": 4000}", "deaf").id();
      Eventually.until(
          () -> hasty.connection(deaf).at("/upstream/0/state").asText().equals("open"));
      String check = on("check", deaf, "");
      JsonNode answer =
          hasty.post(
              "/connections/batch",
              "{\"operations\": [%s]}"
                  .formatted(
                      String.join(
                          ",",
                          client("before"),
                          check,
                          client("after"),
                          check,
                          on("check", "x", ""))),
              200);
      JsonNode results = answer.get("results");
      assertThat(IntStream.range(0, 5).map(i -> results.get(i).get("status").asInt()))
          .containsExactly(201, 200, 503, 503, 404);
      assertThat(results.at("/1/check/error").asText())
          .isEqualTo("Connection timeout after 4000ms");
      for (int late : new int[] {2, 3}) {
        JsonNode problem = results.get(late).get("problem");
        assertThat(problem.get("type").asText()).endsWith(":not-begun");
        assertThat(problem.get("detail").asText()).contains("2000 ms", "health.batch-timeout");
      }
      assertThat(answer.get("summary").toString())
          .isEqualTo("{\"total\":5,\"succeeded\":2,\"failed\":3}");
      assertThat(hasty.get("/connections").get("connections").findValuesAsText("name"))
          .containsExactlyInAnyOrder("deaf", "before");
    }
  }

  @Test
  void aThousandOperationsAreAcceptedAndOneMoreIsNot(@TempDir Path data) throws Exception {
    List<String> operations = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      operations.add(client("many-" + i));
    }
    String body = "{\"operations\": [" + String.join(",", operations) + "]}";
    try (RegistryProcess other = RegistryProcess.start(data)) {
      Answer made = other.send("POST", "/connections/batch", body);
      assertThat(made.body().at("/summary/succeeded").asInt()).isEqualTo(1_000);
      // Each is told of when it is durable.
      other.kill();
    }
    try (RegistryProcess again = RegistryProcess.start(data)) {
      JsonNode list = again.send("GET", "/connections?limit=1", "").body();
      assertThat(list.get("total").asInt()).isEqualTo(1_000);
    }
    operations.add(client("too-many"));
    Answer refused = send(false, operations);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().at("/violations/0/field").asText()).isEqualTo("body/operations");
    assertThat(exists("many-0")).isFalse();
  }
}
