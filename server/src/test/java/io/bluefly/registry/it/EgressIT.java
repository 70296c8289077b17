package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that nobody gets to through the registry, and the listener there hears of nobody. */
class EgressIT {
  @TempDir static Path folder;
  static RegistryProcess registry;
  static ServerSocket listener;
  static final AtomicInteger CONTACTS = new AtomicInteger();

  @BeforeAll
  static void start() throws Exception {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(EgressIT::accept);
    registry = RegistryProcess.start(folder, Map.of("MCP_REGISTRY_EGRESS_LOOPBACK", "false"));
  }

  private static void accept() {
    try {
      while (true) {
        listener.accept().close();
        CONTACTS.incrementAndGet();
      }
    } catch (java.io.IOException e) {
      // The test is over.
    }
  }

  @AfterAll
  static void stop() throws Exception {
    registry.close();
    listener.close();
    assertThat(CONTACTS).hasValue(0);
  }

  private static RegistryProcess.Answer register(String name, String protocol, String url)
      throws Exception {
    return registry.send(
        "POST",
        "/connections",
        """
        {"name": "%s", "type": "server", "protocol": "%s", "endpoint": {"url": "%s"}}
        """
            .formatted(name, protocol, url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "127.000.000.001",
        "0",
        "0.0.0.0",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:0:127.0.0.1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::7f00:1]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fec0::1]",
        "[fd00:ec2::254]",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "100.100.100.200",
        "168.63.129.16",
        "224.0.0.1",
        "255.255.255.255",
        "10.0.0.1",
        "192.168.1.1",
        "[fd12::1]",
        "１２７.0.0.1",
        "127%2e0%2e0%2e1",
        "user@127.0.0.1"
      })
  void aForbiddenLiteralIsRefusedAtRegistration(String host) throws Exception {
    for (String protocol : new String[] {"http", "websocket"}) {
      String scheme = protocol.equals("http") ? "http" : "ws";
      RegistryProcess.Answer answer =
          register("literal", protocol, scheme + "://" + host + ":" + listener.getLocalPort());
      assertThat(answer.status()).as(host).isEqualTo(400);
      assertThat(answer.body().at("/violations/0/field").asText()).isEqualTo("body/endpoint/url");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, MCP_REGISTRY_EGRESS_LOOPBACK",
    "10.1.2.3, MCP_REGISTRY_EGRESS_ALLOWED",
    "169.254.169.254, may never be reached",
    "0177.0.0.1, as 192.0.2.1 or [2001:db8::1]",
    "127.1, as 192.0.2.1 or [2001:db8::1]"
  })
  void theRefusalSaysTheWayOut(String host, String says) throws Exception {
    JsonNode problem = register("told", "http", "http://" + host + "/mcp").body();
    assertThat(problem.at("/violations/0/message").asText()).contains(says);
  }

  @ParameterizedTest
  @CsvSource({"http, http", "websocket, ws"})
  void aNameOfAForbiddenAddressIsNotConnectedTo(String protocol, String scheme) throws Exception {
    RegistryProcess.Answer answer =
        register(
            "named-" + protocol,
            protocol,
            scheme + "://localhost:" + listener.getLocalPort() + "/mcp");
    assertThat(answer.status()).isEqualTo(201);
    JsonNode failed = Eventually.status(registry, answer.body().get("id").asText(), "error");
    assertThat(failed.at("/health/reason").asText()).isEqualTo("configuration");
    assertThat(failed.at("/health/message").asText())
        .contains("localhost is this machine")
        .contains("MCP_REGISTRY_EGRESS_ALLOWED");
  }

  @Test
  void aRegistryForOthersDoesNotReachItsOwnMachineUnlessItIsTold(@TempDir Path data)
      throws Exception {
    try (RegistryProcess open =
        RegistryProcess.start(data, Map.of("MCP_REGISTRY_HOST", "0.0.0.0"))) {
      String body =
          """
          {"name": "own", "type": "server", "protocol": "http",
           "endpoint": {"url": "http://127.0.0.1:%d/mcp"}}
          """
              .formatted(listener.getLocalPort());
      assertThat(open.send("POST", "/connections", body).status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MCP_REGISTRY_EGRESS_ALLOWED, 10.0.0.0/33, egress.allowed",
    "MCP_REGISTRY_EGRESS_ALLOWED, 169.254.0.0/16, egress.allowed",
    "MCP_REGISTRY_EGRESS_LOOPBACK, yes, neither true nor false",
    "MCP_REGISTRY_SECRETS, A@https://a.example/path, mcp-registry.secrets"
  })
  void aWrongSettingIsRefusedAtTheStart(String name, String value, String says, @TempDir Path data)
      throws Exception {
    RegistryProcess.Refusal refusal =
        RegistryProcess.refused(data, RegistryProcess.freePort(), Map.of(name, value));
    assertThat(refusal.exitCode()).isNotZero();
    assertThat(refusal.message()).contains(says).contains(value);
  }
}
