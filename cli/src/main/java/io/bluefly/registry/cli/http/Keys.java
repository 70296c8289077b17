package io.bluefly.registry.cli.http;

import com.fasterxml.jackson.databind.JsonNode;

/** The registry's API keys. */
public final class Keys {
  private static final String PATH = "/keys";

  private final RegistryClient client;

  /** Asks through {@code client}. */
  public Keys(RegistryClient client) {
    this.client = client;
  }

  /** All keys, without the keys themselves. */
  public JsonNode list() {
    return client.get(PATH).orThrow().path("keys");
  }

  /** Makes a key; the answer has the key itself, this once. */
  public JsonNode create(JsonNode wanted) {
    return client.post(PATH, wanted).orThrow();
  }

  /** Deletes the key of that id. */
  public JsonNode delete(String id) {
    Answer answer = client.delete(PATH + "/" + RegistryAddress.encoded(id));
    if (answer.isNotFound()) {
      throw CliException.refused(
          "There is no key '" + id + "'; ./mcp-registry key list shows what there is");
    }
    return answer.orThrow();
  }
}
