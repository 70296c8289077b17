package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.security.ProcessLimits;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.SandboxRequest;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.testkit.Bubblewrap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real child processes, and what is told of them. */
class ChildrenTest implements ChildWatch, MessageChannel.Listener {
  private final ProcessBudget budget = new ProcessBudget(1);
  private final ProcessWarden warden = new ProcessWarden();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> left = new CopyOnWriteArrayList<>();
  private final List<UpstreamException> ends = new CopyOnWriteArrayList<>();
  private final AtomicInteger messages = new AtomicInteger();
  private volatile CompletableFuture<Void> mayRead = CompletableFuture.completedFuture(null);
  private final Children children = children(Duration.ofSeconds(1));

  private Children children(Duration stopTimeout) {
    return new Children(
        new Secrets(List.of(), _ -> null),
        ProcessRules.none(),
        warden,
        budget,
        new TestSettings(Duration.ofSeconds(5), 1 << 20, stopTimeout));
  }

  @AfterEach
  void end() {
    warden.close();
  }

  @Override
  public void started(long pid) {
    told.add("started");
  }

  @Override
  public void exited(long pid, String how, List<String> lastWords) {
    told.add(how + " " + lastWords);
  }

  @Override
  public Taken message(byte[] json) {
    mayRead.join();
    messages.incrementAndGet();
    return Taken.GARBAGE;
  }

  @Override
  public void closed(UpstreamException why, List<byte[]> unsent) {
    unsent.forEach(json -> left.add(new String(json, UTF_8)));
    ends.add(why);
  }

  private ChildProcess start(String script) throws UpstreamException {
    return start(children, script);
  }

  private ChildProcess start(Children children, String script) throws UpstreamException {
    ChildProcess child =
        children.start("c", new StdioEndpoint("sh", List.of("-c", script), Map.of(), null), this);
    child.pump(this);
    return child;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aProcessThatEndsWithItsParentOutlivesTheThreadThatAskedForIt() throws Exception {
    // As bubblewrap does: the kernel takes the thread that started it for the parent.
    List<String> args = List.of("--pdeathsig", "KILL", "sh", "-c", "echo up; exec cat");
    StdioEndpoint endpoint = new StdioEndpoint("setpriv", args, Map.of(), null);
    CompletableFuture<ChildProcess> started = new CompletableFuture<>();
    CompletableFuture<Path> task = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            ChildProcess child = children.start("one", endpoint, this);
            child.pump(this);
            await().until(() -> messages.get() == 1); // It has asked for the signal.
            task.complete(Path.of("/proc/thread-self").toRealPath());
            started.complete(child);
          } catch (Exception e) {
            started.completeExceptionally(e);
          }
        });
    ChildProcess child = started.get(20, TimeUnit.SECONDS);
    await().until(() -> !Files.exists(task.get()));
    child.send("still there".getBytes(UTF_8));
    await().until(() -> messages.get() == 2);
    child.close();
  }

  @Test
  void aServerInASandboxIsAskedToEndBeforeItIsKilled() throws Exception {
    assumeTrue(Bubblewrap.isUsable());
    String script = "trap 'echo bye >&2; exit 7' TERM; echo up; while :; do sleep 0.1; done";
    ChildProcess child =
        children.start(
            "one",
            new StdioEndpoint(
                "/bin/sh",
                List.of("-c", script),
                Map.of(),
                null,
                SandboxRequest.PLAIN,
                ProcessLimits.NONE),
            this);
    child.pump(this);
    await().until(() -> messages.get() == 1);
    child.close();
    await().until(() -> told.size() == 2);
    assertThat(told.getLast()).startsWith("exited with code 7 ").contains("bye");
  }

  @Test
  void aPlaceIsFreeWhenTheProcessIsReallyGone() throws Exception {
    ChildProcess child = start("trap '' TERM; while :; do sleep 1; done");
    child.close();
    assertThatThrownBy(() -> start("true")).hasMessageContaining("upstream.max-processes");
    await()
        .until(() -> {
          // Looked at in this order: a free place means that nobody is left.
          boolean free = budget.taken() == 0;
          assertThat(free && child.handle().isAlive()).isFalse();
          return free;
        });
    assertThat(start("true").handle()).isNotNull();
  }

  @Test
  void whatCanNotBeStartedTakesNoPlace() {
    assertThatThrownBy(() ->
            children.start(
                "c", new StdioEndpoint("no-such-command", List.of(), Map.of(), null), this))
        .isInstanceOf(UpstreamException.class);
    assertThat(budget.taken()).isZero();
    assertThat(told).isEmpty();
  }

  @Test
  void whoWritesGarbageWithoutEndIsEnded() throws Exception {
    start("yes garbage");
    await().until(() -> !ends.isEmpty());
    assertThat(ends.getFirst()).hasMessageContaining("no MCP message");
    await().until(() -> budget.taken() == 0);
  }

  @Test
  void howAProcessEndedIsToldWithItsLastWords() throws Exception {
    start("for i in 1 2 3 4 5 6; do echo \"line $i\" >&2; done; exit 4");
    await().until(() -> told.size() == 2);
    assertThat(told)
        .containsExactly("started", "exited with code 4 [line 2, line 3, line 4, line 5, line 6]");
    start("kill -SEGV $$");
    await().until(() -> told.size() == 4);
    assertThat(told).endsWith("was ended by signal 11 []");
  }

  @Test
  void whatAProcessWroteBeforeItsEndIsReadAlsoLate() throws Exception {
    mayRead = new CompletableFuture<>();
    // More than one buffer, less than a pipe takes.
    ChildProcess child =
        start(children(Duration.ofSeconds(30)), "for i in $(seq 2000); do echo message-$i; done");
    child.handle().onExit().join();
    await().until(() -> onlyTheReaderMisses(child));
    mayRead.complete(null);
    await().until(() -> !ends.isEmpty());
    assertThat(messages).hasValue(2000);
  }

  /** Whether all else is done that follows on the end of the process. */
  private static boolean onlyTheReaderMisses(ChildProcess child) {
    String end = "child-" + child.handle().pid() + "-end";
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread ->
            thread.getName().equals(end) && thread.getState() == Thread.State.TIMED_WAITING);
  }

  @Test
  void whoTakesNoMoreInputIsEndedUnlessItEndsItself() throws Exception {
    String deaf = "exec 0<&-; echo closed >&2; exec sleep 60";
    ChildProcess ending = start(deaf);
    await().until(() -> !ending.stderrTail().isEmpty());
    assertThat(ending.send("lost".getBytes(UTF_8))).isTrue();
    ending.handle().destroyForcibly();
    await().until(() -> ends.size() == 1 && budget.taken() == 0);
    assertThat(ends.getFirst()).hasMessageContaining("was ended by signal 9");

    ChildProcess staying = start(deaf);
    await().until(() -> !staying.stderrTail().isEmpty());
    assertThat(staying.send("lost".getBytes(UTF_8))).isTrue();
    await().until(() -> ends.size() == 2);
    assertThat(ends.getLast()).hasMessageContaining("takes no more input");
  }

  @Test
  void whatNobodyBeganToWriteIsToldWhenTheProcessEnds() throws Exception {
    ChildProcess child = start("exec sleep 60");
    assertThat(child.send(new byte[200_000])).isTrue(); // More than a pipe takes.
    assertThat(child.send("queued".getBytes(UTF_8))).isTrue();
    child.close();
    await().until(() -> !ends.isEmpty());
    assertThat(left).containsExactly("queued");
  }
}
