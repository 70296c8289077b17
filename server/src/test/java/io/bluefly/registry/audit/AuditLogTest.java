package io.bluefly.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private static final AuditFilter ALL = new AuditFilter(null, null, null, null, null, null);

  private record Settings(boolean enabled, boolean calls, int maxFileSize, int maxFiles)
      implements AuditSettings {}

  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong();

  private AuditLog log(int maxFileSize, int maxFiles) {
    return new AuditLog(folder, new Settings(true, false, maxFileSize, maxFiles), nanos::get);
  }

  private static AuditEntry entry(@Nullable String principal, String target) {
    return new AuditEntry(
        Instant.EPOCH, principal, principal, "::1", "did", target, Outcome.DONE, 200, null, null);
  }

  private static boolean write(AuditLog log, AuditEntry entry) throws Exception {
    return log.write(entry).get(10, TimeUnit.SECONDS);
  }

  private static List<String> targets(List<AuditEntry> entries) {
    return entries.stream().map(AuditEntry::target).toList();
  }

  @Test
  void whatWasWrittenIsInTheFileWhenItIsSaidToBe() throws Exception {
    try (AuditLog log = log(1 << 20, 3)) {
      assertThat(write(log, entry("me", "x"))).isTrue();
      assertThat(Files.readString(folder.resolve("audit.jsonl"))).contains("\"target\":\"x\"");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("audit.jsonl"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void theNewestEntriesComeFirstAcrossFilesAndTheOldestAreForgotten() throws Exception {
    try (AuditLog log = log(4_096, 3)) {
      for (int i = 0; i < 200; i++) {
        write(log, entry("me", "t" + i));
      }
      List<String> newest = targets(log.read(ALL, 60));
      assertThat(newest).hasSize(60).startsWith("t199", "t198").endsWith("t140");
      assertThat(folder.resolve("audit-2.jsonl")).exists();
      assertThat(folder.resolve("audit-3.jsonl")).doesNotExist();
      assertThat(targets(log.read(ALL, 1_000))).hasSizeLessThan(200).endsWith(oldestKept());
    }
  }

  private String oldestKept() throws Exception {
    String line = Files.readAllLines(folder.resolve("audit-2.jsonl")).getFirst();
    return line.replaceAll(".*\"target\":\"(t\\d+)\".*", "$1");
  }

  @Test
  void filtersApplyTogether() throws Exception {
    try (AuditLog log = log(1 << 20, 3)) {
      write(log, entry("me", "a"));
      write(log, entry("me", "b"));
      write(log, entry("you", "a"));
      AuditFilter mine = new AuditFilter("me", "did", "a", "done", Instant.EPOCH, Instant.MAX);
      assertThat(log.read(mine, 10)).singleElement().extracting("principal").isEqualTo("me");
      assertThat(log.read(new AuditFilter(null, null, null, null, null, Instant.EPOCH), 10))
          .isEmpty();
    }
  }

  @Test
  void nothingThatIsSentBeginsALineOrMovesACursor() throws Exception {
    String hostile = "a\n{\"principal\":\"admin\"}\r\u2028\u001b[2J\u202e\u0000\u0085\uD800";
    try (AuditLog log = log(1 << 20, 3)) {
      write(log, entry("me", hostile));
      String written = Files.readString(folder.resolve("audit.jsonl"));
      assertThat(written.lines()).hasSize(1);
      assertThat(written.strip().chars()).allMatch(c -> c >= ' ' && c < 127);
      assertThat(log.read(ALL, 10)).hasSize(1);
    }
  }

  private static AuditEntry refused(@Nullable String principal, String target) {
    return new AuditEntry(
        Instant.EPOCH,
        principal,
        principal,
        "::1",
        AuditEntry.REQUEST,
        target,
        Outcome.REFUSED,
        401,
        null,
        null);
  }

  @Test
  void refusedRequestsPushOutNothingElse() throws Exception {
    try (AuditLog log = log(4_096, 2)) {
      write(log, entry("me", "kept"));
      for (int i = 0; i < 500; i++) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        write(log, refused(null, "knock" + i));
        write(log, refused("you", "knock" + i));
      }
      assertThat(targets(log.read(ALL, 1_000))).contains("kept", "knock499");
      assertThat(targets(log.read(ALL, 1_000))).doesNotContain("knock0");
    }
  }

  @Test
  void ofManyRefusedRequestsSomeAreKeptAndTheOthersCounted() throws Exception {
    try (AuditLog log = log(1 << 20, 3)) {
      List<CompletableFuture<Boolean>> written = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        written.add(log.write(refused(null, "knock")));
      }
      write(log, entry("me", "x"));
      assertThat(written).allSatisfy(each -> assertThat(each.get(10, TimeUnit.SECONDS)).isTrue());
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      write(log, refused(null, "again"));
      List<AuditEntry> all = log.read(ALL, 1_000);
      assertThat(all).hasSize(AuditLog.STRANGERS_PER_SECOND + 2);
      assertThat(all)
          .filteredOn(each -> "again".equals(each.target()))
          .extracting(AuditEntry::suppressed)
          .containsExactly(1_000L - AuditLog.STRANGERS_PER_SECOND);
    }
  }

  @Test
  void aLineThatWasCutShortSpoilsNoOther() throws Exception {
    try (AuditLog log = log(1 << 20, 3)) {
      write(log, entry("me", "before"));
    }
    Files.writeString(folder.resolve("audit.jsonl"), "{\"at\":\"2026-", StandardOpenOption.APPEND);
    try (AuditLog log = log(1 << 20, 3)) {
      write(log, entry("me", "after"));
      assertThat(targets(log.read(ALL, 10))).containsExactly("after", "before");
    }
  }

  @Test
  void refusedRequestsThatCanNotBeWrittenKeepNobodyFromChanges() throws Exception {
    Files.createDirectory(folder.resolve("refused.jsonl"));
    try (AuditLog log = log(1 << 20, 3)) {
      assertThat(write(log, refused(null, "knock"))).isFalse();
      assertThat(log.isFailing()).isFalse();
      assertThat(write(log, entry("me", "x"))).isTrue();
    }
  }

  @Test
  void refusedRequestsThatAreWrittenDoNotMeanThatChangesCanBe() throws Exception {
    Files.createDirectory(folder.resolve("audit.jsonl"));
    try (AuditLog log = log(1 << 20, 3)) {
      assertThat(write(log, entry("me", "x"))).isFalse();
      assertThat(write(log, refused(null, "knock"))).isTrue();
      assertThat(log.isFailing()).isTrue();
    }
  }

  /** A pipe that nobody reads is a disk that hangs. */
  @Test
  void whatIsNotWaitedForAnyLongerCountsAsFailed() throws Exception {
    Path pipe = folder.resolve("audit.jsonl");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (AuditLog log = log(1 << 20, 3)) {
      assertThat(log.write(entry("me", "x")).complete(false)).isTrue();
      assertThat(log.isFailing()).isTrue();
      Files.newInputStream(pipe).close();
    }
  }

  @Test
  void whatCanNotBeWrittenIsSaidAndTriedAgain() throws Exception {
    Path blocked = folder.resolve("audit.jsonl");
    Files.createDirectory(blocked);
    try (AuditLog log = log(1 << 20, 3)) {
      assertThat(write(log, entry("me", "x"))).isFalse();
      assertThat(log.isFailing()).isTrue();
      Files.delete(blocked);
      assertThat(write(log, entry("me", "x"))).isTrue();
      assertThat(log.isFailing()).isFalse();
    }
  }
}
