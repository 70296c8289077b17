package io.bluefly.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.security.TlsSettings;
import io.bluefly.registry.testkit.TestCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.lang.reflect.Proxy;
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

  private TestCertificate make() throws Exception {
    return TestCertificate.make(folder, "served", "EC", "dns:localhost");
  }

  @Test
  void whatAServerCouldNotTakeIsTriedAgainUntilItHasIt() throws Exception {
    TestCertificate made = make();
    TlsFiles files =
        Objects.requireNonNull(
            TlsFiles.of(new Given(Optional.of(made.file()), Optional.of(made.key())), vertx));
    List<HttpServer> servers = List.of(server());
    files.reload(servers);
    assertThat(asked).isZero();

    make();
    answers.add(Future.failedFuture("not now"));
    files.reload(servers);
    answers.add(Future.succeededFuture(true));
    files.reload(servers);
    assertThat(asked).isEqualTo(2);
    files.reload(servers);
    assertThat(asked).isEqualTo(2);
  }
}
