package io.bluefly.registry.bench;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.Arrays;

/**
 * An MCP server that does as little as one can, so that what is before it can be measured: one
 * thread, no parsing. It understands what the benchmark sends, nothing else.
 */
public final class EchoServer {
  private EchoServer() {}

  /**
   * The arguments: {@code stdio}, or {@code modern:PORT} and {@code legacy:PORT}, several times.
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 1 && args[0].equals("stdio")) {
      serveStdio();
    } else {
      serveHttp(args);
    }
  }

  private static void serveStdio() throws IOException {
    byte[] buffer = new byte[1 << 16];
    int length = 0;
    try (FileInputStream in = new FileInputStream(FileDescriptor.in);
        FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
      int count = in.read(buffer, 0, buffer.length);
      while (count >= 0) {
        length += count;
        int taken = answerLines(buffer, length, out);
        length -= taken;
        System.arraycopy(buffer, taken, buffer, 0, length);
        count = in.read(buffer, length, buffer.length - length);
      }
    }
  }

  /** Answers all whole lines with one write; returns how many bytes they had. */
  private static int answerLines(byte[] buffer, int length, FileOutputStream out)
      throws IOException {
    byte[] all = new byte[0];
    int from = 0;
    for (int i = 0; i < length; i++) {
      if (buffer[i] == '\n') {
        byte[] answer = EchoAnswers.MODERN.answer(buffer, from, i);
        if (answer.length > 0) {
          int before = all.length;
          all = Arrays.copyOf(all, before + answer.length + 1);
          System.arraycopy(answer, 0, all, before, answer.length);
          all[all.length - 1] = '\n';
        }
        from = i + 1;
      }
    }
    out.write(all);
    return from;
  }

  private static void serveHttp(String[] args) throws IOException {
    Selector selector = Selector.open();
    for (String arg : args) {
      String[] parts = arg.split(":", 2);
      EchoAnswers answers = parts[0].equals("modern") ? EchoAnswers.MODERN : EchoAnswers.LEGACY;
      ServerSocketChannel listener = ServerSocketChannel.open();
      listener.bind(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(parts[1])),
          1024);
      listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT, answers);
    }
    while (true) {
      selector.select(EchoServer::ready);
    }
  }

  private static void ready(SelectionKey key) {
    try {
      if (key.attachment() instanceof EchoConnection connection) {
        if (!connection.serve()) {
          key.channel().close();
        }
      } else if (key.channel() instanceof ServerSocketChannel listener) {
        EchoConnection.accept(listener, (EchoAnswers) key.attachment(), key.selector());
      }
    } catch (IOException e) {
      key.cancel();
    }
  }
}
