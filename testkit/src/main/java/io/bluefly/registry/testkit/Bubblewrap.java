package io.bluefly.registry.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The bubblewrap that tests use: the system's, or the one that the build has unpacked. */
public final class Bubblewrap {
  private static final long PATIENCE = 20;

  private Bubblewrap() {}

  /** Its path; its mere name where there is none. */
  public static String executable() {
    return Stream.concat(
            onPath(), Checkout.find("testkit/target/bubblewrap/usr/bin/bwrap").stream())
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("bwrap");
  }

  private static Stream<Path> onPath() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "bwrap"));
  }

  /** Whether this machine permits what it does. */
  public static boolean isUsable() throws InterruptedException {
    List<String> command =
        List.of(
            executable(),
            "--unshare-user-try",
            "--unshare-pid",
            "--unshare-net",
            "--ro-bind",
            "/",
            "/",
            "--proc",
            "/proc",
            "sh",
            "-c",
            "exit 0");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(PATIENCE, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
