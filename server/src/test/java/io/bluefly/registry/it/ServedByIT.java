package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.ChaosPool.Kind;
import io.bluefly.registry.it.ChaosPool.Size;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers say which connection they are from. */
class ServedByIT {
  private static final String HEADER = "mcp-registry-connection";
  private static final String KEY = "{\"key\":\"k\"}";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void everyAnswerNamesTheConnectionThatServedIt(Kind kind) throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder.resolve("data"));
        ChaosPool pool =
            new ChaosPool(registry, folder.resolve("pool"), kind, new Size(2, 20, 1))) {
      String one = "/connections/" + pool.id("member-2") + "/mcp";
      assertThat(servers(registry, pool, one, "read_counter")).containsExactly("member-2");
      assertThat(servers(registry, pool, "/pools/chaos/mcp", "read_counter"))
          .containsExactlyInAnyOrder("member-1", "member-2");
      assertThat(servers(registry, pool, "/mcp", "chaos__read_counter"))
          .containsExactlyInAnyOrder("member-1", "member-2");
    }
  }

  /** Calls until both members should have been met, and returns who was. */
  private static Set<String> servers(
      RegistryProcess registry, ChaosPool pool, String path, String tool) throws Exception {
    RawClient client = new RawClient(registry, path);
    String session = client.initialize("{}");
    Set<String> met = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      for (Said said :
          List.of(client.callModern(tool, KEY), client.callLegacy(session, tool, KEY))) {
        assertThat(said.header(HEADER)).as(said.toString()).isEqualTo(pool.id(said.content()));
        met.add(said.content());
      }
    }
    return met;
  }
}
