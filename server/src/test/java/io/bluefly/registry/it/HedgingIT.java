package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.ChaosPool.Kind;
import io.bluefly.registry.it.ChaosPool.Size;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Behaviour;
import io.bluefly.registry.testkit.server.Execution;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls at a pool that asks a second server as well when the first one takes long. */
class HedgingIT {
  private static final String PATH = "/pools/" + ChaosPool.NAME + "/mcp";
  private static final int TIMEOUT = -32051;

  @TempDir Path folder;

  private RegistryProcess registry(String callTimeout) throws Exception {
    return RegistryProcess.start(
        folder.resolve("data"), Map.of("MCP_REGISTRY_GATEWAY_CALL_TIMEOUT", callTimeout));
  }

  private ChaosPool pool(RegistryProcess registry, Kind kind) throws Exception {
    return new ChaosPool(registry, folder.resolve("pool"), kind, new Size(2, 20, 1));
  }

  /** The first server is always asked first, never answers again, and nobody finds that out. */
  private static void theFirstHangs(RegistryProcess registry, ChaosPool pool) throws Exception {
    change(
        registry,
        "/pools/" + ChaosPool.NAME,
        "{\"strategy\":\"priority\",\"settings\":{\"order\":[\"member-1\"],\"hedgeAfter\":100}}");
    for (String member : pool.members()) {
      change(registry, "/connections/" + pool.id(member), "{\"healthCheck\":{\"enabled\":false}}");
    }
    pool.behave("member-1", Behaviour.HUNG);
  }

  private static void change(RegistryProcess registry, String path, String patch) throws Exception {
    assertThat(registry.send("PATCH", path, patch).status()).isEqualTo(200);
  }

  private static String key(String key) {
    return "{\"key\":\"" + key + "\"}";
  }

  /** The servers on which the call with that key has run. */
  private static List<String> ran(ChaosPool pool, String key) throws Exception {
    return pool.executions().stream()
        .filter(execution -> execution.key().equals(key))
        .map(Execution::instance)
        .toList();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"STDIO", "HTTP_MODERN", "HTTP_LEGACY"})
  void aReadOnlyCallIsAnsweredByTheSecondServerAndTheOtherOneIsCancelled(Kind kind)
      throws Exception {
    // Longer than any client here waits: no retry can answer instead.
    try (RegistryProcess registry = registry("120s");
        ChaosPool pool = pool(registry, kind)) {
      theFirstHangs(registry, pool);
      RawClient client = new RawClient(registry, PATH);
      isAnsweredByTheSecond(pool, "modern", client.callModern("read_counter", key("modern")));
      if (kind == Kind.HTTP_LEGACY) {
        String session = client.initialize("{}");
        Said said = client.callLegacy(session, "read_counter", key("legacy"));
        isAnsweredByTheSecond(pool, "legacy", said);
      }
      Eventually.until(
          () -> pool.connection("member-1").at("/metrics/activeConnections").asInt() == 0);
    }
  }

  private static void isAnsweredByTheSecond(ChaosPool pool, String key, Said said) {
    assertThat(said.content()).as(said.toString()).isEqualTo("member-2");
    assertThat(said.header("mcp-registry-connection")).isEqualTo(pool.id("member-2"));
    Eventually.soon()
        .untilAsserted(
            () -> assertThat(ran(pool, key)).containsExactlyInAnyOrder("member-1", "member-2"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"STDIO", "HTTP_MODERN", "HTTP_LEGACY"})
  void aCallThatMustNotRunTwiceIsAskedOfOneServerAndTimesOut(Kind kind) throws Exception {
    try (RegistryProcess registry = registry("1s");
        ChaosPool pool = pool(registry, kind)) {
      theFirstHangs(registry, pool);
      RawClient client = new RawClient(registry, PATH);
      timesOut(client.callModern("put_once", key("modern")));
      timesOut(client.callLegacy(client.initialize("{}"), "put_once", key("legacy")));
      assertThat(ran(pool, "modern")).containsExactly("member-1");
      assertThat(ran(pool, "legacy")).containsExactly("member-1");
    }
  }

  private static void timesOut(Said said) {
    assertThat(said.code()).as(said.toString()).isEqualTo(TIMEOUT);
    assertThat(said.json().at("/error/message").asText()).contains("may have run");
  }
}
