package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a registry keeps in memory. */
final class Heap {
  private static final int KILOBYTE = 1024;

  private Heap() {}

  /** Bytes that the registry's heap holds after a full collection. */
  static long of(RegistryProcess registry) throws Exception {
    // What the collector has only queued (cleaners, soft references) goes with the second one.
    jcmd(registry, "GC.run");
    jcmd(registry, "GC.run");
    Matcher used =
        Pattern.compile("total \\d+K, used (\\d+)K").matcher(jcmd(registry, "GC.heap_info"));
    long bytes = 0;
    while (used.find()) {
      bytes += Long.parseLong(used.group(1)) * KILOBYTE;
    }
    assertThat(bytes).isPositive();
    return bytes;
  }

  private static String jcmd(RegistryProcess registry, String command) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(registry.handle().pid()),
                command)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
