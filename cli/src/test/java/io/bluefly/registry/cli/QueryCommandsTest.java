package io.bluefly.registry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.cli.Commands.Ran;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class QueryCommandsTest {
  private FakeRegistry registry;
  private Commands commands;

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    commands = Commands.to(registry.url());
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void listFollowsThePagesToTheEnd() {
    registry
        .on(
            "GET /connections",
            200,
            "{\"connections\": [" + connection("a") + "], \"nextCursor\": \"x+/y\"}")
        .on("GET /connections?cursor=x%2B%2Fy", 200, FakeRegistry.page(connection("bcd")));

    assertThat(commands.run("list").out())
        .isEqualTo(
            """
            NAME  STATUS  HEALTH   PROTOCOL  CAPABILITIES  REQ/MIN  LATENCY  ID
            a     active  healthy  stdio     2             7        1.5 ms   mcp-conn-a
            bcd   active  healthy  stdio     2             7        1.5 ms   mcp-conn-bcd
            """);
    assertThat(commands.run("list", "--json").out())
        .isEqualTo("[" + connection("a") + "," + connection("bcd") + "]\n");
  }

  @Test
  void listPassesItsFiltersOn() {
    String line = "GET /connections?status=error&type=server&protocol=http&capability=read%20it";
    registry.on(line, 200, FakeRegistry.page(""));

    Ran ran =
        commands.run(
            "list",
            "--status",
            "ERROR",
            "--type=server",
            "--protocol=http",
            "--capability=read it");

    assertThat(ran.out()).startsWith("No connection matches");
    assertThat(registry.last().line()).isEqualTo(line);
  }

  @Test
  void discoverShowsTheBestFirst() {
    registry.on(
        "POST /connections/discover",
        200,
        """
        {"connections": [{"id": "mcp-conn-1", "name": "a", "load": 0.125,
          "health": {"status": "healthy", "uptime": 61}}], "totalMatching": 1}
        """);

    assertThat(commands.run("discover", "x", "y", "--protocol=stdio", "--max=3").out())
        .isEqualTo(
            """
            NAME  LOAD    HEALTH   UPTIME   ID
            a     12.5 %  healthy  1 m 1 s  mcp-conn-1
            """);
    assertThat(registry.last().body())
        .isEqualTo(
            "{\"capabilities\":[\"x\",\"y\"],\"filters\":{\"protocol\":\"stdio\"},"
                + "\"loadBalancing\":{\"maxConnections\":3}}");
  }

  @Test
  void showPrintsTheDetails() {
    String details = "{\"id\":\"mcp-conn-1\",\"name\":\"a\",\"load\":1.50}";
    registry.withConnection("a", "mcp-conn-1", details);

    assertThat(commands.run("show", "a").out()).startsWith("a  mcp-conn-1\n");
    assertThat(commands.run("show", "mcp-conn-1", "--json").out()).isEqualTo(details + "\n");
  }

  @Test
  void rmPrintsWhatTheRegistrySaid() {
    registry
        .withConnection("a", "mcp-conn-1", "{}")
        .on("DELETE /connections/mcp-conn-1?force=true", 200, "{\"message\": \"Terminated\"}");

    assertThat(commands.run("rm", "a", "--force")).isEqualTo(new Ran(0, "a: Terminated.\n", ""));
  }

  @Test
  void anUnknownConnectionIsOneSentence() {
    registry
        .on("GET /connections?name=x", 200, FakeRegistry.page(""))
        .on("GET /connections/mcp-conn-x", 404, "{\"detail\": \"Nothing\"}");

    assertThat(commands.run("show", "x"))
        .isEqualTo(
            new Ran(
                1, "", "There is no connection 'x'; ./mcp-registry list shows what there is.\n"));
    assertThat(commands.run("call", "mcp-conn-x", "t").err())
        .startsWith("There is no connection 'mcp-conn-x'; ");
  }

  private static String connection(String name) {
    return "{\"id\":\"mcp-conn-%s\",\"name\":\"%s\",\"status\":\"active\",\"protocol\":\"stdio\",\"capabilities\":[\"x\",\"y\"],\"health\":{\"status\":\"healthy\"},\"metrics\":{\"requestsPerMinute\":7,\"averageLatency\":1.50}}"
        .formatted(name, name);
  }
}
