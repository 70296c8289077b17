package io.bluefly.registry.upstream;

import com.fasterxml.jackson.annotation.JsonValue;
import io.vertx.core.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * How long the parts of an HTTP exchange took, and with whom it was. Parts that it did not come to
 * the end of are null.
 *
 * @param at when it began
 * @param address the resolved address and port; null without a connection
 * @param tls how the connection is secured; null where it is not
 * @param connect until there was a connection, the name's lookup and TLS included, in ms; about 0
 *     on one that was kept
 * @param firstByte from then until the head of the answer came, in ms
 * @param receive from then until its end, in ms
 * @param failed the part in which it failed; null when it did not
 */
public record HttpTiming(
    Instant at,
    @Nullable String address,
    @Nullable Tls tls,
    @Nullable Long connect,
    @Nullable Long firstByte,
    @Nullable Long receive,
    @Nullable Failed failed) {
  /** A part of an exchange. */
  public enum Part {
    /** Looking the name up, connecting, and securing the connection. */
    CONNECT("connect"),
    /** Waiting for the head of the answer. */
    FIRST_BYTE("firstByte"),
    /** Reading the rest of it. */
    RECEIVE("receive");

    private final String wire;

    Part(String wire) {
      this.wire = wire;
    }

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return wire;
    }
  }

  /**
   * Where an exchange ended that did not come to its end.
   *
   * @param millis how long that part had been going on
   * @param message why it ended
   */
  public record Failed(Part phase, long millis, String message) {}

  /**
   * How a connection is secured.
   *
   * @param subject whom the server's certificate is for; null where it can't be told
   * @param expiresAt until when that is valid
   */
  public record Tls(
      String protocol, String cipher, @Nullable String subject, @Nullable Instant expiresAt) {
    static @Nullable Tls of(@Nullable SSLSession session) {
      if (session == null) {
        return null;
      }
      try {
        return session.getPeerCertificates()[0] instanceof X509Certificate certificate
            ? of(session, certificate)
            : of(session, null);
      } catch (SSLPeerUnverifiedException e) {
        return of(session, null);
      }
    }

    private static Tls of(SSLSession session, @Nullable X509Certificate certificate) {
      return new Tls(
          session.getProtocol(),
          session.getCipherSuite(),
          certificate == null ? null : certificate.getSubjectX500Principal().getName(),
          certificate == null ? null : certificate.getNotAfter().toInstant());
    }
  }

  static String text(SocketAddress address) {
    String literal = address.hostAddress();
    if (literal == null) {
      return String.valueOf(address);
    }
    return (literal.indexOf(':') < 0 ? literal : "[" + literal + "]") + ":" + address.port();
  }
}
