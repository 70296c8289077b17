package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.security.Secrets;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that runs as a child of the registry, in a process group of its own. Three threads of
 * its own move its streams: blocking pipe I/O would hold the carriers of virtual threads.
 */
final class ChildProcess implements MessageChannel {
  private static final Logger log = LoggerFactory.getLogger(ChildProcess.class);
  private static final int BUFFER = 16 * 1024;
  private static final int MAX_QUEUED_BYTES = 8 << 20;
  private static final int STACK = 256 * 1024;
  private static final Duration LAST_BREATH = Duration.ofSeconds(1);
  private static final int SIGNAL_BASE = 128;
  private static final int LAST_WORDS = 5;
  private static final int LAST_WORD = 500;
  private static final byte[] END = new byte[0];

  private final Process process;
  private final boolean sandboxed;
  private final ProcessBudget.Place place;
  private final ChildWatch watch;
  private final ProcessWarden warden;
  private final Secrets secrets;
  private final String mark;
  private final Duration stopTimeout;
  private final int maxMessage;
  private final StderrTail stderr = new StderrTail();
  private final BlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>();
  private final AtomicInteger queuedBytes = new AtomicInteger();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicReference<@Nullable String> broken = new AtomicReference<>();
  private final CompletableFuture<Void> read = new CompletableFuture<>();
  private final CompletableFuture<Void> errorsRead = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /**
   * A process that was just started; {@link #pump} begins.
   *
   * @param sandboxed whether the process is that of a sandbox, and the server its descendant
   * @param place given back when the process is gone
   * @param mark by which the warden knows what the process starts
   */
  ChildProcess(
      Process process,
      boolean sandboxed,
      ProcessBudget.Place place,
      String mark,
      ChildWatch watch,
      ProcessWarden warden,
      Secrets secrets,
      UpstreamSettings settings) {
    this.process = process;
    this.sandboxed = sandboxed;
    this.place = place;
    this.mark = mark;
    this.watch = watch;
    this.warden = warden;
    this.secrets = secrets;
    this.stopTimeout = settings.stopTimeout();
    this.maxMessage = settings.maxUpstreamMessage();
  }

  /** Begins to move messages; {@code listener} hears all that comes. */
  void pump(Listener listener) {
    ended.thenRun(() -> listener.closed(how(), unsent()));
    thread("out", () -> readMessages(listener));
    thread("err", this::readErrors);
    thread("in", this::writeMessages);
    process.onExit().thenRun(this::close);
  }

  private void thread(String stream, Runnable task) {
    Thread.ofPlatform()
        .daemon()
        .stackSize(STACK)
        .name("child-" + process.pid() + "-" + stream)
        .start(task);
  }

  private void readMessages(Listener listener) {
    try (InputStream in = process.getInputStream()) {
      new ChildOutput(listener, closing::get).readMessages(in, maxMessage);
    } catch (FrameTooLongException | ChildOutput.GarbageException e) {
      broken.compareAndSet(null, e.getMessage());
    } catch (IOException e) {
      broken.compareAndSet(null, "its output can't be read");
    } finally {
      read.complete(null);
      close();
    }
  }

  private UpstreamException how() {
    String why = broken.get();
    return new UpstreamException(
        FailureReason.EXITED,
        why != null ? why : secrets.mask("the process " + exit() + lastWords()),
        stderrTail());
  }

  /** What nobody has begun to write. */
  private List<byte[]> unsent() {
    List<byte[]> unsent = new ArrayList<>();
    outgoing.drainTo(unsent);
    return unsent.stream().filter(json -> json.length > 0).toList();
  }

  private String exit() {
    if (process.isAlive()) {
      return "does not end";
    }
    int code = process.exitValue();
    return code > SIGNAL_BASE
        ? "was ended by signal " + (code - SIGNAL_BASE)
        : "exited with code " + code;
  }

