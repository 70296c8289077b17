package io.bluefly.registry.app;

import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.security.TlsSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry's certificate and key, which may be renewed while it runs. */
final class TlsFiles {
  private static final Logger log = LoggerFactory.getLogger(TlsFiles.class);
  private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

  /** For all servers to take a certificate, in seconds. */
  private static final int PATIENCE = 10;

  private static final byte[] PROBE = {'p', 'r', 'o', 'b', 'e'};

  private final Path certificate;
  private final Path key;
  private final Vertx vertx;

  /** What is served. */
  private Pair served;

  /** What was looked at last: what is served, or what can't be used. */
  private Pair seen;

  /** What was said last of files that can't be used; empty when they can. */
  private String said = "";

  private final ReentrantLock reloading = new ReentrantLock();

  /** What stands in both files. */
  private record Pair(Buffer certificate, Buffer key) {
    PemKeyCertOptions options() {
      return new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
    }
  }

  private TlsFiles(Path certificate, Path key, Vertx vertx) {
    this.certificate = certificate;
    this.key = key;
    this.vertx = vertx;
    try {
      this.seen = read();
      this.served = seen;
      check(seen);
    } catch (IOException | GeneralSecurityException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The files that the settings name; null when they name none.
   *
   * @throws ConfigException when only one is named, or they can't be used
   */
  static @Nullable TlsFiles of(TlsSettings settings, Vertx vertx) {
    Path certificate = settings.certificate().orElse(null);
    Path key = settings.key().orElse(null);
    if (certificate != null && key != null) {
      return new TlsFiles(certificate, key, vertx);
    }
    if (certificate != null || key != null) {
      throw new ConfigException(
          "The settings mcp-registry.tls.certificate and mcp-registry.tls.key belong together: set"
              + " both, or none");
    }
    return null;
  }

  private Pair read() throws IOException {
    return new Pair(
        read("mcp-registry.tls.certificate", certificate), read("mcp-registry.tls.key", key));
  }

  private static Buffer read(String setting, Path file) throws IOException {
    try {
      return Buffer.buffer(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IOException("The file " + file + " (" + setting + ") can't be read", e);
    }
  }

  /** Whether a server could use them: else each client would only see its handshake fail. */
  private void check(Pair pair) throws GeneralSecurityException {
    try {
      for (KeyManager manager : pair.options().getKeyManagerFactory(vertx).getKeyManagers()) {
        if (manager instanceof X509KeyManager known) {
          check(known);
          return;
        }
      }
    } catch (Exception e) { // Whatever a reader of PEM says of what is none.
      String why = e instanceof MismatchException ? "they do not belong together" : "one is no PEM";
      throw new GeneralSecurityException(
          "The files %s (mcp-registry.tls.certificate) and %s (mcp-registry.tls.key) can't be used: %s"
              .formatted(certificate, key, why),
          e);
    }
  }

  private static final class MismatchException extends GeneralSecurityException {
    private static final long serialVersionUID = 1;
  }

  private static void check(X509KeyManager manager) throws GeneralSecurityException {
    for (String type : new String[] {"RSA", "EC", "EdDSA"}) {
      String[] aliases = manager.getServerAliases(type, null);
      if (aliases != null && aliases.length > 0) {
        PublicKey open = manager.getCertificateChain(aliases[0])[0].getPublicKey();
        check(open, manager.getPrivateKey(aliases[0]));
        return;
      }
    }
    throw new MismatchException();
  }

  /** What the key has signed, the certificate must know. */
  private static void check(PublicKey open, PrivateKey secret) throws GeneralSecurityException {
    String algorithm =
        switch (secret.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case String other -> other;
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(secret);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(open);
    signature.update(PROBE);
    if (!signature.verify(signed)) {
      throw new MismatchException();
    }
  }

  /** Options of a server that has them. */
  HttpServerOptions options() {
    return new HttpServerOptions()
        .setSsl(true)
        .setUseAlpn(false)
        .setKeyCertOptions(served.options())
        .setEnabledSecureTransportProtocols(VERSIONS);
  }

  /**
   * Has {@code servers} take files that have changed; connections that are open stay as they are.
   * Files that can't be used are told of once, and change nothing.
   */
  void reload(Collection<HttpServer> servers) {
    if (!reloading.tryLock()) {
      return; // A file system may hang.
    }
    try {
      Pair now = read();
      if (now.equals(seen)) {
        return;
      }
      checkNew(now);
      give(now, servers);
      seen = now;
      served = now;
      said = "";
      log.info("The certificate {} has changed and is used from now on", certificate);
    } catch (IOException | GeneralSecurityException e) {
      say(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      reloading.unlock();
    }
  }

  /** What can't be used is looked at once. */
  private void checkNew(Pair pair) throws GeneralSecurityException {
    try {
      check(pair);
    } catch (GeneralSecurityException e) {
      seen = pair;
      throw e;
    }
  }

  /** Waits until all servers have taken it. */
  private static void give(Pair pair, Collection<HttpServer> servers)
      throws IOException, InterruptedException {
    ServerSSLOptions options = new ServerSSLOptions();
    options.setKeyCertOptions(pair.options()).setEnabledSecureTransportProtocols(VERSIONS);
    List<Future<Boolean>> taken =
        servers.stream().map(server -> server.updateSSLOptions(options)).toList();
    try {
      Future.join(taken).toCompletionStage().toCompletableFuture().get(PATIENCE, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("The new certificate could not be taken, and is tried again", e);
    }
  }

  private void say(String problem) {
    if (!problem.equals(said)) {
      said = problem;
      log.error("{}; the certificate that was read before stays in use", problem);
    }
  }
}
