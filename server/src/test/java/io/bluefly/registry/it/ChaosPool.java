package io.bluefly.registry.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.ServerProcess;
import io.bluefly.registry.testkit.server.Behaviour;
import io.bluefly.registry.testkit.server.ChaosFolder;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.Execution;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A pool of equal servers, each a process of its own that a test may have misbehave or kill. */
final class ChaosPool implements AutoCloseable {
  /** How the servers are reached. */
  enum Kind {
    STDIO(Era.MODERN, Transport.STDIO),
    HTTP_MODERN(Era.MODERN, Transport.HTTP),
    HTTP_LEGACY(Era.LEGACY, Transport.HTTP),
    WEBSOCKET(Era.LEGACY, Transport.WEBSOCKET),
    SSE(Era.LEGACY, Transport.SSE);

    private final Era era;
    private final Transport transport;

    Kind(Era era, Transport transport) {
      this.era = era;
      this.transport = transport;
    }
  }

  /**
   * How much a pool takes.
   *
   * @param capacity of each instance, calls at once
   * @param instances of each connection; more than one for stdio only
   */
  record Size(int members, int capacity, int instances) {}

  static final String NAME = "chaos";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegistryProcess registry;
  private final Kind kind;
  private final ChaosFolder folder;
  private final Map<String, ServerProcess> listening = new LinkedHashMap<>();
  private final Map<String, String> ids = new LinkedHashMap<>();

  /**
   * Starts and registers them, and waits until they are healthy.
   *
   * @param folder where they are ruled from; made here
   */
  ChaosPool(RegistryProcess registry, Path folder, Kind kind, Size size)
      throws IOException, InterruptedException {
    this.registry = registry;
    this.kind = kind;
    this.folder = new ChaosFolder(Files.createDirectories(folder));
    boolean started = false;
    try {
      for (int number = 1; number <= size.members(); number++) {
        add("member-" + number, size);
      }
      ids.values().forEach(id -> Eventually.healthy(registry, id));
      Eventually.until(this::isOpen);
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  private boolean isOpen() throws IOException, InterruptedException {
    for (String id : ids.values()) {
      for (JsonNode instance : registry.connection(id).get("upstream")) {
        if (!instance.get("state").asText().equals("open")) {
          return false;
        }
      }
    }
    return true;
  }

  private void add(String member, Size size) throws IOException, InterruptedException {
    ObjectNode registration =
        JSON.createObjectNode()
            .put("name", member)
            .put("type", "server")
            .put("pool", NAME)
            .put("capacity", size.capacity());
    registration.putObject("healthCheck").put("interval", 1).put("timeout", 1000);
    ObjectNode endpoint = registration.putObject("endpoint");
    if (kind.transport == Transport.STDIO) {
      List<String> command = TestServer.stdioCommand(kind.era, options(member));
      endpoint.put("command", command.getFirst());
      command.subList(1, command.size()).forEach(endpoint.putArray("args")::add);
      registration.put("protocol", "stdio").putObject("instances").put("min", size.instances());
    } else {
      ServerProcess server = ServerProcess.start(kind.era, kind.transport, options(member));
      listening.put(member, server);
      endpoint.put("url", server.url().toString());
      registration.put("protocol", kind == Kind.WEBSOCKET ? "websocket" : "http");
    }
    ids.put(member, registry.register(registration.toString()));
  }

  private String[] options(String member) {
    return new String[] {"--chaos", folder.path().toString(), "--instance", member};
  }

  /** The names of the servers, which their connections have, too. */
  List<String> members() {
    return List.copyOf(ids.keySet());
  }

  String id(String member) {
    return ids.getOrDefault(member, "");
  }

  /** What a member's connection is like. */
  JsonNode connection(String member) throws IOException, InterruptedException {
    return registry.connection(id(member));
  }

  void behave(String member, Behaviour behaviour) throws IOException {
    folder.behave(member, behaviour);
  }

  List<Execution> executions() throws IOException {
    return folder.executions();
  }

  /** What has run since so many had. */
  List<Execution> executionsSince(int count) throws IOException {
    List<Execution> all = executions();
    return new ArrayList<>(all.subList(count, all.size()));
  }

  /**
   * Kills a server with no warning. The registry starts one of stdio again, which ends at once
   * until it is revived.
   */
  void kill(String member) throws IOException, InterruptedException {
    ServerProcess server = listening.get(member);
    if (server == null) {
      folder.keepDown(member);
      long pid = connection(member).at("/upstream/0/pid").asLong();
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    } else {
      server.close();
    }
  }

  /** Starts a server again that was killed, at the same address; one of stdio may start again. */
  void revive(String member) throws IOException, InterruptedException {
    folder.letStart(member);
    ServerProcess dead = listening.get(member);
    if (dead != null) {
      List<String> options = new ArrayList<>(List.of(options(member)));
      options.addAll(List.of("--port", Integer.toString(dead.url().getPort())));
      listening.put(
          member, ServerProcess.start(kind.era, kind.transport, options.toArray(String[]::new)));
    }
  }

  @Override
  public void close() {
    listening.values().forEach(ServerProcess::close);
  }
}
