package io.bluefly.registry.upstream;

import java.util.Objects;

/** Where an HTTP server is; looked up with every request, so it knows its hash and its text. */
public final class HttpOrigin {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final String host;
  private final int port;
  private final boolean tls;
  private final int hash;
  private final String authority;

  /** {@code host} is without brackets. */
  HttpOrigin(String host, int port, boolean tls) {
    this.host = host;
    this.port = port;
    this.tls = tls;
    this.hash = Objects.hash(host, port, tls);
    this.authority = port == usualPort(tls) ? literal() : literal() + ":" + port;
  }

  /** The port of a URL that names none. */
  static int usualPort(boolean tls) {
    return tls ? HTTPS_PORT : HTTP_PORT;
  }

  private String literal() {
    return host.indexOf(':') < 0 ? host : "[" + host + "]";
  }

  /** A name or a literal address, without brackets. */
  String host() {
    return host;
  }

  int port() {
    return port;
  }

  boolean tls() {
    return tls;
  }

  /** What the header Host says. */
  String authority() {
    return authority;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof HttpOrigin that
            && that.port == port
            && that.tls == tls
            && that.host.equals(host));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Scheme, host and port. */
  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + literal() + ":" + port;
  }
}
