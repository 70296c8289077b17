package io.bluefly.registry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.cli.Commands.Ran;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class KeyCommandsTest {
  private static final String MADE =
      "{\"id\":\"key-1\",\"name\":\"agent\",\"key\":\"mcpr_secret\",\"permissions\":[\"read\",\"call\"],"
          + "\"pools\":[\"files\"],\"connections\":[],\"createdAt\":\"2026-11-23T10:00:00Z\"}";

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
  void createPrintsTheKeyAloneOnTheLastLine() {
    registry.on("POST /keys", 201, MADE);

    Ran ran =
        commands.run("key", "create", "agent", "--permissions", "read,call", "--pool", "files");

    assertThat(ran.out())
        .isEqualTo(
            """
            agent may read, call; for pool files (key-1). Keep the key now, it is not shown again:
            mcpr_secret
            """);
    assertThat(registry.last().body())
        .isEqualTo(
            "{\"name\":\"agent\",\"permissions\":[\"read\",\"call\"],\"pools\":[\"files\"]}");
  }

  @Test
  void createTakesConnectionsByNameAndATime() {
    registry.withConnection("gitlab", "mcp-conn-7", "{}").on("POST /keys", 201, MADE);

    commands.run(
        "key",
        "create",
        "a",
        "--permissions",
        "read",
        "--connection",
        "gitlab",
        "--expires-in",
        "90d");

    assertThat(registry.last().json().at("/connections/0").asText()).isEqualTo("mcp-conn-7");
    assertThat(Instant.parse(registry.last().json().get("expiresAt").asText()))
        .isCloseTo(
            Instant.now().plus(Duration.ofDays(90)), Assertions.within(Duration.ofMinutes(1)));
  }

  @Test
  void createWithoutPermissionsIsWrongUsage() {
    Ran ran = commands.run("key", "create", "agent");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("--permissions");
  }

  @Test
  void listShowsWhatKeysAreFor() {
    String keys =
        "[{\"id\":\"key-1\",\"name\":\"agent\",\"permissions\":[\"read\"],\"pools\":[\"files\"],"
            + "\"connections\":[]},{\"id\":\"key-2\",\"name\":\"ops\",\"permissions\":[\"admin\"],"
            + "\"pools\":[],\"connections\":[],\"expiresAt\":\"2027-01-01T00:00:00Z\"}]";
    registry.on("GET /keys", 200, "{\"keys\": " + keys + ", \"total\": 2}");

    assertThat(commands.run("key", "list").out())
        .isEqualTo(
            """
            NAME   PERMISSIONS  FOR         EXPIRES               LAST USED  ID
            agent  read         pool files  never                 never      key-1
            ops    admin        everything  2027-01-01T00:00:00Z  never      key-2
            """);
  }

  @Test
  void deleteSaysWhatCameOfIt() {
    registry
        .on(
            "DELETE /keys/key-1",
            200,
            "{\"id\":\"key-1\",\"name\":\"agent\",\"message\":\"The key is gone\"}")
        .on("DELETE /keys/key-9", 404, "{}");

    assertThat(commands.run("key", "delete", "key-1").out()).isEqualTo("agent: The key is gone.\n");
    Ran missing = commands.run("key", "delete", "key-9");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("There is no key 'key-9'");
  }
}
