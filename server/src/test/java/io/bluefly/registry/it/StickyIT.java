package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.ChaosPool.Kind;
import io.bluefly.registry.it.ChaosPool.Size;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that have something in common go to the same server of a sticky pool. */
class StickyIT {
  private static final String PATH = "/pools/" + ChaosPool.NAME + "/mcp";
  private static final Pattern SERVED_BY =
      Pattern.compile("(?im)^mcp-registry-connection: *(\\S+) *$");

  /** So many keys that none of three servers is without one by chance. */
  private static final int MANY = 60;

  private static final int READ_MS = 30_000;

  @TempDir Path folder;

  private RegistryProcess registry(Map<String, String> settings) throws Exception {
    return RegistryProcess.start(folder.resolve("data"), settings);
  }

  private ChaosPool pool(RegistryProcess registry, Kind kind) throws Exception {
    return new ChaosPool(registry, folder.resolve("pool"), kind, new Size(3, 20, 1));
  }

  private static void stickyBy(RegistryProcess registry, String settings) throws Exception {
    String patch = "{'strategy':'sticky','settings':{" + settings + "}}";
    change(registry, "PATCH", "/pools/" + ChaosPool.NAME, patch.replace('\'', '"'));
  }

  private static void change(RegistryProcess registry, String method, String path, String body)
      throws Exception {
    assertThat(registry.send(method, path, body).status()).isEqualTo(200);
  }

  /** A call that has something in common with all others of the same number. */
  @FunctionalInterface
  private interface Numbered {
    /** Makes it; returns which server has answered. */
    String call(int number) throws Exception;
  }

  /** Which server answers the calls of each number. */
  private static Map<Integer, String> servers(Numbered calls) throws Exception {
    Map<Integer, String> servers = new HashMap<>();
    for (int number = 0; number < MANY; number++) {
      servers.put(number, calls.call(number));
    }
    return servers;
  }

  /** They are spread over all servers, and each number has its own again and again. */
  private static void areSpreadAndStay(Numbered calls) throws Exception {
    Map<Integer, String> servers = servers(calls);
    assertThat(new HashSet<>(servers.values())).hasSize(3);
    assertThat(servers(calls)).isEqualTo(servers);
  }

  private static String read(String key) {
    return "{\"key\":\"" + key + "\"}";
  }

