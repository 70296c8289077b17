package io.bluefly.registry.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Many subscribers of {@code /registry/stream} and the calls whose ends they hear, over real
 * sockets, and what that costs the registry by {@code /proc}. {@code bench/stream} runs it.
 *
 * <p>Subscribers read on one thread and count frames; each call is one {@code capability-request}.
 * A slow subscriber, if asked for, subscribes and never reads.
 */
public final class StreamLoad {
  private static final int CALLERS = 4;
  private static final int TICKS_PER_SECOND = 100;
  private static final long WARM_UP_NANOS = 15_000_000_000L;
  private static final String SUBSCRIBE =
      "{\"action\":\"subscribe\",\"events\":[\"capability-request\"]}";

  private final InetSocketAddress registry;
  private final String key;
  private final String path;
  private final int rate;
  private final AtomicLong calls = new AtomicLong();
  private final Selector selector = Selector.open();
  private final List<Counter> counters = new ArrayList<>();
  private final List<SocketChannel> channels = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
  private volatile boolean over;

  private StreamLoad(String[] args) throws IOException {
    this.registry =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1]));
    this.key = args[2];
    this.path = args[3];
    this.rate = Integer.parseInt(args[5]);
  }

  /**
   * The arguments: the registry's process, port, key, the path to call, the number of subscribers,
   * calls per second, seconds, and the number of subscribers that never read.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    StreamLoad load = new StreamLoad(args);
    long pid = Long.parseLong(args[0]);
    for (int i = Integer.parseInt(args[7]); i > 0; i--) {
      load.open(false);
    }
    for (int i = Integer.parseInt(args[4]); i > 0; i--) {
      load.open(true);
    }
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(Thread.ofPlatform().start(load::call));
    }
    load.read(WARM_UP_NANOS);
    load.measure(pid, Integer.parseInt(args[6]));
    load.over = true;
    for (Thread caller : callers) {
      caller.join();
    }
  }

  /** What one subscriber has read. */
  private static final class Counter {
    private long frames;
    private long skip;
    private int headLeft;
    private long length;

    /** Walks over the frames in {@code bytes}, which may begin and end anywhere. */
    void count(ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        if (skip > 0) {
          int step = (int) Math.min(skip, bytes.remaining());
          bytes.position(bytes.position() + step);
          skip -= step;
        } else {
          head(bytes.get() & 0xFF);
        }
      }
    }

    private void head(int next) {
      switch (headLeft) {
        case 0 -> headLeft = next == 0x81 ? -1 : -2;
        case -1, -2 -> {
          frames += headLeft == -1 ? 1 : 0;
          length = 0;
          headLeft = next == 126 ? 2 : next == 127 ? 8 : 0;
          skip = next < 126 ? next : 0;
        }
        default -> {
          length = length << 8 | next;
          headLeft--;
          skip = headLeft == 0 ? length : 0;
        }
      }
    }
  }

  private void open(boolean reading) throws IOException {
    SocketChannel channel = SocketChannel.open(registry);
    channels.add(channel);
    write(
        channel,
        "GET /registry/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: "
            + key
            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    StringBuilder answer = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (answer.indexOf("\r\n\r\n") < 0) {
      one.clear();
      if (channel.read(one) < 0) {
        throw new IOException("no WebSocket: " + answer);
      }
      answer.append((char) one.get(0));
    }
    // The mask may be zeros.
    write(channel, "\u0081" + (char) (0x80 | SUBSCRIBE.length()) + "\0\0\0\0" + SUBSCRIBE);
    if (reading) {
      Counter counter = new Counter();
      counters.add(counter);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, counter);
    }
  }

  private static void write(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void read(long nanos) throws IOException {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      selector.select(this::read, 100);
    }
  }

  private void read(SelectionKey ready) {
    try {
      buffer.clear();
      if (((SocketChannel) ready.channel()).read(buffer) < 0) {
        ready.cancel();
        System.err.println("A subscriber was disconnected");
      }
      buffer.flip();
      ((Counter) ready.attachment()).count(buffer);
    } catch (IOException e) {
      ready.cancel();
      System.err.println("A subscriber was lost: " + e.getMessage());
    }
  }

  private void measure(long pid, int seconds) throws IOException {
    long cpu = cpuTicks(pid);
    long own = cpuTicks(ProcessHandle.current().pid());
    long began = System.nanoTime();
    long callsBefore = calls.get();
    long framesBefore = frames();
    read(seconds * 1_000_000_000L);
    double elapsed = (System.nanoTime() - began) / 1e9;
    long fewest = Long.MAX_VALUE;
    long most = 0;
    for (Counter counter : counters) {
      fewest = Math.min(fewest, counter.frames);
      most = Math.max(most, counter.frames);
    }
    System.out.printf(
        Locale.ROOT,
        "%d subscribers: %.0f events/s, %.0f messages/s; the registry used %.2f cores, the load"
            + " %.2f; subscribers have got %d to %d messages%n",
        counters.size(),
        (calls.get() - callsBefore) / elapsed,
        (frames() - framesBefore) / elapsed,
        (cpuTicks(pid) - cpu) / elapsed / TICKS_PER_SECOND,
        (cpuTicks(ProcessHandle.current().pid()) - own) / elapsed / TICKS_PER_SECOND,
        fewest,
        most);
  }

  private long frames() {
    long sum = 0;
    for (Counter counter : counters) {
      sum += counter.frames;
    }
    return sum;
  }

  private static long cpuTicks(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** Makes its share of the calls, at even distances; those it is late for follow at once. */
  private void call() {
    byte[] request = request();
    byte[] answer = new byte[1 << 14];
    long pause = 1_000_000_000L * CALLERS / rate;
    try (Socket socket = new Socket(registry.getAddress(), registry.getPort())) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      long next = System.nanoTime();
      while (!over) {
        LockSupport.parkNanos(next - System.nanoTime());
        next += pause;
        socket.getOutputStream().write(request);
        skipAnswer(in, answer);
        calls.incrementAndGet();
      }
    } catch (IOException e) {
      System.err.println("A caller has ended: " + e.getMessage());
    }
  }

  private static void skipAnswer(InputStream in, byte[] room) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the registry has closed the connection");
      }
      head.append((char) next);
    }
    String lower = head.toString().toLowerCase(Locale.ROOT);
    int at = lower.indexOf("content-length: ");
    if (!lower.startsWith("http/1.1 200") || at < 0) {
      throw new IOException("no answer: " + head);
    }
    int begin = at + "content-length: ".length();
    int length = Integer.parseInt(lower.substring(begin, lower.indexOf('\r', begin)));
    if (in.readNBytes(room, 0, length) < length) {
      throw new IOException("half an answer");
    }
  }

  private byte[] request() {
    String body =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\","
            + "\"arguments\":{\"text\":\"hello\"},\"_meta\":{"
            + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + "Accept: application/json, text/event-stream\r\nX-API-Key: "
            + key
            + "\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(ISO_8859_1);
  }
}
