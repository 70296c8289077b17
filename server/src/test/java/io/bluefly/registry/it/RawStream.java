package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.testkit.RegistryProcess;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.function.Predicate;

/** A client of the event stream over a bare socket: it does what no WebSocket library would. */
final class RawStream implements AutoCloseable {
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private int pings;

  /**
   * Opens a WebSocket.
   *
   * @param receiveBuffer bytes that the kernel takes when nobody reads
   */
  RawStream(RegistryProcess registry, int receiveBuffer) throws IOException {
    socket.setReceiveBufferSize(receiveBuffer);
    socket.setSoTimeout(20_000);
    in = connect(socket, registry);
    String answer = upgrade(registry, "");
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      throw new AssertionError("no WebSocket: " + answer);
    }
  }

  /** A connection on which nothing was asked for yet. */
  RawStream(RegistryProcess registry) throws IOException {
    socket.setSoTimeout(20_000);
    in = connect(socket, registry);
  }

  private static DataInputStream connect(Socket socket, RegistryProcess registry)
      throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), registry.port()));
    return new DataInputStream(socket.getInputStream());
  }

  /**
   * Asks for a WebSocket; the head of the answer.
   *
   * @param more further headers, each with its line end
   */
  String upgrade(RegistryProcess registry, String more) throws IOException {
    String head =
        "GET /registry/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer "
            + registry.key()
            + "\r\n"
            + more
            + "\r\n";
    socket.getOutputStream().write(head.getBytes(ISO_8859_1));
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      answer.append((char) in.readUnsignedByte());
    }
    return answer.toString();
  }

  void bytes(int... bytes) throws IOException {
    byte[] all = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      all[i] = (byte) bytes[i];
    }
    socket.getOutputStream().write(all);
  }

  /** Sends a frame, masked with zeros, as a client has to. */
  void frame(int firstByte, byte[] payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(frame);
    out.writeByte(firstByte);
    if (payload.length < 126) {
      out.writeByte(0x80 | payload.length);
    } else if (payload.length <= 0xFFFF) {
      out.writeByte(0x80 | 126);
      out.writeShort(payload.length);
    } else {
      out.writeByte(0x80 | 127);
      out.writeLong(payload.length);
    }
    out.writeInt(0);
    out.write(payload);
    socket.getOutputStream().write(frame.toByteArray());
  }

  void send(String json) throws IOException {
    frame(0x81, json.replace('\'', '"').getBytes(UTF_8));
  }

  /** The next message that is wanted; pings are counted and not answered. */
  JsonNode next(Predicate<JsonNode> wanted) throws IOException {
    while (true) {
      int kind = in.readUnsignedByte() & 0x0F;
      byte[] payload = payload();
      if (kind == PING) {
        pings++;
      } else if (kind == CLOSE) {
        throw new ClosedException(code(payload));
      } else if (kind == TEXT) {
        JsonNode message = JSON.readTree(payload);
        if (wanted.test(message)) {
          return message;
        }
      }
    }
  }

  JsonNode next(String type) throws IOException {
    return next(m -> m.path("type").asText().equals(type));
  }

  private byte[] payload() throws IOException {
    long length = in.readUnsignedByte();
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    return in.readNBytes((int) length);
  }

  private static int code(byte[] payload) {
    return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
  }

  /** The registry has closed the WebSocket. */
  static final class ClosedException extends IOException {
    private static final long serialVersionUID = 1;
    final int code;

    ClosedException(int code) {
      super("closed with " + code);
      this.code = code;
    }
  }

  /** Reads on until the registry closes; its code, or 1006 when it just ends the connection. */
  int closeCode() throws IOException {
    try {
      next(m -> false);
      throw new AssertionError("nothing was wanted");
    } catch (ClosedException e) {
      return e.code;
    } catch (EOFException | SocketException e) {
      return 1006;
    }
  }

  /** The next byte; -1 when none comes for so long, or ever. */
  int read(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      return in.read();
    } catch (SocketTimeoutException | SocketException e) {
      return -1;
    }
  }

  /** Pings that have come. */
  int pings() {
    return pings;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
