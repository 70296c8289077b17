package io.bluefly.registry.testkit.server;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder by which a test rules servers in other processes while they run, and learns what they
 * have run even when they were killed. Servers started with {@code --chaos FOLDER --instance NAME}
 * offer the tools {@code read_counter} (read-only), {@code put_once} and {@code put_idempotent},
 * each with an argument {@code key}; each run is a line in the file {@code record}. How the server
 * behaves is in the file that has its name.
 */
public record ChaosFolder(Path path) {
  /** Has the server of that name behave so from its next request on. */
  public void behave(String instance, Behaviour behaviour) throws IOException {
    Path written = Files.writeString(path.resolve(instance + ".next"), behaviour.text());
    Files.move(written, path.resolve(instance), ATOMIC_MOVE);
  }

  /** Has the server of that name end as soon as it is started, until {@link #letStart}. */
  public void keepDown(String instance) throws IOException {
    Files.writeString(down(instance), "");
  }

  /** Ends {@link #keepDown}, if that is so. */
  public void letStart(String instance) throws IOException {
    Files.deleteIfExists(down(instance));
  }

  boolean isKeptDown(String instance) {
    return Files.exists(down(instance));
  }

  private Path down(String instance) {
    return path.resolve(instance + ".down");
  }

  /** What has run, in order, over all servers. */
  public List<Execution> executions() throws IOException {
    if (!Files.exists(record())) {
      return List.of();
    }
    String lines = Files.readString(record());
    // What is being written meanwhile may be there in part.
    String whole = lines.substring(0, lines.lastIndexOf('\n') + 1);
    return whole.lines().map(ChaosFolder::execution).toList();
  }

  private static Execution execution(String line) {
    List<String> words = List.of(line.split(" "));
    return new Execution(words.get(0), words.get(1), words.get(2));
  }

  private Path record() {
    return path.resolve("record");
  }

  Behaviour behaviour(String instance) {
    Path file = path.resolve(instance);
    try {
      return Files.exists(file) ? Behaviour.parse(Files.readString(file)) : Behaviour.NORMAL;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One write to a file opened for appending: lines of several processes do not mix. */
  void note(Execution execution) {
    String line = execution.tool() + " " + execution.key() + " " + execution.instance() + "\n";
    try {
      Files.writeString(record(), line, CREATE, APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
