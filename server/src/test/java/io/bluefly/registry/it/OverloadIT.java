package io.bluefly.registry.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.it.ChaosPool.Kind;
import io.bluefly.registry.it.ChaosPool.Size;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Behaviour;
import io.bluefly.registry.testkit.server.Execution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** More calls than the servers of a pool have capacity for. */
class OverloadIT {
  private static final String PATH = "/pools/" + ChaosPool.NAME + "/mcp";
  private static final int UNAVAILABLE = 503;

  @TempDir Path folder;

  private RegistryProcess registry(String queueTimeout, int maxQueue) throws Exception {
    return RegistryProcess.start(
        folder.resolve("data"),
        Map.of(
            "MCP_REGISTRY_GATEWAY_CALL_TIMEOUT",
            "5s",
            "MCP_REGISTRY_GATEWAY_QUEUE_TIMEOUT",
            queueTimeout,
            "MCP_REGISTRY_GATEWAY_MAX_QUEUE",
            Integer.toString(maxQueue)));
  }

  private ChaosPool pool(RegistryProcess registry, Kind kind, Size size) throws Exception {
    return new ChaosPool(registry, folder.resolve("pool"), kind, size);
  }

  private static String put(int number) {
    return "{\"key\":\"key-%02d\"}".formatted(number);
  }

