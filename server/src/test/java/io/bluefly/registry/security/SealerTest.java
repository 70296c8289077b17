package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.security.Sealer.Purpose;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealerTest {
  private final Sealer sealer = new Sealer("secret");

  @Test
  void whatWasSealedOpensForTheSamePurposeOnly() {
    String token = sealer.seal(Purpose.TASK, "täsk\n1");

    assertThat(token).matches("[A-Za-z0-9_-]+").doesNotContain("sk");
    assertThat(sealer.open(Purpose.TASK, token)).isEqualTo("täsk\n1");
    assertThat(sealer.open(Purpose.CURSOR, token)).isNull();
    assertThat(new Sealer("other").open(Purpose.TASK, token)).isNull();
  }

  @Test
  void nothingThatWasChangedOpens() {
    String token = sealer.seal(Purpose.SESSION, "session");

    for (int i = 0; i < token.length(); i++) {
      char other = token.charAt(i) == 'A' ? 'Q' : 'A';
      String changed = token.substring(0, i) + other + token.substring(i + 1);
      assertThat(sealer.open(Purpose.SESSION, changed)).isNull();
      assertThat(sealer.open(Purpose.SESSION, token.substring(0, i))).isNull();
    }
    assertThat(sealer.open(Purpose.SESSION, "A" + token.substring(1) + "A")).isNull();
    assertThat(sealer.open(Purpose.SESSION, "")).isNull();
    assertThat(sealer.open(Purpose.SESSION, "no base64!")).isNull();
  }

  @Test
  void theSameTextIsSealedTheSameWayAndAnotherIsNot() {
    assertThat(sealer.seal(Purpose.TASK, "a")).isEqualTo(sealer.seal(Purpose.TASK, "a"));
    assertThat(sealer.seal(Purpose.TASK, "a").substring(0, 16))
        .isNotEqualTo(sealer.seal(Purpose.TASK, "b").substring(0, 16));
  }

  @Test
  void theKeyOutlivesTheProcessAndIsItsOwnersAlone(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("sealing.key");
    String token = Sealer.loadOrCreate(file).seal(Purpose.TASK, "task");

    assertThat(Sealer.loadOrCreate(file).open(Purpose.TASK, token)).isEqualTo("task");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }
}
