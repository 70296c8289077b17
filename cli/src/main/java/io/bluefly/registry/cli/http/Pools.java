package io.bluefly.registry.cli.http;

import com.fasterxml.jackson.databind.JsonNode;

/** The registry's pools, by name. */
public final class Pools {
  private static final String PATH = "/pools";

  private final RegistryClient client;

  /** Asks through {@code client}. */
  public Pools(RegistryClient client) {
    this.client = client;
  }

  /** All pools. */
  public JsonNode list() {
    return client.get(PATH).orThrow().path("pools");
  }

  /** The pool in full. */
  public JsonNode details(String name) {
    return found(client.get(path(name)), name);
  }

  /** Changes the pool's settings; answers the pool as it is then. */
  public JsonNode change(String name, JsonNode patch) {
    return found(client.patch(path(name), patch), name);
  }

  private static String path(String name) {
    return PATH + "/" + RegistryAddress.encoded(name);
  }

  private static JsonNode found(Answer answer, String name) {
    if (answer.isNotFound()) {
      throw CliException.refused(
          "There is no pool '" + name + "'; ./mcp-registry pools shows what there is");
    }
    return answer.orThrow();
  }
}
