package io.bluefly.registry.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The lines of a stream, as they come. For what tests trust. */
public final class Lines {
  private final List<String> all = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();

  /** Reads {@code stream} on a thread of its own, to its end. */
  public Lines(InputStream stream) {
    Thread.ofPlatform().daemon().start(() -> read(stream));
  }

  private void read(InputStream stream) {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        all.add(line);
        unread.add(line);
      }
    } catch (IOException e) {
      all.add("(stream broken: " + e.getMessage() + ")");
    }
  }

  /** The next line; waits for it. */
  public String next(Duration timeout) throws InterruptedException {
    String line = unread.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw new AssertionError("no further line within " + timeout + "; so far: " + all);
    }
    return line;
  }

  List<String> all() {
    return all;
  }
}
