package io.bluefly.registry.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Registers the testkit's smallest stdio server, and calls it. */
record TinyServer(RegistryProcess registry, String id) {
  /**
   * Registers one.
   *
   * @param more further members of the registration, such as {@code "instances": {"min": 2}}; or
   *     empty
   * @param mode the arguments, as the script explains them
   */
  static TinyServer register(RegistryProcess registry, String name, String more, String... mode)
      throws Exception {
    String args = Arrays.stream(mode).map(arg -> ",\"" + arg + "\"").collect(Collectors.joining());
    return new TinyServer(
        registry,
        registry.register(
            """
            {"name": "%s", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "sh", "args": ["%s"%s]}%s}
            """
                .formatted(name, Npm.script("tiny-server.sh"), args, more)));
  }

  /** Its first instance. */
  JsonNode instance() throws Exception {
    return registry.connection(id).at("/upstream/0");
  }

  /** Whether its first instance is in a state. */
  boolean is(String state) throws Exception {
    return instance().path("state").asText().equals(state);
  }

  /** Calls a tool and returns the response. */
  JsonNode call(String tool) throws Exception {
    return ModernHttp.at(registry, "/connections/" + id + "/mcp")
        .send("tools/call", "{'name':'" + tool + "','arguments':{}}")
        .message();
  }

  /** The process id that the tool answers with; fails on an error. */
  long pid(String tool) throws Exception {
    JsonNode response = call(tool);
    if (!response.has("result")) {
      throw new AssertionError("no result: " + response);
    }
    return response.at("/result/content/0/text").asLong();
  }
}
