package io.bluefly.registry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.cli.Commands.Ran;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PoolCommandsTest {
  private static final String POOL =
      "{\"name\":\"p\",\"strategy\":\"sticky\",\"settings\":{\"order\":[\"b\",\"a\"],"
          + "\"stickyBy\":\"argument\",\"argument\":\"city\",\"hedgeAfter\":200},\"connections\":["
          + "{\"id\":\"mcp-conn-1\",\"name\":\"a\",\"status\":\"active\",\"health\":\"healthy\","
          + "\"activeRequests\":3,\"capacity\":20,\"weight\":1}]}";

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
  void poolsListsAll() {
    String pools =
        "[{\"name\":\"files\",\"strategy\":\"least-loaded\",\"connections\":12,\"active\":3,"
            + "\"healthy\":2,\"capabilities\":7}]";
    registry.on("GET /pools", 200, "{\"pools\": " + pools + ", \"total\": 1}");

    assertThat(commands.run("pools").out())
        .isEqualTo(
            """
            NAME   STRATEGY      CONNECTIONS  ACTIVE  HEALTHY  CAPABILITIES
            files  least-loaded  12           3       2        7
            """);
    assertThat(commands.run("pools", "--json").out()).isEqualTo(pools + "\n");
  }

  @Test
  void withoutAPoolTheListSaysHowToGoOn() {
    registry.on("GET /pools", 200, "{\"pools\": [], \"total\": 0}");

    assertThat(commands.run("pools").out()).startsWith("There is no pool; ");
  }

  @Test
  void poolShowsItsSettingsAndItsServers() {
    registry.on("GET /pools/p", 200, POOL);

    assertThat(commands.run("pool", "p").out())
        .isEqualTo(
            """
            p
              strategy   sticky
              order      b, a
              sticky by  argument
              argument   city
              hedging    after 200 ms

              NAME  STATUS  HEALTH   REQUESTS  CAPACITY  WEIGHT  ID
              a     active  healthy  3         20        1       mcp-conn-1
            """);
    assertThat(commands.run("pool", "p", "--json").out()).isEqualTo(POOL + "\n");
  }

  @Test
  void whatIsNotSetIsNotShown() {
    registry.on(
        "GET /pools/p",
        200,
        "{\"name\":\"p\",\"strategy\":\"random\",\"settings\":{\"order\":[],"
            + "\"stickyBy\":\"session\"},\"connections\":[]}");

    assertThat(commands.run("pool", "p").out())
        .isEqualTo("p\n  strategy   random\n  sticky by  session\n  hedging    off\n");
  }

  @Test
  void poolChangesWhatItsOptionsSay() {
    registry.on("PATCH /pools/a%2Fb", 200, POOL);

    Ran ran =
        commands.run(
            "pool",
            "a/b",
            "--strategy=WEIGHTED-round-robin",
            "--order",
            "b, a",
            "--sticky-by=argument",
            "--argument=city",
            "--hedge-after=2s");

    assertThat(ran.out()).startsWith("p\n  strategy   sticky\n");
    assertThat(registry.last().body())
        .isEqualTo(
            "{\"strategy\":\"weighted-round-robin\",\"settings\":{\"order\":[\"b\",\"a\"],"
                + "\"stickyBy\":\"argument\",\"argument\":\"city\",\"hedgeAfter\":2000}}");
    assertThat(registry.last().header("Content-Type")).isEqualTo("application/json");
  }

  @Test
  void whatIsEmptyOrOffIsTheDefaultAgain() {
    registry.on("PATCH /pools/p", 200, POOL);

    commands.run("pool", "p", "--order=", "--argument=", "--hedge-after=off");

    assertThat(registry.last().body())
        .isEqualTo("{\"settings\":{\"order\":null,\"argument\":null,\"hedgeAfter\":null}}");
  }

  @ParameterizedTest
  @CsvSource({"200ms, 200", "2s, 2000", "1m, 60000", "0ms, 0"})
  void timesAreWrittenWithTheirUnit(String written, long millis) {
    registry.on("PATCH /pools/p", 200, POOL);

    commands.run("pool", "p", "--hedge-after", written);

    assertThat(registry.last().body()).isEqualTo("{\"settings\":{\"hedgeAfter\":" + millis + "}}");
  }

  @ParameterizedTest
  @CsvSource({"200", "fast", "-5ms", "1w", "''"})
  void anythingElseIsNoTime(String written) {
    Ran ran = commands.run("pool", "p", "--hedge-after", written);

    assertThat(ran)
        .isEqualTo(
            new Ran(
                2,
                "",
                "--hedge-after must be a time such as 200ms or 2s, not '" + written + "'.\n"));
    assertThat(registry.asked()).isEmpty();
  }

  @Test
  void anUnknownStrategyIsToldWithThoseThereAre() {
    Ran ran = commands.run("pool", "p", "--strategy", "fastest");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("'fastest'", "least-loaded, round-robin").hasLineCount(1);
  }

  @Test
  void theHelpNamesTheStrategies() {
    assertThat(commands.run("pool", "--help").out().replaceAll("\\s+", " "))
        .contains(List.of("weighted-round-robin, random", "session, principal, argument"));
  }

  @Test
  void refusalsAreOneSentence() {
    registry
        .on("GET /pools/x", 404, "{\"detail\": \"Nothing\"}")
        .on("PATCH /pools/p", 400, "{\"detail\": \"body/settings/order names x, not here\"}");

    assertThat(commands.run("pool", "x"))
        .isEqualTo(
            new Ran(1, "", "There is no pool 'x'; ./mcp-registry pools shows what there is.\n"));
    assertThat(commands.run("pool", "p", "--order=x"))
        .isEqualTo(new Ran(1, "", "body/settings/order names x, not here.\n"));
  }
}
