package io.bluefly.registry.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** One HTTP connection of an {@link EchoServer}. */
final class EchoConnection {
  private static final byte[] HEAD =
      EchoAnswers.bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ");
  private static final byte[] SESSION = EchoAnswers.bytes("\r\nMcp-Session-Id: echo-session");
  private static final byte[] ACCEPTED =
      EchoAnswers.bytes("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  private static final byte[] NO_STREAM =
      EchoAnswers.bytes("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");

  private final SocketChannel channel;
  private final EchoAnswers answers;
  private final byte[] in = new byte[1 << 16];
  private final ByteBuffer direct = ByteBuffer.allocateDirect(1 << 16);
  private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 16);
  private int length;

  private EchoConnection(SocketChannel channel, EchoAnswers answers) {
    this.channel = channel;
    this.answers = answers;
  }

  static void accept(ServerSocketChannel listener, EchoAnswers answers, Selector selector)
      throws IOException {
    SocketChannel channel = listener.accept();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    EchoConnection connection = new EchoConnection(channel, answers);
    channel.configureBlocking(false).register(selector, SelectionKey.OP_READ, connection);
  }

  /** Answers what has come; false when the client has left. */
  boolean serve() throws IOException {
    direct.clear().limit(in.length - length);
    int count = channel.read(direct);
    if (count < 0) {
      return false;
    }
    direct.flip().get(in, length, count);
    length += count;
    out.clear();
    int taken = 0;
    for (int next = answer(taken); next > taken; next = answer(taken)) {
      taken = next;
    }
    length -= taken;
    System.arraycopy(in, taken, in, 0, length);
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    return true;
  }

  /** Answers the request at {@code start} if it is there as a whole; returns where it ends. */
  private int answer(int start) {
    int body = Bytes.after("\r\n\r\n", in, start, length);
    if (body < 0) {
      return start;
    }
    if (!Bytes.stands("POST", in, start, body)) {
      out.put(NO_STREAM);
      return body;
    }
    int end = body + contentLength(start, body);
    if (end > length) {
      return start;
    }
    byte[] answer = answers.answer(in, body, end);
    if (answer.length == 0) {
      out.put(ACCEPTED);
    } else {
      out.put(HEAD).put(EchoAnswers.bytes(Integer.toString(answer.length)));
      if (answers.equals(EchoAnswers.LEGACY)) {
        out.put(SESSION);
      }
      out.put(EchoAnswers.bytes("\r\n\r\n")).put(answer);
    }
    return end;
  }

  private int contentLength(int start, int end) {
    int at = Bytes.after("ontent-", in, start, end);
    while (at >= 0 && (in[at] | 0x20) != 'l') {
      at = Bytes.after("ontent-", in, at, end);
    }
    int size = 0;
    for (int i = at + "length:".length(); at >= 0 && in[i] != '\r'; i++) {
      if (in[i] != ' ') {
        size = size * 10 + in[i] - '0';
      }
    }
    return size;
  }
}
