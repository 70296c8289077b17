package io.bluefly.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.security.TlsSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate that is renewed, with servers that are only played. */
class TlsFilesTest {
  private record Given(Optional<Path> certificate, Optional<Path> key) implements TlsSettings {}

  private static final char[] PASSWORD = "password".toCharArray();

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final Deque<Future<Boolean>> answers = new ArrayDeque<>();
  private int asked;

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** Answers as the test says, and only that. */
  private HttpServer server() {
    return (HttpServer)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HttpServer.class},
            (_, method, _) -> {
              assertThat(method.getName()).isEqualTo("updateSSLOptions");
              asked++;
              return answers.removeFirst();
            });
  }

  private void renew(Path certificate, Path key) throws Exception {
    Path file = folder.resolve("store.p12");
    Files.deleteIfExists(file);
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String options = "-genkeypair -alias a -keyalg EC -dname CN=a -storepass password -keystore";
    List<String> command = new ArrayList<>(List.of(tool));
    command.addAll(List.of(options.split(" ", -1)));
    command.add(file.toString());
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
    write(certificate, "CERTIFICATE", store.getCertificate("a").getEncoded());
    write(key, "PRIVATE KEY", store.getKey("a", PASSWORD).getEncoded());
  }

  private static void write(Path file, String what, byte[] bytes) throws Exception {
    String text = Base64.getMimeEncoder().encodeToString(bytes);
    Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what));
  }

  @Test
  void whatAServerCouldNotTakeIsTriedAgainUntilItHasIt() throws Exception {
    Path certificate = folder.resolve("crt");
    Path key = folder.resolve("key");
    renew(certificate, key);
    TlsFiles files =
        Objects.requireNonNull(
            TlsFiles.of(new Given(Optional.of(certificate), Optional.of(key)), vertx));
    List<HttpServer> servers = List.of(server());
    files.reload(servers);
    assertThat(asked).isZero();

    renew(certificate, key);
    answers.add(Future.failedFuture("not now"));
    files.reload(servers);
    answers.add(Future.succeededFuture(true));
    files.reload(servers);
    assertThat(asked).isEqualTo(2);
    files.reload(servers);
    assertThat(asked).isEqualTo(2);
  }
}
