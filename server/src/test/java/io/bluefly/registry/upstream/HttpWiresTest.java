package io.bluefly.registry.upstream;

import static io.bluefly.registry.upstream.HttpFixture.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With whom connections are made, and what becomes of one that is closed. */
class HttpWiresTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    join(vertx.close());
  }

  /** Connects to a server with this certificate, which the client trusts. */
  private NetSocket connect(PfxOptions certificate, String host, String listenAt)
      throws UnknownHostException {
    HttpServer server =
        join(
            vertx
                .createHttpServer(
                    new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate))
                .requestHandler(request -> request.response().end())
                .listen(0, listenAt));
    NetClient client = vertx.createNetClient(HttpWires.options().setTrustOptions(certificate));
    HttpTarget target =
        TestTargets.of(new HttpOrigin(host, server.actualPort(), true), "/", Map.of());
    return join(client.connect(HttpWires.options(target, InetAddress.getByName(listenAt))));
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, dns:localhost",
    "server.example, dns:*.example",
    "127.0.0.1, ip:127.0.0.1"
  })
  void theCertificateIsForTheHostAndTheConnectionToTheAddressThatWasFound(
      String host, String names, @TempDir Path folder) throws Exception {
    PfxOptions own = TestStore.of(folder, names);
    assertThat(connect(own, host, "127.0.0.1").isSsl()).isTrue();
  }

  @Test
  void anAddressOfVersion6NeedsNoName(@TempDir Path folder) throws Exception {
    PfxOptions own = TestStore.of(folder, "ip:::1");
    assertThat(connect(own, "::1", "::1").isSsl()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void aTrustedCertificateOfAnotherHostIsRefused(String host, @TempDir Path folder)
      throws Exception {
    PfxOptions other = TestStore.of(folder, "dns:other.example,ip:127.0.0.9");
    assertThatThrownBy(() -> connect(other, host, "127.0.0.1"))
        .hasRootCauseInstanceOf(java.security.cert.CertificateException.class)
        .hasCauseInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void aNameIsToldToTheServerAndAnAddressIsNot() {
    assertThat(told("server.example")).isEqualTo("server.example");
    assertThat(told("127.0.0.1")).isNull();
    assertThat(told("::1")).isNull();
  }

  private static String told(String host) {
    HttpTarget target = TestTargets.of(new HttpOrigin(host, 443, true), "/", Map.of());
    return HttpWires.options(target, InetAddress.getLoopbackAddress()).getSniServerName();
  }

  @Test
  void nothingIsSentOnAConnectionThatIsClosed() throws Exception {
    NetServer server =
        join(vertx.createNetServer().connectHandler(NetSocket::close).listen(0, "127.0.0.1"));
    HttpTarget target =
        TestTargets.of(new HttpOrigin("127.0.0.1", server.actualPort(), false), "/", Map.of());
    CompletableFuture<Boolean> sent = new CompletableFuture<>();
    vertx.runOnContext(_ -> {
      ContextInternal context = ContextInternal.current();
      HttpWires.ofThisLoop(vertx)
          .connect(target)
          .onFailure(sent::completeExceptionally)
          .onSuccess(wire -> {
            wire.close();
            WireRequest request = WireRequest.to(target, HttpMethod.GET.toNetty());
            context.runOnContext(
                _ -> sent.complete(wire.send(request, new byte[0], context, new Nobody())));
          });
    });
    assertThat(sent.get(10, TimeUnit.SECONDS)).isFalse();
  }

  private static final class Nobody implements HttpWire.Listener {
    @Override
    public void head(HttpHead head) {}

    @Override
    public void content(byte[] part) {}

    @Override
    public void end() {}

    @Override
    public void failed(Throwable why) {}
  }
}