  /** Begins so many calls that must not be repeated. */
  private static List<CompletableFuture<Said>> begin(RawClient client, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            number -> RawClient.sendAsync(client.modernCall("put_once", put(number), "{}", "")))
        .toList();
  }

  private static List<Said> ended(List<CompletableFuture<Said>> calls) throws Exception {
    List<Said> all = new ArrayList<>();
    for (CompletableFuture<Said> call : calls) {
      all.add(call.get(20, SECONDS));
    }
    return all;
  }

  private static boolean isRefused(Said said) {
    return said.status() == UNAVAILABLE;
  }

  private static void saysThatThePoolIsFull(Said said) {
    assertThat(said.header("retry-after")).as(said.toString()).matches("[1-9][0-9]*");
    assertThat(said.json().at("/error/message").asText()).contains("pool").contains(ChaosPool.NAME);
    assertThat(said.json().at("/id").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"STDIO", "HTTP_MODERN", "HTTP_LEGACY"})
  void callsWaitForCapacityInTheOrderInWhichTheyCame(Kind kind) throws Exception {
    try (RegistryProcess registry = registry("30s", 1000);
        ChaosPool pool = pool(registry, kind, new Size(1, 1, 1));
        McpSocket client = new McpSocket(registry, PATH, "mcp")) {
      pool.behave("member-1", Behaviour.slow(Duration.ofMillis(50)));
      List<String> keys = IntStream.range(0, 12).mapToObj("key-%02d"::formatted).toList();
      for (String key : keys) {
        client.beginModern(
            "{}", "tools/call", "{'name':'put_once','arguments':{'key':'" + key + "'}}");
      }
      for (int answers = 0; answers < keys.size(); answers++) {
        JsonNode answer = client.next(message -> message.has("id"));
        assertThat(answer.has("result")).as(answer.toString()).isTrue();
      }
      assertThat(pool.executions()).extracting(Execution::key).isEqualTo(keys);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"STDIO", "HTTP_MODERN", "HTTP_LEGACY"})
  void whoHasWaitedTooLongLearnsThatThePoolIsFull(Kind kind) throws Exception {
    try (RegistryProcess registry = registry("500ms", 1000);
        ChaosPool pool = pool(registry, kind, new Size(2, 2, 1))) {
      RawClient client = new RawClient(registry, PATH);
      String session = client.initialize("{}");
      for (String member : pool.members()) {
        pool.behave(member, Behaviour.HUNG);
      }
      List<CompletableFuture<Said>> taken = begin(client, 4);
      Eventually.until(() -> pool.executions().size() == 4);
      CompletableFuture<Said> modern =
          RawClient.sendAsync(client.modernCall("put_once", put(10), "{}", ""));
      CompletableFuture<Said> legacy =
          RawClient.sendAsync(client.legacyCall(session, "1", "put_once", put(11)));
      for (Said refused : ended(List.of(modern, legacy))) {
        assertThat(refused.status()).as(refused.toString()).isEqualTo(UNAVAILABLE);
        saysThatThePoolIsFull(refused);
      }
      assertThat(pool.executions()).hasSize(4);
      assertThat(ended(taken)).noneMatch(OverloadIT::isRefused);
    }
  }

  @Test
  void onlySoManyCallsWait() throws Exception {
    try (RegistryProcess registry = registry("15s", 3);
        ChaosPool pool = pool(registry, Kind.HTTP_MODERN, new Size(2, 2, 1))) {
      for (String member : pool.members()) {
        pool.behave(member, Behaviour.HUNG);
      }
      List<CompletableFuture<Said>> calls = begin(new RawClient(registry, PATH), 8);
      Object first =
          CompletableFuture.anyOf(calls.toArray(CompletableFuture[]::new)).get(20, SECONDS);
      assertThat(first)
          .isInstanceOfSatisfying(
              Said.class,
              refused -> {
                assertThat(refused.status()).as(refused.toString()).isEqualTo(UNAVAILABLE);
                saysThatThePoolIsFull(refused);
              });
      // Who has a place may still be on its way to its server.
      Eventually.until(() -> pool.executions().size() == 4);
      for (String member : pool.members()) {
        pool.behave(member, Behaviour.NORMAL);
      }
      List<Said> all = ended(calls);
      assertThat(all).filteredOn(OverloadIT::isRefused).hasSize(1);
      assertThat(all).as("those that waited").filteredOn(said -> said.status() == 200).hasSize(3);
      assertThat(pool.executions()).hasSize(7);
    }
  }

  @Test
  void eachInstanceHasTheCapacityOfItsConnection() throws Exception {
    try (RegistryProcess registry = registry("500ms", 1000);
        ChaosPool pool = pool(registry, Kind.STDIO, new Size(1, 2, 2))) {
      pool.behave("member-1", Behaviour.HUNG);
      RawClient client = new RawClient(registry, PATH);
      List<CompletableFuture<Said>> taken = begin(client, 4);
      Eventually.until(() -> pool.executions().size() == 4);
      Said refused =
          ended(List.of(RawClient.sendAsync(client.modernCall("put_once", put(10), "{}", ""))))
              .getFirst();
      assertThat(refused.status()).as(refused.toString()).isEqualTo(UNAVAILABLE);
      assertThat(pool.executions()).hasSize(4);
      assertThat(ended(taken)).noneMatch(OverloadIT::isRefused);
    }
  }

  @Test
  void aFullConnectionIsFullAtItsOwnAddressToo() throws Exception {
    try (RegistryProcess registry = registry("500ms", 1000);
        ChaosPool pool = pool(registry, Kind.HTTP_MODERN, new Size(1, 1, 1))) {
      pool.behave("member-1", Behaviour.HUNG);
      List<String> paths = List.of("/connections/" + pool.id("member-1") + "/mcp", PATH);
      List<CompletableFuture<Said>> calls =
          paths.stream().flatMap(path -> Stream.of(once(registry, path))).toList();
      Object first =
          CompletableFuture.anyOf(calls.toArray(CompletableFuture[]::new)).get(20, SECONDS);
      assertThat(first)
          .isInstanceOfSatisfying(Said.class, said -> assertThat(isRefused(said)).isTrue());
      Eventually.until(() -> pool.executions().size() == 1);
      assertThat(ended(calls)).filteredOn(OverloadIT::isRefused).hasSize(1);
      assertThat(pool.executions()).hasSize(1);
    }
  }

  private static CompletableFuture<Said> once(RegistryProcess registry, String path) {
    try {
      return begin(new RawClient(registry, path), 1).getFirst();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
