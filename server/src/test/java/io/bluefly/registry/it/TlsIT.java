package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.TestCertificate;
import io.bluefly.registry.testkit.server.Era;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The registry with a certificate of its own. */
class TlsIT {
  @TempDir static Path pems;
  private static TestCertificate first;
  private static TestCertificate second;
  private static TestCertificate elliptic;

  @TempDir Path folder;

  private static Map<String, String> settings(Path certificate, Path key) {
    return Map.of(
        "MCP_REGISTRY_TLS_CERTIFICATE", certificate.toString(),
        "MCP_REGISTRY_TLS_KEY", key.toString());
  }

  private static TestCertificate make(String name, String algorithm) throws Exception {
    return TestCertificate.make(pems, name, algorithm, "ip:127.0.0.1,dns:localhost");
  }

  @BeforeAll
  static void make() throws Exception {
    first = make("first", "RSA");
    second = make("second", "RSA");
    elliptic = make("elliptic", "EC");
  }

  private static HttpResponse<String> send(
      RegistryProcess registry, HttpClient client, String path, String body) throws Exception {
    URI url = URI.create("https://127.0.0.1:" + registry.port() + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Authorization", "Bearer " + registry.key())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream");
    return client.send(
        (body.isEmpty() ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void bothPlanesAreServed() throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder, elliptic.settings());
        HttpClient client = HttpClient.newBuilder().sslContext(elliptic.trusted()).build()) {
      assertThat(registry.printed()).contains("Listening on https://127.0.0.1:" + registry.port());
      var made =
          send(
              registry,
              client,
              "/connections",
              TestServers.stdioRegistration("server", Era.LEGACY));
      assertThat(made.statusCode()).isEqualTo(201);
      assertThat(made.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(made.headers().firstValue("strict-transport-security"))
          .hasValue("max-age=31536000");
      String initialize =
          RawClient.message(
              "0",
              "initialize",
              "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
                  + "\"clientInfo\":{\"name\":\"raw\",\"version\":\"1\"}}");
      for (int i = 0; i < 3; i++) {
        var greeted = send(registry, client, "/pools/server/mcp", initialize);
        assertThat(greeted.statusCode()).as(greeted.body()).isEqualTo(200);
        assertThat(greeted.headers().firstValue("strict-transport-security")).isPresent();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"})
  void oldVersionsAreRefused(String version) throws Exception {
    boolean old = version.equals("TLSv1") || version.equals("TLSv1.1");
    try (RegistryProcess registry = RegistryProcess.start(folder, first.settings());
        SSLSocket socket =
            (SSLSocket)
                first
                    .trusted()
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), registry.port())) {
      socket.setSoTimeout(10_000);
      socket.setEnabledProtocols(new String[] {version});
      if (old) {
        assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
      } else {
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      }
    }
  }

  private static String served(RegistryProcess registry, TestCertificate trusted) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            trusted
                .trusted()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), registry.port())) {
      socket.setSoTimeout(10_000);
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    } catch (SSLException e) {
      return "another";
    }
  }

  @Test
  void aCertificateThatChangesIsTakenAndABrokenOneIsNot() throws Exception {
    Path certificate = Files.copy(first.file(), folder.resolve("served.crt"));
    Path key = Files.copy(first.key(), folder.resolve("served.key"));
    try (RegistryProcess registry = RegistryProcess.start(folder, settings(certificate, key))) {
      assertThat(served(registry, first)).isEqualTo("CN=first");
      Files.writeString(certificate, "broken");
      Eventually.until(() -> registry.log().stream().anyMatch(l -> l.contains("can't be used")));
      assertThat(served(registry, first)).isEqualTo("CN=first");
      Files.write(certificate, Files.readAllBytes(second.file()));
      Files.write(key, Files.readAllBytes(second.key()));
      Eventually.until(() -> served(registry, second).equals("CN=second"));
      assertThat(served(registry, first)).isEqualTo("another");
      assertThat(registry.log().stream().filter(l -> l.contains("can't be used: one")).count())
          .isEqualTo(1);
      assertThat(String.join("\n", registry.log())).doesNotContain("BEGIN", "PRIVATE");
    }
  }

  private String refusal(Map<String, String> settings) throws Exception {
    var refusal = RegistryProcess.refused(folder, 0, settings);
    assertThat(refusal.exitCode()).isEqualTo(1);
    return refusal.message();
  }

  @Test
  void whatCanNotBeUsedKeepsItFromStarting() throws Exception {
    assertThat(refusal(Map.of("MCP_REGISTRY_TLS_KEY", first.key().toString())))
        .endsWith("belong together: set both, or none");
    assertThat(refusal(settings(pems.resolve("nothing"), first.key())))
        .endsWith("(mcp-registry.tls.certificate) can't be read");
    assertThat(refusal(settings(first.file(), second.key())))
        .endsWith("they do not belong together");
    assertThat(refusal(settings(first.file(), elliptic.key()))).contains("can't be used: ");
    assertThat(refusal(settings(first.key(), first.file()))).contains("can't be used: ");
  }

  @Test
  void plainTextOnANetworkIsWarnedOf() throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder, Map.of(), "--host", "0.0.0.0")) {
      assertThat(registry.log())
          .anyMatch(line -> line.contains("without TLS") && line.contains("mcp-registry.tls.key"));
    }
  }
}
