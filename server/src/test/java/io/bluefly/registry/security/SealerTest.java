package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.security.Sealer.Purpose;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealerTest {
  private static final Principal ME = new Principal("me", "me", Set.of(), Scope.ALL, null);

  private final Sealer sealer = new Sealer("secret");

  @Test
  void whatWasSealedOpensForTheSamePurposeAndClientOnly() {
    String token = sealer.seal(Purpose.TASK, ME, "täsk\n1");

    assertThat(token).matches("[A-Za-z0-9_-]+").doesNotContain("sk");
    assertThat(sealer.open(Purpose.TASK, ME, token)).isEqualTo("täsk\n1");
    assertThat(sealer.open(Purpose.CURSOR, ME, token)).isNull();
    assertThat(sealer.open(Purpose.TASK, Principal.ANYBODY, token)).isNull();
    assertThat(new Sealer("other").open(Purpose.TASK, ME, token)).isNull();
  }

  @Test
  void nothingThatWasChangedOpens() {
    String token = sealer.seal(Purpose.SESSION, ME, "session");

    for (int i = 0; i < token.length(); i++) {
      char other = token.charAt(i) == 'A' ? 'Q' : 'A';
      String changed = token.substring(0, i) + other + token.substring(i + 1);
      assertThat(sealer.open(Purpose.SESSION, ME, changed)).isNull();
      assertThat(sealer.open(Purpose.SESSION, ME, token.substring(0, i))).isNull();
    }
    assertThat(sealer.open(Purpose.SESSION, ME, "A" + token.substring(1) + "A")).isNull();
    assertThat(sealer.open(Purpose.SESSION, ME, "")).isNull();
    assertThat(sealer.open(Purpose.SESSION, ME, "no base64!")).isNull();
  }

  @Test
  void theSameTextIsSealedTheSameWayAndAnotherIsNot() {
    assertThat(sealer.seal(Purpose.TASK, ME, "a")).isEqualTo(sealer.seal(Purpose.TASK, ME, "a"));
    assertThat(sealer.seal(Purpose.TASK, ME, "a").substring(0, 16))
        .isNotEqualTo(sealer.seal(Purpose.TASK, ME, "b").substring(0, 16));
  }

  @Test
  void theKeyOutlivesTheProcessAndIsItsOwnersAlone(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("sealing.key");
    String token = Sealer.loadOrCreate(file).seal(Purpose.TASK, ME, "task");

    assertThat(Sealer.loadOrCreate(file).open(Purpose.TASK, ME, token)).isEqualTo("task");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }
}