  private String lastWords() {
    List<String> lines = stderr.lines();
    return lines.stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).contains("error"))
        .reduce((_, last) -> last)
        .or(() -> lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast()))
        .map(line -> ": " + line.strip())
        .orElse("");
  }

  private void readErrors() {
    try (InputStream in = process.getErrorStream()) {
      ChildOutput.readErrors(in, stderr, closing::get);
    } catch (IOException e) {
      log.debug("The error stream of process {} ended: {}", process.pid(), e.getMessage());
    } finally {
      errorsRead.complete(null);
    }
  }

  private void writeMessages() {
    try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), BUFFER)) {
      for (byte[] json = outgoing.take(); json.length > 0; json = outgoing.take()) {
        queuedBytes.addAndGet(-json.length);
        writeLine(out, json);
        if (outgoing.isEmpty()) {
          out.flush();
        }
      }
    } catch (IOException e) {
      // Who is just ending takes none either, and how it ended tells more.
      if (!endsWithin(LAST_BREATH)) {
        broken.compareAndSet(null, "the process takes no more input");
      }
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Line ends inside JSON are white space between tokens: they become spaces. */
  private static void writeLine(OutputStream out, byte[] json) throws IOException {
    int from = 0;
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        out.write(json, from, i - from);
        out.write(' ');
        from = i + 1;
      }
    }
    out.write(json, from, json.length - from);
    out.write('\n');
  }

  @Override
  public boolean send(byte[] json) {
    if (closing.get() || !process.isAlive()) {
      return false;
    }
    int queued = queuedBytes.addAndGet(json.length);
    if (queued > MAX_QUEUED_BYTES && queued > json.length) { // One message fits always.
      queuedBytes.addAndGet(-json.length);
      return false;
    }
    return outgoing.add(json);
  }

  /**
   * Ends the process as MCP asks: first its input, then TERM, then KILL, to the whole group; and
   * KILL to what the group leaves behind when its leader ends by itself.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    outgoing.add(END);
    Thread.ofPlatform().daemon().name("child-" + process.pid() + "-end").start(this::end);
  }

  private void end() {
    List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
    if (broken.get() == null && !endsWithin(stopTimeout)) {
      family.addAll(process.descendants().toList());
      terminate(family);
      endsWithin(stopTimeout);
    }
    warden.kill(process.pid());
    family.forEach(ProcessHandle::destroyForcibly);
    // Not the process's own method, which closes streams that still hold its last words.
    process.toHandle().destroyForcibly();
    endsWithin(stopTimeout);
    family.forEach(member -> await(member.onExit()));
    warden.sweep(mark);
    warden.drop(process.pid());
    // What it wrote last may still be on its way; somebody who left its group may hold the pipe.
    await(CompletableFuture.allOf(read, errorsRead));
    process.destroyForcibly();
    tellEnd();
    ended.complete(null);
  }

  /** A sandbox that gets TERM itself would kill at once whom it is to let end in peace. */
  private void terminate(List<ProcessHandle> family) {
    if (sandboxed) {
      family.forEach(ProcessHandle::destroy);
    } else {
      warden.terminate(process.pid());
    }
  }

  /** Its place is free when it is really gone, also where not even KILL ends it at once. */
  private void tellEnd() {
    if (process.isAlive()) {
      log.warn("Process {} does not end", process.pid());
      process.onExit().thenRun(() -> gone());
    } else {
      gone();
    }
  }

  private void gone() {
    place.giveBack();
    List<String> lines = stderrTail();
    watch.exited(
        process.pid(),
        exit(),
        lines.subList(Math.max(0, lines.size() - LAST_WORDS), lines.size()).stream()
            .map(line -> line.length() > LAST_WORD ? line.substring(0, LAST_WORD) : line)
            .toList());
  }

  private void await(CompletableFuture<?> step) {
    try {
      step.get(stopTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      log.warn("What process {} has left behind does not end", process.pid());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean endsWithin(Duration time) {
    try {
      return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Completes when the process and its group are gone. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** The process that a session runs on, if it does. */
  static @Nullable ChildProcess of(@Nullable UpstreamSession session) {
    return session instanceof ChannelSession channel
            && channel.channel() instanceof ChildProcess child
        ? child
        : null;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** The last lines of its error stream, secrets masked. */
  List<String> stderrTail() {
    return stderr.lines().stream().map(secrets::mask).toList();
  }
}
