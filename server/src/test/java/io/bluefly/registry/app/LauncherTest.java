package io.bluefly.registry.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When {@code ./mcp-registry start} uses the cache of loaded classes: the JVM may run old classes
 * from one that is older than the jars. The JVM here is a script that prints its arguments.
 */
class LauncherTest {
  private static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");
  private static final String CACHE = "-XX:AOTCache=";

  @TempDir Path home;
  private Path target;

  @BeforeEach
  void build() throws IOException {
    Files.copy(Checkout.find("mcp-registry").orElseThrow(), home.resolve("mcp-registry"));
    executable(home.resolve("mcp-registry"));
    Path java = home.resolve("jdk/bin/java");
    write(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    executable(java);
    write(home.resolve("jdk/release"), "JAVA_VERSION=\"25.0.3\"\n");
    target = home.resolve("server/target");
    write(target.resolve("mcp-registry-server.jar"), "");
    write(target.resolve("lib/netty.jar"), "");
    write(target.resolve("mcp-registry-server.aot"), "cache");
    write(home.resolve("cli/target/mcp-registry-cli.jar"), "");
    write(home.resolve("pom.xml"), "");
    write(home.resolve("server/pom.xml"), "");
    write(home.resolve("server/src/main/Main.java"), "");
    try (var all = Files.walk(home)) {
      for (Path path : all.toList()) {
        touch(path, 0);
      }
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void touch(Path file, long secondsLater) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(BUILT.plusSeconds(secondsLater)));
  }

  private List<String> start(Map<String, String> variables) throws Exception {
    ProcessBuilder launcher =
        new ProcessBuilder(home.resolve("mcp-registry").toString(), "start", "--port", "0")
            .redirectErrorStream(true);
    launcher.environment().put("MCP_REGISTRY_JAVA_HOME", home.resolve("jdk").toString());
    launcher
        .environment()
        .keySet()
        .removeAll(
            Set.of(
                "MCP_REGISTRY_JAVA_OPTS",
                "JAVA_TOOL_OPTIONS",
                "JDK_JAVA_OPTIONS",
                "_JAVA_OPTIONS"));
    launcher.environment().putAll(variables);
    Process process = launcher.start();
    List<String> said = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.waitFor()).isZero();
    assertThat(said)
        .endsWith(
            "-jar", target.resolve("mcp-registry-server.jar").toString(), "start", "--port", "0");
    return said;
  }

  private boolean isCacheUsed() throws Exception {
    return start(Map.of()).stream().anyMatch(argument -> argument.startsWith(CACHE));
  }

  @Test
  void aCacheThatWasMadeOfTheseJarsIsUsed() throws Exception {
    touch(target.resolve("mcp-registry-server.aot"), 1);
    assertThat(isCacheUsed()).isTrue();
  }

  @Test
  void aCacheThatIsOlderThanTheRegistryIsNot() throws Exception {
    touch(target.resolve("mcp-registry-server.aot"), 1);
    touch(target.resolve("mcp-registry-server.jar"), 2);
    assertThat(isCacheUsed()).isFalse();
  }

  @Test
  void aCacheThatIsOlderThanALibraryIsNot() throws Exception {
    touch(target.resolve("mcp-registry-server.aot"), 1);
    touch(target.resolve("lib/netty.jar"), 2);
    assertThat(isCacheUsed()).isFalse();
  }

  @Test
  void norIsAnEmptyOneThatStandsForNone() throws Exception {
    Files.writeString(target.resolve("mcp-registry-server.aot"), "");
    touch(target.resolve("mcp-registry-server.aot"), 1);
    assertThat(isCacheUsed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
  void norBesideOptionsThatEachJvmGets(String variable) throws Exception {
    touch(target.resolve("mcp-registry-server.aot"), 1);
    assertThat(start(Map.of(variable, "-Xshare:auto")))
        .noneMatch(argument -> argument.startsWith(CACHE));
  }

  @Test
  void optionsOfTheUserTakeItsPlace() throws Exception {
    touch(target.resolve("mcp-registry-server.aot"), 1);
    assertThat(start(Map.of("MCP_REGISTRY_JAVA_OPTS", "-Xms24m -Dname=a*")))
        .contains("-Xms24m", "-Dname=a*")
        .noneMatch(argument -> argument.startsWith(CACHE));
  }
}