  private static String member(Said said) {
    assertThat(said.content()).as(said.toString()).startsWith("member-");
    return said.content();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"STDIO", "HTTP_MODERN", "HTTP_LEGACY"})
  void anArgumentHasItsServerAndOnlyThoseOfOneThatLeavesMove(Kind kind) throws Exception {
    try (RegistryProcess registry = registry(Map.of());
        ChaosPool pool = pool(registry, kind)) {
      stickyBy(registry, "'stickyBy':'argument','argument':'key'");
      RawClient client = new RawClient(registry, PATH);
      String session = client.initialize("{}");
      Numbered modern = number -> member(client.callModern("read_counter", read("key-" + number)));
      Numbered legacy =
          number -> member(client.callLegacy(session, "read_counter", read("key-" + number)));
      areSpreadAndStay(modern);
      Map<Integer, String> before = servers(legacy);
      assertThat(servers(modern)).isEqualTo(before);

      String leaving = before.getOrDefault(0, "");
      String connection = "/connections/" + pool.id(leaving);
      change(registry, "PATCH", connection, "{\"status\":\"idle\"}");
      Map<Integer, String> without = servers(modern);
      assertThat(without.values()).doesNotContain(leaving);
      assertThat(staying(without, before, leaving)).isEqualTo(staying(before, before, leaving));
      change(registry, "PATCH", connection, "{\"status\":\"active\"}");
      assertThat(servers(modern)).isEqualTo(before);
      change(registry, "DELETE", connection, "");
      assertThat(servers(modern)).isEqualTo(without);
    }
  }

  /** Those of {@code servers} whose number was not with {@code leaving} before. */
  private static Map<Integer, String> staying(
      Map<Integer, String> servers, Map<Integer, String> before, String leaving) {
    Map<Integer, String> staying = new HashMap<>(servers);
    staying.keySet().removeIf(number -> leaving.equals(before.get(number)));
    return staying;
  }

  @Test
  void callsWithoutTheArgumentGoWhereThereIsRoom() throws Exception {
    try (RegistryProcess registry = registry(Map.of());
        ChaosPool pool = pool(registry, Kind.HTTP_MODERN)) {
      stickyBy(registry, "'stickyBy':'argument','argument':'city'");
      RawClient client = new RawClient(registry, PATH);
      Map<Integer, String> servers =
          servers(_ -> member(client.callModern("read_counter", read("key"))));
      assertThat(servers.values()).containsAll(pool.members());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"STDIO", "HTTP_LEGACY"})
  void aSessionHasItsServer(Kind kind) throws Exception {
    try (RegistryProcess registry = registry(Map.of());
        ChaosPool _ = pool(registry, kind)) {
      stickyBy(registry, "'stickyBy':'session'");
      RawClient client = new RawClient(registry, PATH);
      Map<Integer, String> sessions = servers(_ -> client.initialize("{}"));
      areSpreadAndStay(number ->
          member(
              client.callLegacy(
                  sessions.getOrDefault(number, ""), "read_counter", read("k-" + number))));
    }
  }

  @Test
  void aChannelHasItsServer() throws Exception {
    try (RegistryProcess registry = registry(Map.of());
        ChaosPool pool = pool(registry, Kind.HTTP_MODERN)) {
      stickyBy(registry, "'stickyBy':'session'");
      Set<String> met = new HashSet<>();
      for (int number = 0; number < MANY / 3; number++) {
        try (McpSocket channel = new McpSocket(registry, PATH, "mcp")) {
          String first = read(channel, "a");
          assertThat(read(channel, "b")).isEqualTo(first).isIn(pool.members());
          met.add(first);
        }
      }
      assertThat(met).hasSizeGreaterThan(1);
    }
  }

  private static String read(McpSocket channel, String key) throws Exception {
    return channel
        .modern("{}", "tools/call", "{'name':'read_counter','arguments':{'key':'" + key + "'}}")
        .at("/result/content/0/text")
        .asText();
  }

  @Test
  void credentialsHaveTheirServerAndWithoutAnyTheAddressHas() throws Exception {
    try (RegistryProcess registry = registry(Map.of("MCP_REGISTRY_AUTH", "false"));
        ChaosPool _ = pool(registry, Kind.HTTP_MODERN)) {
      stickyBy(registry, "'stickyBy':'principal'");
      RawClient client = new RawClient(registry, PATH);
      areSpreadAndStay(number ->
          member(
              RawClient.send(
                  client
                      .modernCall("read_counter", read("k"), "{}", "")
                      .header("X-API-Key", "client-" + number))));
      areSpreadAndStay(number -> fromAddress(registry, number + 2));
    }
  }

  /** A call without credentials from 127.0.0.{@code last}; returns who served it. */
  private static String fromAddress(RegistryProcess registry, int last) throws IOException {
    String call =
        "{\"name\":\"read_counter\",\"arguments\":" + read("k") + "," + RawClient.meta("{}") + "}";
    String body = RawClient.message("1", "tools/call", call);
    String head =
        String.join(
            "\r\n",
            "POST " + PATH + " HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
            "MCP-Protocol-Version: " + RawClient.MODERN_VERSION,
            "Mcp-Method: tools/call",
            "Mcp-Name: read_counter",
            "Connection: close",
            "Content-Length: " + body.length(),
            "",
            "");
    InetAddress from = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port(), from, 0)) {
      socket.setSoTimeout(READ_MS);
      socket.getOutputStream().write((head + body).getBytes(ISO_8859_1));
      String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      Matcher server = SERVED_BY.matcher(answer);
      assertThat(server.find()).as(answer).isTrue();
      return server.group(1);
    }
  }
}
