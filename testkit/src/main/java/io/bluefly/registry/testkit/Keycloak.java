package io.bluefly.registry.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real Keycloak with one realm, {@code registry}, in a process of its own. */
public final class Keycloak implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration START = Duration.ofMinutes(3);
  private static final int STOP_SECONDS = 20;

  /** Its script starts two JVMs in turn; all of the group end with us, however we end. */
  private static final String UNTIL_INPUT_ENDS =
      "(sh bin/kc.sh \"$@\" </dev/null; kill -KILL 0) & cat >/dev/null; kill -KILL 0";

  private final Process process;
  private final int port;

  private Keycloak(Process process, int port) throws InterruptedException {
    this.process = process;
    this.port = port;
    Lines out = new Lines(process.getInputStream());
    boolean started = false;
    try {
      while (!started) {
        started = out.next(START).contains("Listening on: ");
      }
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /** Starts one with a realm, a JSON document, and nothing that an earlier one has left. */
  public static Keycloak start(String realm) throws IOException, InterruptedException {
    Path home = home();
    delete(home.resolve("data"));
    Path imported = Files.createDirectories(home.resolve("data/import"));
    Files.writeString(imported.resolve("realm.json"), realm);
    int port = RegistryProcess.freePort();
    ProcessBuilder builder =
        new ProcessBuilder(
                "setsid",
                "sh",
                "-c",
                UNTIL_INPUT_ENDS,
                "keycloak",
                "start-dev",
                "--import-realm",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--hostname=http://127.0.0.1:" + port)
            .directory(home.toFile())
            .redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "JAVA_HOME", System.getProperty("java.home"),
                "JAVA_OPTS_KC_HEAP", "-Xmx384m",
                "JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1"));
    return new Keycloak(builder.start(), port);
  }

  private static Path home() throws IOException {
    Path unpacked =
        Checkout.find("testkit/target/keycloak")
            .orElseThrow(
                () -> new IllegalStateException("Keycloak is not unpacked: run mvn verify"));
    try (Stream<Path> versions = Files.list(unpacked)) {
      return versions.filter(Files::isDirectory).max(Comparator.naturalOrder()).orElseThrow();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** The realm as an issuer. */
  public String issuer() {
    return "http://127.0.0.1:" + port + "/realms/registry";
  }

  /** Asks for an access token with these parameters, names and values in turn. */
  public String token(String... parameters) throws IOException, InterruptedException {
    String form =
        Stream.iterate(0, i -> i < parameters.length, i -> i + 2)
            .map(i -> parameters[i] + "=" + encoded(parameters[i + 1]))
            .collect(Collectors.joining("&"));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(issuer() + "/protocol/openid-connect/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      String answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      JsonNode token = JSON.readTree(answer).path("access_token");
      if (token.isMissingNode()) {
        throw new AssertionError("no token: " + answer);
      }
      return token.asText();
    }
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** Ends it and all that it has started. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
