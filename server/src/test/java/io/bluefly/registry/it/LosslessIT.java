package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.JsonTexts;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Arrived;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated JSON reaches the other side as it is, for each pair of eras: what nothing had to be
 * written over in keeps its bytes. Only line ends between tokens may become other white space,
 * since a line or an event ends with one. To repeat a run, put the seed that a failure names into
 * {@link #SEED}.
 */
class LosslessIT {
  private static final long SEED = RandomGenerator.getDefault().nextLong();
  private static final int ROUNDS = 6;
  private static final int SIZE = 6_000;

  /** Arrays and objects that a message may have inside one another. */
  private static final int MAX_DEPTH = 256;

  @TempDir static Path folder;
  static RegistryProcess registry;
  static TestServer modern;
  static TestServer legacy;
  static final Map<String, String> IDS = new HashMap<>();

  private final JsonTexts texts = new JsonTexts(SEED);

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    modern = TestServer.start(Era.MODERN, Transport.HTTP);
    legacy = TestServer.start(Era.LEGACY, Transport.HTTP);
    IDS.put("modern-http", TestServers.network(registry, "modern-http", modern));
    IDS.put("legacy-http", TestServers.network(registry, "legacy-http", legacy));
    IDS.put("modern-stdio", TestServers.stdio(registry, "modern-stdio", Era.MODERN));
    IDS.put("legacy-stdio", TestServers.stdio(registry, "legacy-stdio", Era.LEGACY));
  }

  @AfterAll
  static void stop() {
    registry.close();
    modern.close();
    legacy.close();
  }

  /**
   * A client of one era and the way to a server.
   *
   * @param prefix what names of tools begin with
   */
  record Way(boolean modernClient, String path, String server, String prefix) {
    /** Sends a call; {@code id} is JSON text, {@code members} those of the params but the name. */
    Said call(String id, String tool, String members, String meta) throws Exception {
      RawClient client = new RawClient(registry, path);
      String name = prefix + tool;
      String both = "\"_meta\":{" + (modernClient ? ownMeta(meta) : meta) + "}";
      String body =
          RawClient.message(id, "tools/call", "{\"name\":\"" + name + "\"," + members + both + "}");
      if (modernClient) {
        return RawClient.send(
            client.post(
                body,
                "MCP-Protocol-Version",
                RawClient.MODERN_VERSION,
                "Mcp-Method",
                "tools/call",
                "Mcp-Name",
                name));
      }
      String session = client.initialize("{}");
      Said said = RawClient.send(client.inSession(session, body));
      client.end(session);
      return said;
    }

    private static String ownMeta(String more) {
      String meta = RawClient.meta("{}");
      String own = meta.substring(meta.indexOf('{') + 1, meta.length() - 1);
      return more.isEmpty() ? own : own + "," + more;
    }

    /** What has arrived last at the server; null for a child process. */
    @Nullable Arrived arrived() {
      TestServer listening =
          switch (server) {
            case "modern-http" -> modern;
            case "legacy-http" -> legacy;
            default -> null;
          };
      return listening == null
          ? null
          : listening.requests().stream().filter(LosslessIT::isCall).toList().getLast();
    }

    @Override
    public String toString() {
      return (modernClient ? "modern" : "legacy")
          + " client, "
          + path.replaceAll("mcp-conn-.*/", "")
          + ", "
          + server;
    }
  }

  static Stream<Way> ways() {
    List<Way> ways = new ArrayList<>();
    for (String server : IDS.keySet().stream().sorted().toList()) {
      for (boolean era : new boolean[] {true, false}) {
        ways.add(new Way(era, "/connections/" + IDS.get(server) + "/mcp", server, ""));
        ways.add(new Way(era, "/pools/" + server + "/mcp", server, ""));
        ways.add(new Way(era, "/mcp", server, server + "__"));
      }
    }
    return ways.stream();
  }

  /** Line ends between tokens are white space; inside of strings there are none. */
  private static String oneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }

  private static String because(String what) {
    return "seed " + SEED + "L: " + what;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void argumentsAndResultsKeepTheirBytes(Way way) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      // The testkit's server puts them into its events as they came: there a line end is none.
      String arguments = oneLine(texts.object(SIZE));
      Said said = way.call("1", "echo", "\"arguments\":" + arguments + ",", "");
      assertThat(said.status()).as(because(said.toString())).isEqualTo(200);
      assertThat(said.text())
          .as(because("the result"))
          .contains("\"structuredContent\":" + arguments)
          .contains("\"x-extra\":" + arguments);
      assertThat(said.content()).as(because("the text")).isEqualTo(arguments);
      JsonNode sent = RawClient.JSON.readTree(arguments);
      assertThat(said.json().at("/result/x-extra")).as(because("the tree")).isEqualTo(sent);
      Arrived arrived = way.arrived();
      if (arrived != null) {
        assertThat(arrived.body())
            .as(because("the request"))
            .contains("\"arguments\":" + arguments);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void lineEndsBetweenTokensDoNoHarm(Way way) throws Exception {
    if (way.server().equals("legacy-http")) {
      return; // It would break the events of the testkit's server.
    }
    String arguments = "{\r\n \"a\" :\n[ 1.0,\r2 ]\n}";
    Said said = way.call("1", "echo", "\"arguments\":\n" + arguments + "\r\n,", "");
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    assertThat(oneLine(said.text())).contains("\"x-extra\":" + oneLine(arguments));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void membersThatNobodyKnowsReachTheServer(Way way) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      String unknown = "\"x-unknown\":" + texts.value(SIZE);
      String meta = "\"com.example/odd\":" + texts.value(SIZE);
      Said said = way.call("1", "echo", unknown + ",\"arguments\":{},", meta);
      assertThat(said.status()).as(because(said.toString())).isEqualTo(200);
      Arrived arrived = way.arrived();
      if (arrived != null) {
        assertThat(arrived.body()).as(because("the request")).contains(unknown, meta);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void idsAndProgressTokensComeBackAsTheyWere(Way way) throws Exception {
    List<String> ids = new ArrayList<>(List.of("0", "-1", "\"\"", "12345678901234567890"));
    boolean serverWritesIt = way.modernClient() && way.server().equals("modern-http");
    for (int i = 0; i < ROUNDS && !serverWritesIt; i++) {
      ids.add(texts.string(60));
    }
    for (String id : ids) {
      Said said = way.call(id, "echo", "", "\"a\":1");
      assertThat(said.status()).as(because(id + ": " + said)).isEqualTo(200);
      assertThat(said.text()).as(because("the id")).contains("\"id\":" + id);
    }
    for (String token : List.of("\"a \\u20ac\u20ac\\ud83d\\ude00\"", "7", "\"\"", "123456789012")) {
      Said said = way.call("1", "slow", "\"arguments\":{\"ms\":0},", "\"progressToken\":" + token);
      assertThat(said.messages()).as(said.toString()).hasSize(11);
      assertThat(said.messages().subList(0, 10))
          .allSatisfy(event ->
              assertThat(RawClient.JSON.readTree(event).at("/params/progressToken"))
                  .isEqualTo(RawClient.JSON.readTree(token)));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void valuesNestUpToTheLimitAndNoDeeper(Way way) throws Exception {
    // The message, its params and the arguments are three; so are the answer's outer ones.
    String deepest = "{\"a\":" + texts.nested(MAX_DEPTH - 3) + "}";
    Said said = way.call("1", "echo", "\"arguments\":" + deepest + ",", "");
    assertThat(said.status()).as(because(said.toString())).isEqualTo(200);
    assertThat(said.text()).as(because("the result")).contains("\"x-extra\":" + deepest);
    String deeper = "{\"a\":" + texts.nested(MAX_DEPTH - 2) + "}";
    Said refused = way.call("1", "echo", "\"arguments\":" + deeper + ",", "");
    assertThat(refused.status()).as(because(refused.toString())).isEqualTo(400);
    assertThat(refused.code()).isEqualTo(-32700);
    assertThat(refused.json().at("/error/message").asText()).contains("256");
  }

  @Test
  void betweenTwoOfTheModernEraNothingChangesAtAll() throws Exception {
    String there = "/connections/" + IDS.get("modern-http") + "/mcp";
    URI direct = modern.url();
    for (int i = 0; i < ROUNDS; i++) {
      String odd = texts.object(SIZE);
      String body =
          " {\"id\":%s,\"jsonrpc\":\"2.0\", \"x-top\":%s,\n\"params\":{%s,\"name\":\"echo\",%s\"arguments\":%s},\"method\":\"tools/call\"}\n"
              .formatted(
                  texts.string(40),
                  texts.value(SIZE),
                  RawClient.meta("{}"),
                  texts.space() + texts.space(),
                  odd);
      Said through = RawClient.send(modernPost(new RawClient(registry, there), body));
      // The registry may have asked it something in the meantime.
      List<Arrived> calls = modern.requests().stream().filter(LosslessIT::isCall).toList();
      assertThat(calls.getLast().body()).as(because("the request")).isEqualTo(body);
      HttpRequest.Builder same =
          HttpRequest.newBuilder(direct)
              .header("Content-Type", "application/json")
              .header("Accept", "application/json, text/event-stream")
              .header("MCP-Protocol-Version", RawClient.MODERN_VERSION)
              .header("Mcp-Method", "tools/call")
              .header("Mcp-Name", "echo")
              .POST(BodyPublishers.ofString(body));
      Said straight = RawClient.send(same);
      assertThat(through.status())
          .as(because(straight.toString() + body))
          .isEqualTo(straight.status());
      assertThat(through.header("content-type")).isEqualTo(straight.header("content-type"));
      assertThat(through.body()).as(because("the answer")).isEqualTo(straight.body());
    }
  }

  private static boolean isCall(Arrived request) {
    return request.body().contains("tools/call");
  }

  private static HttpRequest.Builder modernPost(RawClient client, String body) {
    return client.post(
        body,
        "MCP-Protocol-Version",
        RawClient.MODERN_VERSION,
        "Mcp-Method",
        "tools/call",
        "Mcp-Name",
        "echo");
  }
}
