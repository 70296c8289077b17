package io.bluefly.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.security.TlsSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SelfSignedCertificate;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
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
    SelfSignedCertificate fresh = SelfSignedCertificate.create();
    Files.copy(Path.of(fresh.certificatePath()), certificate);
    Files.copy(Path.of(fresh.privateKeyPath()), key);
    fresh.delete();
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

    Files.delete(certificate);
    Files.delete(key);
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
