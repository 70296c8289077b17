package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bluefly.registry.testkit.RegistryProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** A connection to a registry on which a test writes whatever it likes. */
final class RawSocket implements AutoCloseable {
  private static final int DEADLINE_MS = 20_000;
  private static final int SMALL = 16 << 10;

  private final Socket socket;

  RawSocket(RegistryProcess registry) throws IOException {
    socket = new Socket();
    socket.setReceiveBufferSize(SMALL);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), registry.port()));
    socket.setSoTimeout(DEADLINE_MS);
  }

  /** Writes text; false when the registry has closed. */
  boolean write(String text) throws IOException {
    return write(text.getBytes(ISO_8859_1));
  }

  boolean write(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
      return true;
    } catch (SocketException e) {
      return false;
    }
  }

  /** All that comes up to {@code end}, or until the registry closes. */
  String until(String end) throws IOException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(end) < 0) {
      int next = next();
      if (next < 0) {
        break;
      }
      all.append((char) next);
    }
    return all.toString();
  }

  private int next() throws IOException {
    try {
      return socket.getInputStream().read();
    } catch (SocketException e) {
      return -1; // Reset.
    }
  }

  /** All that comes until the registry closes. */
  String rest() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    try {
      in.transferTo(all);
    } catch (SocketException e) {
      all.writeBytes("(reset)".getBytes(ISO_8859_1));
    }
    return all.toString(ISO_8859_1);
  }

  /** Whether the registry has closed the connection; what it said before is read and dropped. */
  boolean isClosed() throws IOException {
    socket.setSoTimeout(1);
    byte[] part = new byte[SMALL];
    try {
      int read = 0;
      while (read >= 0) {
        read = socket.getInputStream().read(part);
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true; // Reset.
    } finally {
      socket.setSoTimeout(DEADLINE_MS);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
