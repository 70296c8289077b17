package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.TinyServer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that come and go by the hundred. */
class ChurnIT {
  private static final int WARM_UP = 50;
  private static final int CONNECTIONS = 500;
  private static final int AT_ONCE = 25;

  /** The JDK's own: carriers of virtual threads, waiters for processes, compilers. */
  private static final List<String> POOLS =
      List.of("ForkJoinPool", "process reaper", "C1 Compiler", "C2 Compiler");

  private static final Pattern VIRTUAL = Pattern.compile("^#\\d+ .*virtual");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /**
   * What a process holds on to.
   *
   * @param children processes that carry its mark, wherever in the tree they are
   * @param descriptors what they are open on; without sockets, which come and go with HTTP clients
   * @param threads their names; without those of the JDK's pools, which grow and shrink by
   *     themselves
   * @param virtualThreads how many there are
   */
  private record Holdings(
      long children, List<String> descriptors, List<String> threads, long virtualThreads) {
    static Holdings of(RegistryProcess registry) throws IOException {
      Path process = Path.of("/proc", Long.toString(registry.handle().pid()));
      return new Holdings(
          marked("MCP_REGISTRY_OWNER=" + registry.handle().pid() + "-"),
          each(process.resolve("fd"), Files::readSymbolicLink).stream()
              .filter(target -> !target.startsWith("socket:"))
              .toList(),
          each(process.resolve("task"), thread -> Files.readString(thread.resolve("comm"))).stream()
              .filter(name -> POOLS.stream().noneMatch(name::startsWith))
              .toList(),
          virtualThreads(registry));
    }

    private interface Reading {
      Object of(Path entry) throws IOException;
    }

    private static List<String> each(Path directory, Reading reading) throws IOException {
      List<String> all = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          try {
            all.add(reading.of(entry).toString().strip());
          } catch (NoSuchFileException e) {
            // It was closed, or ended, while this read.
          }
        }
      }
      Collections.sort(all);
      return all;
    }

    private static long virtualThreads(RegistryProcess registry) throws IOException {
      Path dump = Files.createTempFile("threads", ".txt");
      try {
        Process jcmd =
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    Long.toString(registry.handle().pid()),
                    "Thread.dump_to_file",
                    "-overwrite",
                    dump.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(jcmd.onExit().join().exitValue()).isZero();
        return Files.readString(dump).lines().filter(line -> VIRTUAL.matcher(line).find()).count();
      } finally {
        Files.delete(dump);
      }
    }

    /** Processes that have this in their environment, wherever in the tree they are. */
    private static long marked(String mark) {
      return ProcessHandle.allProcesses()
          .map(process -> Path.of("/proc", Long.toString(process.pid()), "environ"))
          .filter(environment -> contains(environment, mark))
          .count();
    }

    private static boolean contains(Path file, String text) {
      try {
        return new String(Files.readAllBytes(file), ISO_8859_1).contains(text);
      } catch (IOException e) {
        return false; // It has ended meanwhile, or is not ours to read.
      }
    }
  }

  @Test
  void connectionsThatCameAndWentLeaveNothingBehind() throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder)) {
      comeAndGo(registry, "warm-up", WARM_UP);
      Eventually.until(() -> Holdings.of(registry).children() == 0);
      Holdings.of(registry); // Being asked makes the JVM start a thread for it.
      Holdings before = Holdings.of(registry);
      comeAndGo(registry, "churn", CONNECTIONS);
      Eventually.soon()
          .untilAsserted(() -> {
            Holdings after = Holdings.of(registry);
            assertThat(after.children()).isZero();
            assertThat(after.descriptors()).hasSizeLessThanOrEqualTo(before.descriptors().size());
            assertThat(after.threads())
                .as("before: " + before.threads())
                .hasSizeLessThanOrEqualTo(before.threads().size());
            assertThat(after.virtualThreads()).isLessThanOrEqualTo(before.virtualThreads());
          });
      assertThat(registry.get("/connections").get("connections")).isEmpty();
    }
  }

  /** Adds so many connections, calls each once, and removes it; {@value #AT_ONCE} at once. */
  private static void comeAndGo(RegistryProcess registry, String name, int count) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<String>> all =
          IntStream.range(0, count)
              .mapToObj(number -> executor.submit(() -> comeAndGo(registry, name + "-" + number)))
              .toList();
      for (Future<String> one : all) {
        assertThat(one.get()).isEqualTo("touched");
      }
    }
  }

  private static String comeAndGo(RegistryProcess registry, String name) throws Exception {
    List<String> command = TinyServer.command();
    ObjectNode registration =
        JSON.createObjectNode().put("name", name).put("type", "server").put("protocol", "stdio");
    ObjectNode endpoint = registration.putObject("endpoint").put("command", command.getFirst());
    command.subList(1, command.size()).forEach(endpoint.putArray("args")::add);
    String id = registry.register(registration.toString());
    Said said = RawClient.ofConnection(registry, id).callModern("touch", "{}");
    assertThat(registry.send("DELETE", "/connections/" + id, "").status()).isEqualTo(200);
    return said.content().isEmpty() ? said.toString() : said.content();
  }
}
