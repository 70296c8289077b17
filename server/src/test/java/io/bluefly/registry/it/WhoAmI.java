package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.it.RawClient.Said;

/** Asks the testkit's server in which session, and of which client, a call has reached it. */
final class WhoAmI {
  private WhoAmI() {}

  /** A legacy client's call. */
  static JsonNode legacy(RawClient client, String session) throws Exception {
    return answer(client.callLegacy(session, "who_am_i", "{}"));
  }

  /** The call of a modern client that declares {@code capabilities} and has that name. */
  static JsonNode modern(RawClient client, String capabilities, String name) throws Exception {
    String info = "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"%s\"}".formatted(name);
    String meta = RawClient.meta(capabilities).replaceFirst("}$", "," + info + "}");
    String params = "{\"name\":\"who_am_i\",\"arguments\":{}," + meta + "}";
    return answer(RawClient.send(client.modern("tools/call", "who_am_i", params)));
  }

  private static JsonNode answer(Said said) {
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    return said.json().at("/result/structuredContent");
  }
}
