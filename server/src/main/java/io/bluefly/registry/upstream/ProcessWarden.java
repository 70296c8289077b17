package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the process groups of all children. It is a small shell process of its own, which learns by
 * the end of its input that the registry has died, even by kill -9, and then kills every group;
 * Java itself can signal single processes only.
 */
public final class ProcessWarden implements AutoCloseable {
  /** The variables by which processes are known as ours, and as one child's. */
  private static final String OWNER = "MCP_REGISTRY_OWNER";

  private static final String CHILD = "MCP_REGISTRY_CHILD";

  private static final Logger log = LoggerFactory.getLogger(ProcessWarden.class);
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
  private static final List<String> OWN_SESSION = ownSession();

  private final String mark;
  private final AtomicLong children = new AtomicLong();
  private final Set<Long> groups = ConcurrentHashMap.newKeySet();
  private @Nullable Process process;
  private boolean closed;

  /** Starts the warden. */
  public ProcessWarden() {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    this.mark = ProcessHandle.current().pid() + "-" + HexFormat.of().formatHex(random);
    start();
  }

  /** What to put before a command so that it leads a process group of its own. */
  private static List<String> ownSession() {
    return SETSID.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .map(path -> List.of(path.toString()))
        .orElse(
            List.of("perl", "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV or die $!"));
  }

  /** Marks a child by its environment; returns its own mark. */
  String mark(Map<String, String> environment) {
    String child = mark + "." + children.incrementAndGet();
    environment.put(OWNER, mark);
    environment.put(CHILD, child);
    return child;
  }

  /** Kills whatever carries this child's mark: also what has left the child's group (Linux). */
  void sweep(String child) {
    tell("sweep " + child);
  }

  /** {@code command} so that its process leads a group with its own pid as the group's number. */
  static List<String> leadingItsGroup(List<String> command) {
    List<String> whole = new ArrayList<>(OWN_SESSION);
    whole.addAll(command);
    return whole;
  }

  private synchronized void start() {
    if (closed) {
      return;
    }
    try (InputStream script = ProcessWarden.class.getResourceAsStream("warden.sh")) {
      if (script == null) {
        throw new IllegalStateException("warden.sh is not in the jar");
      }
      ProcessBuilder builder =
          new ProcessBuilder(
                  leadingItsGroup(
                      List.of(
                          "/bin/sh",
                          "-c",
                          new String(script.readAllBytes(), UTF_8),
                          "warden",
                          mark)))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
      Process started = builder.start();
      process = started;
      groups.forEach(group -> tell("add " + group));
      started.onExit().thenRun(() -> restart(started));
    } catch (IOException e) {
      throw new UncheckedIOException("The process warden can't be started", e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // is it still this very process?
  private synchronized void restart(Process ended) {
    if (!closed && process == ended) {
      log.warn("The process warden ended unexpectedly; starting it again");
      start();
    }
  }

  void add(long group) {
    groups.add(group);
    tell("add " + group);
  }

  void terminate(long group) {
    tell("term " + group);
  }

  void kill(long group) {
    tell("kill " + group);
  }

  void drop(long group) {
    groups.remove(group);
    tell("drop " + group);
  }

  private synchronized void tell(String command) {
    if (process == null) {
      return;
    }
    try {
      OutputStream input = process.getOutputStream();
      input.write((command + "\n").getBytes(UTF_8));
      input.flush();
    } catch (IOException e) {
      log.warn("The process warden did not take '{}': {}", command, e.getMessage());
    }
  }

  /** Ends every group that is left, and the warden. */
  @Override
  public synchronized void close() {
    closed = true;
    if (process != null) {
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        process.destroyForcibly();
      }
    }
  }
}
