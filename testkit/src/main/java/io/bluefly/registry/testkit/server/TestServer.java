package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.server.Change.ListChanged;
import io.bluefly.registry.testkit.server.Change.ResourceUpdated;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real MCP server on a port of this machine, and a test's hands on it. What it offers is what the
 * conformance suite asks for, and {@code echo}, {@code slow} and {@code who_am_i}.
 */
public final class TestServer implements AutoCloseable {
  private final ServerState state;
  private final Network network;

  private TestServer(Options options) {
    this.state = new ServerState(options);
    this.network = new Network(state);
  }

  /** Starts one on any free port. */
  public static TestServer start(Era era, Transport transport) {
    return start(Options.of(era, transport));
  }

  /** Starts one; fails when the port is taken. */
  public static TestServer start(Options options) {
    return new TestServer(options);
  }

  /** The command of a child process that serves stdio: program and arguments. */
  public static List<String> stdioCommand(Era era, String... more) {
    String classPath =
        Stream.of(TestServer.class, ObjectMapper.class, JsonParser.class, JsonInclude.class)
            .map(TestServer::origin)
            .collect(Collectors.joining(File.pathSeparator));
    return command(classPath, era, Transport.STDIO, more);
  }

  /** The command of a process that listens, and writes its URL to its error stream then. */
  public static List<String> networkCommand(Era era, Transport transport, String... more) {
    return command(System.getProperty("java.class.path"), era, transport, more);
  }

  private static List<String> command(
      String classPath, Era era, Transport transport, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                classPath,
                Main.class.getName(),
                "--era",
                era.name().toLowerCase(Locale.ROOT),
                "--transport",
                transport.name().toLowerCase(Locale.ROOT)));
    command.addAll(List.of(more));
    return command;
  }

  private static String origin(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("where does " + type + " come from?", e);
    }
  }

  /** Where MCP is spoken. */
  public URI url() {
    return URI.create(network.url());
  }

  /** Its port. */
  public int port() {
    return network.port();
  }

  /** What has arrived, the newest thousand, oldest first. */
  public List<Arrived> requests() {
    return state.journal().all();
  }

  /** How many legacy sessions are initialized and not closed. */
  public int sessionsOpen() {
    return (int)
        state.sessions().all().stream()
            .filter(session -> !session.protocolVersion().isEmpty())
            .count();
  }

  /** How many {@code subscriptions/listen} are open. */
  public int subscriptionsOpen() {
    return state.subscriptions().count();
  }

  /** The resources that clients of either era watch. */
  public Set<String> subscribedUris() {
    return state.listeners().watched();
  }

  /** How many calls were cancelled while they ran. */
  public int cancelledCalls() {
    return state.cancelledCalls().get();
  }

  /**
   * Forgets all legacy sessions, as a restart does: 404 from now on, streams and sockets closed.
   */
  public void forgetSessions() {
    state.sessions().closeAll();
  }

  /** Adds the tool {@code test_dynamic_tool}, or removes it, and tells. */
  public void toggleTool() {
    ChangingTools.toggleTool(state);
  }

  /** Gives a tool another description, and tells that the list has changed: a rug pull. */
  public void redefineTool(String tool, String description) {
    ChangingTools.redefine(state, tool, description);
  }

  /** Adds the prompt {@code test_dynamic_prompt}, or removes it, and tells. */
  public void togglePrompt() {
    ChangingTools.togglePrompt(state);
  }

  /**
   * Says that a list has changed, though it has not.
   *
   * @param list {@code tools}, {@code prompts} or {@code resources}
   */
  public void emitListChanged(String list) {
    state.listeners().tell(new ListChanged(list));
  }

  /** Says to whom it may concern that a resource has new content. */
  public void emitResourceUpdated(String uri) {
    state.listeners().tell(new ResourceUpdated(uri));
  }

  /** Ends all subscriptions the polite way: each gets its result. */
  public void endSubscriptions() {
    state.subscriptions().end();
  }

  /**
   * Sends a request to every legacy client, outside of any call.
   *
   * @param params a JSON object
   * @return the answers; a client that does not answer in time fails its own
   */
  public List<CompletableFuture<JsonNode>> emitRequest(String method, String params) {
    ObjectNode parsed = Json.object(params);
    return state.sessions().all().stream()
        .filter(session -> !session.protocolVersion().isEmpty())
        .map(session -> session.ask(method, parsed).<JsonNode>thenApply(answer -> answer))
        .toList();
  }

  /** Ends subscriptions and sessions, and stops listening. */
  @Override
  public void close() {
    state.subscriptions().end();
    state.sessions().closeAll();
    network.close();
  }
}
