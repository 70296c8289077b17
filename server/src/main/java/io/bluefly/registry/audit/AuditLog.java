package io.bluefly.registry.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: JSON lines in the data directory. Entries are written by one thread, several at
 * once where they come fast. Every character that is no plain ASCII is escaped, so that nothing
 * that somebody sends can begin a line or move a terminal's cursor.
 *
 * <p>Refused requests, which anybody can cause, are in files of their own ({@code refused.jsonl}),
 * so that they push out nothing else; of those without a principal {@value #STRANGERS_PER_SECOND} a
 * second are kept, of the others {@value #KNOWN_PER_SECOND}.
 */
public final class AuditLog implements AutoCloseable {
  /** Refused requests without a principal that are kept in a second. */
  static final int STRANGERS_PER_SECOND = 20;

  /** Refused requests of those who are known that are kept in a second. */
  static final int KNOWN_PER_SECOND = 100;

  private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
  private static final int MAX_WAITING = 10_000;
  private static final int AT_ONCE = 1_000;
  private static final int READERS = 2;
  private static final long STOP_SECONDS = 5;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();

  /** An entry that waits to be written. */
  private record Waiting(AuditEntry entry, CompletableFuture<Boolean> written) {
    /** No entry: wakes the writer, which looks then whether the log is closed. */
    static final Waiting END =
        new Waiting(
            new AuditEntry(Instant.EPOCH, null, null, "", "", null, Outcome.DONE, null, null, null),
            CompletableFuture.completedFuture(true));

    boolean isEnd() {
      return entry.action().isEmpty();
    }
  }

  /** One of the two kinds of files, and whether the last of its entries could not be written. */
  private static final class Part {
    final RotatingFile files;
    final String without;
    volatile boolean failing;

    /** {@code without} says what is so as long as it can't be written. */
    Part(RotatingFile files, String without) {
      this.files = files;
      this.without = without;
    }

    void write(List<Waiting> entries) {
      if (!entries.isEmpty()) {
        boolean written = append(entries);
        entries.forEach(each -> each.written.complete(written));
      }
    }

    private boolean append(List<Waiting> entries) {
      try {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Waiting each : entries) {
          lines.write(JSON.writeValueAsBytes(each.entry));
          lines.write('\n');
        }
        files.append(lines.toByteArray());
        failing = false;
        return true;
      } catch (Throwable e) { // Without this thread nothing would ever be written again.
        if (!failing) {
          log.error("The audit log can't be written; {} until it can", without, e);
        }
        failing = true;
        files.reopen();
        return false;
      }
    }
  }

  private final AuditSettings settings;
  private final Part entries;
  private final Part refusals;
  private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Semaphore readers = new Semaphore(READERS, true);
  private final Share strangers;
  private final Share known;
  private final @Nullable Thread writer;
  private volatile boolean closed;

  /** Writes to {@code folder} from now on; {@code nanos} is a clock that does not step. */
  public AuditLog(Path folder, AuditSettings settings, LongSupplier nanos) {
    this.settings = settings;
    this.strangers = new Share(STRANGERS_PER_SECOND, nanos);
    this.known = new Share(KNOWN_PER_SECOND, nanos);
    this.entries = new Part(files(folder, "audit"), "changes are refused");
    this.refusals = new Part(files(folder, "refused"), "refused requests are not kept");
    this.writer =
        settings.enabled()
            ? Thread.ofPlatform().daemon().name("registry-audit").start(this::run)
            : null;
  }

  private RotatingFile files(Path folder, String name) {
    return new RotatingFile(folder, name, settings.maxFileSize(), settings.maxFiles());
  }

  /** Whether calls have to be written down. */
  public boolean takesCalls() {
    return settings.enabled() && settings.calls();
  }

  /**
   * Whether the last entry that is no refused request could not be written, or was given up by who
   * waited for it: then nothing should be changed.
   */
  public boolean isFailing() {
    return entries.failing;
  }

  /**
   * Writes an entry; may be called on an event loop. Completes, with whether it was written, on the
   * writer's thread; never fails. What is switched off, or left out among too many, counts as
   * written.
   */
  public CompletableFuture<Boolean> write(AuditEntry entry) {
    if (!settings.enabled()) {
      return CompletableFuture.completedFuture(true);
    }
    return entry.isRefusedRequest()
        ? writeSome(entry, entry.principal() == null ? strangers : known)
        : enqueue(entry);
  }

  private CompletableFuture<Boolean> writeSome(AuditEntry entry, Share share) {
    if (!share.take()) {
      return CompletableFuture.completedFuture(true);
    }
    long leftOut = share.leftOut();
    return enqueue(leftOut == 0 ? entry : entry.behind(leftOut));
  }

  private CompletableFuture<Boolean> enqueue(AuditEntry entry) {
    Part part = part(entry);
    CompletableFuture<Boolean> written = new CompletableFuture<>();
    if (closed || !waiting.offer(new Waiting(entry, written))) {
      part.failing = true; // Until something is written again.
      return CompletableFuture.completedFuture(false);
    }
    written.thenAccept(done -> {
      if (!done) {
        part.failing = true; // Also where who has waited does so no longer.
      }
    });
    return written;
  }

  private Part part(AuditEntry entry) {
    return entry.isRefusedRequest() ? refusals : entries;
  }

  private void run() {
    List<Waiting> batch = new ArrayList<>();
    while (!closed || !waiting.isEmpty()) {
      try {
        Waiting first = waiting.poll(1, TimeUnit.SECONDS);
        if (first != null) {
          batch.add(first);
          waiting.drainTo(batch, AT_ONCE);
          batch.removeIf(Waiting::isEnd);
          entries.write(batch.stream().filter(each -> part(each.entry) == entries).toList());
          refusals.write(batch.stream().filter(each -> part(each.entry) == refusals).toList());
          batch.clear();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /**
   * The newest entries that {@code filter} accepts, the newest first; waits for the disk.
   *
   * @param most how many
   */
  public List<AuditEntry> read(AuditFilter filter, int most) {
    readers.acquireUninterruptibly();
    try {
      List<AuditEntry> found = new ArrayList<>(read(entries.files, filter, most));
      found.addAll(read(refusals.files, filter, most));
      found.sort(Comparator.comparing(AuditEntry::at).reversed());
      return found.size() > most ? List.copyOf(found.subList(0, most)) : found;
    } catch (IOException e) {
      throw new UncheckedIOException("the audit log can't be read", e);
    } finally {
      readers.release();
    }
  }

  private static List<AuditEntry> read(RotatingFile files, AuditFilter filter, int most)
      throws IOException {
    List<AuditEntry> found = new ArrayList<>();
    for (Path each : files.files()) {
      Deque<AuditEntry> newest = read(each, filter, most - found.size());
      newest.descendingIterator().forEachRemaining(found::add);
      if (found.size() >= most) {
        break;
      }
    }
    return found;
  }

  private static Deque<AuditEntry> read(Path file, AuditFilter filter, int most)
      throws IOException {
    Deque<AuditEntry> newest = new ArrayDeque<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        AuditEntry entry = parse(line);
        if (entry != null && filter.matches(entry)) {
          newest.addLast(entry);
          if (newest.size() > most) {
            newest.removeFirst();
          }
        }
      }
    } catch (NoSuchFileException e) {
      // It was rotated away meanwhile.
    }
    return newest;
  }

  /** Null for a line that a power cut has cut short. */
  private static @Nullable AuditEntry parse(String line) {
    try {
      return line.isEmpty() ? null : JSON.readValue(line, AuditEntry.class);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Writes what waits. */
  @Override
  public void close() {
    closed = true;
    if (writer == null) {
      return;
    }
    if (!waiting.offer(Waiting.END)) {
      log.debug("The audit log is being written, and looks by itself whether it is closed");
    }
    try {
      writer.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
      entries.files.close();
      refusals.files.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("The audit log could not be closed", e);
    }
  }
}
