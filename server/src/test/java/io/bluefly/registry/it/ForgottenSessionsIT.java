package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that a server has forgotten, or that ended with it, go on in others. */
class ForgottenSessionsIT {
  private static final int AT_ONCE = 20;
  private static final String FORM = "{\"elicitation\":{\"form\":{}}}";
  private static final String SAMPLING = "{\"sampling\":{}}";

  @TempDir static Path folder;
  static RegistryProcess registry;
  static TestServer forgetful;
  static RawClient overStdio;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    forgetful = TestServer.start(Era.LEGACY, Transport.HTTP);
    overStdio =
        RawClient.ofConnection(registry, TestServers.stdio(registry, "legacy-stdio", Era.LEGACY));
    TestServers.network(registry, "forgetful", forgetful);
  }

  @AfterAll
  static void stop() {
    registry.close();
    forgetful.close();
  }

  @Test
  void aSessionThatTheServerForgetsIsOpenedAgainOnce() throws Exception {
    RawClient client = RawClient.ofPool(registry, "forgetful");
    List<String> sessions = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sessions.add(client.initialize("{}"));
    }
    String before = WhoAmI.legacy(client, sessions.getFirst()).get("sessionId").asText();
    long initialized = initialized("");
    forgetful.forgetSessions();
    assertThat(allCalls(client, sessions, "sessionId")).hasSize(1).doesNotContain(before);
    assertThat(initialized("") - initialized).isEqualTo(1);
    for (String session : sessions) {
      client.end(session);
    }
  }

  @Test
  void anOwnSessionThatTheServerForgetsIsOpenedAgainOnce() throws Exception {
    RawClient client = RawClient.ofPool(registry, "forgetful");
    String session = client.initialize(SAMPLING);
    String before = WhoAmI.legacy(client, session).get("sessionId").asText();
    long initialized = initialized("sampling");
    forgetful.forgetSessions();
    assertThat(allCalls(client, List.of(session), "sessionId")).hasSize(1).doesNotContain(before);
    assertThat(initialized("sampling") - initialized).isEqualTo(1);
    client.end(session);
  }

  /** How many {@code initialize} with this in them have arrived at the forgetful server. */
  private static long initialized(String with) {
    return forgetful.requests().stream()
        .filter(request -> request.body().contains("\"initialize\""))
        .filter(request -> request.body().contains(with))
        .count();
  }

  /** Many calls at once, none of which may fail; what they say of {@code member}, each once. */
  private static List<String> allCalls(RawClient client, List<String> sessions, String member) {
    List<CompletableFuture<Said>> calls =
        IntStream.range(0, AT_ONCE)
            .mapToObj(i ->
                RawClient.sendAsync(
                    client.legacyCall(
                        sessions.get(i % sessions.size()), Integer.toString(i), "who_am_i", "{}")))
            .toList();
    return calls.stream()
        .map(call -> {
          Said said = call.join();
          assertThat(said.status()).as(said.toString()).isEqualTo(200);
          return said.json().at("/result/structuredContent/" + member).asText();
        })
        .distinct()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", SAMPLING})
  void aKilledProcessIsStartedAgainOnce(String capabilities) throws Exception {
    String session = overStdio.initialize(capabilities);
    long killed = WhoAmI.legacy(overStdio, session).get("processId").asLong();
    ProcessHandle process = ProcessHandle.of(killed).orElseThrow();
    process.destroyForcibly();
    // Its parent has noticed once it is no process any more, not even a dead one.
    Eventually.until(() -> ProcessHandle.of(killed).isEmpty());
    assertThat(allCalls(overStdio, List.of(session), "processId"))
        .hasSize(1)
        .doesNotContain(Long.toString(killed));
    overStdio.end(session);
  }

  @Test
  void aModernCallInAForgottenSessionGoesOnInAFreshOne() throws Exception {
    RawClient client = RawClient.ofPool(registry, "forgetful");
    String before = WhoAmI.modern(client, FORM, "c").get("sessionId").asText();
    forgetful.forgetSessions();
    assertThat(WhoAmI.modern(client, FORM, "c").get("sessionId").asText()).isNotEqualTo(before);
  }
}
