package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sandbox is asked for and made of, and what becomes of it where there is none. */
class SandboxTest {
  private static final List<String> COMMAND = List.of("/bin/sh", "-c", "exit 0");

  @TempDir Path folder;
  private Path data;
  private Path work;

  @BeforeEach
  void folders() throws Exception {
    folder = folder.toRealPath();
    data = Files.createDirectories(folder.resolve("data"));
    work = Files.createDirectories(folder.resolve("work"));
  }

  private Sandbox sandbox(SandboxSettings settings) {
    return new Sandbox(settings, List.of(data), System::getenv);
  }

  /** Stands in for bubblewrap. */
  private Path standIn(String script) throws Exception {
    Path file = Files.writeString(folder.resolve("bwrap"), "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static SandboxRequest request(List<Path> readable, List<Path> writable) {
    return new SandboxRequest(
        readable.stream().map(Path::toString).toList(),
        writable.stream().map(Path::toString).toList(),
        false);
  }

  private static List<String> fields(Sandbox sandbox, SandboxRequest request) {
    return sandbox.refusals(request, List.of()).stream().map(CommandRefusal::field).toList();
  }

  @Test
  void whereBubblewrapIsMissingNothingIsStarted() {
    for (String missing : List.of("no-such-bwrap", "/no/such/bwrap", folder.toString())) {
      Sandbox none = sandbox(TestSandbox.optional(missing));
      assertThatThrownBy(() -> none.around(COMMAND, null, SandboxRequest.PLAIN))
          .isInstanceOf(CommandRefusedException.class)
          .hasMessageContaining("install the package bubblewrap")
          .hasMessageContaining("mcp-registry.sandbox.executable");
    }
  }

  @Test
  void whereItMayMakeNoSandboxItsReasonIsTold() throws Exception {
    Path bwrap = standIn("echo 'setting up uid map: Permission denied' >&2; exit 1");
    Sandbox forbidden = sandbox(TestSandbox.optional(bwrap.toString()));
    assertThatThrownBy(forbidden::requireUsable)
        .hasMessageContaining("(setting up uid map: Permission denied)")
        .hasMessageContaining("kernel.apparmor_restrict_unprivileged_userns");
    standIn("exit 0");
    assertThat(forbidden.around(COMMAND, null, SandboxRequest.PLAIN)).endsWith("exit 0");
  }

  @Test
  void theRegistrysFilesAreHiddenAlsoWhereTheirFolderIsShared() throws Exception {
    Sandbox sandbox = sandbox(TestSandbox.optional(standIn("exit 0").toString()));
    List<String> words = sandbox.around(COMMAND, null, request(List.of(), List.of(folder)));
    assertThat(words).containsSubsequence("--bind", folder.toString(), "--tmpfs", data.toString());
    assertThat(fields(sandbox, request(List.of(data), List.of(data.resolve(".")))))
        .containsExactly("endpoint/sandbox/readable/0", "endpoint/sandbox/writable/0");
  }

  @Test
  void whatIsDeeperInIsSharedAsItWasAskedFor() throws Exception {
    Sandbox sandbox = sandbox(TestSandbox.optional(standIn("exit 0").toString()));
    List<String> words = sandbox.around(COMMAND, work, request(List.of(folder), List.of(work)));
    assertThat(words)
        .containsSubsequence("--ro-bind", folder.toString(), "--bind", work.toString())
        .containsSubsequence("--unshare-net", "--chdir", work.toString(), "--", "/bin/sh");
  }

  @Test
  void aCommandOrFolderThatIsHiddenIsRefusedAndTheWayOutTold() throws Exception {
    Path bwrap = standIn("exit 0");
    Sandbox sandbox = sandbox(TestSandbox.optional(bwrap.toString()));
    assertThatThrownBy(() -> sandbox.around(COMMAND, work, SandboxRequest.PLAIN))
        .hasMessageContaining("endpoint.cwd, " + work + " is hidden in the sandbox");
    assertThatThrownBy(() -> sandbox.around(List.of(bwrap.toString()), null, SandboxRequest.PLAIN))
        .hasMessageContaining("endpoint.sandbox.readable");
    sandbox.around(List.of(bwrap.toString()), work, request(List.of(folder), List.of()));
  }

  @Test
  void whereItIsRequiredOnlyWhatTheOperatorSharesIsHad() throws Exception {
    Path shared = Files.createDirectories(folder.resolve("shared"));
    Path link = Files.createSymbolicLink(shared.resolve("link"), Path.of("/root"));
    Sandbox sandbox = sandbox(TestSandbox.required(shared, work));
    assertThat(fields(sandbox, request(List.of(shared, work), List.of(work)))).isEmpty();
    assertThat(fields(sandbox, request(List.of(folder, link, Path.of("/root")), List.of(shared))))
        .containsExactly(
            "endpoint/sandbox/readable/0",
            "endpoint/sandbox/readable/1",
            "endpoint/sandbox/readable/2",
            "endpoint/sandbox/writable/0");
    assertThat(fields(sandbox, new SandboxRequest(List.of(), List.of(work + "/.."), true)))
        .containsExactly("endpoint/sandbox/writable/0", "endpoint/sandbox/network");
    assertThat(sandbox.holds(null)).isTrue();
  }

  @Test
  void theRootAndTheSandboxesOwnPlacesAreNotShared() throws Exception {
    Sandbox sandbox = sandbox(TestSandbox.optional("bwrap"));
    SandboxRequest wide =
        new SandboxRequest(List.of("/", "/proc/self", "/none", "etc", "/etc"), List.of(), true);
    assertThat(fields(sandbox, wide))
        .containsExactly(
            "endpoint/sandbox/readable/0",
            "endpoint/sandbox/readable/1",
            "endpoint/sandbox/readable/2",
            "endpoint/sandbox/readable/3");
    assertThat(sandbox.holds(null)).isFalse();
  }

  @Test
  void whatWouldChangeTheProgramsThatMakeItIsRefused() {
    List<String> names =
        List.of("LD_PRELOAD", "GLIBC_TUNABLES", "GCONV_PATH", "MALLOC_CHECK_", "TOKEN", "LANG");
    Sandbox optional = sandbox(TestSandbox.optional("bwrap"));
    assertThat(optional.refusals(SandboxRequest.PLAIN, names))
        .extracting(CommandRefusal::field)
        .containsExactly(
            "endpoint/env/LD_PRELOAD",
            "endpoint/env/GLIBC_TUNABLES",
            "endpoint/env/GCONV_PATH",
            "endpoint/env/MALLOC_CHECK_");
    assertThat(optional.refusals(null, names)).isEmpty();
    assertThat(sandbox(TestSandbox.required(work, work)).refusals(null, names)).hasSize(4);
  }

  @Test
  void whatAServerCanReplaceByALinkIsNotShared() throws Exception {
    Sandbox sandbox = sandbox(TestSandbox.optional(standIn("exit 0").toString()));
    Path inner = Files.createDirectories(work.resolve("inner"));
    assertThat(fields(sandbox, request(List.of(inner), List.of(work, work.resolve("./inner")))))
        .containsExactly("endpoint/sandbox/readable/0", "endpoint/sandbox/writable/1");
    assertThat(fields(sandbox, request(List.of(work), List.of(inner)))).isEmpty();

    SandboxRequest asked = request(List.of(), List.of(inner));
    sandbox.around(COMMAND, null, asked);
    Files.delete(inner);
    Files.createSymbolicLink(inner, Path.of("/usr"));
    assertThat(sandbox.refusals(asked, List.of()))
        .singleElement()
        .extracting(CommandRefusal::message)
        .asString()
        .contains("name the real folder");
    assertThatThrownBy(() -> sandbox.around(COMMAND, null, asked))
        .isInstanceOf(CommandRefusedException.class);
  }

  @Test
  void aSecretFileIsHiddenWithItsFolderWhereNobodyNeedsThat() throws Exception {
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Path key = Files.writeString(conf.resolve("tls.key"), "key");
    Path bwrap = standIn("exit 0");
    Sandbox sandbox =
        new Sandbox(TestSandbox.optional(bwrap.toString()), List.of(key), System::getenv);
    SandboxRequest all = request(List.of(folder), List.of());
    assertThat(sandbox.around(COMMAND, null, all))
        .containsSubsequence("--ro-bind", folder.toString(), "--tmpfs", conf.toString());
    Path script = Files.writeString(conf.resolve("server.js"), "");
    for (List<String> words :
        List.of(
            sandbox.around(COMMAND, conf, all),
            sandbox.around(List.of("/bin/sh", script.toString()), null, all),
            sandbox.around(COMMAND, null, request(List.of(conf), List.of())))) {
      assertThat(words)
          .containsSubsequence("--ro-bind", "/dev/null", key.toString())
          .doesNotContainSequence("--tmpfs", conf.toString());
    }
  }

  @Test
  void noFolderOfTheSystemIsHiddenForAFile() throws Exception {
    Sandbox sandbox =
        new Sandbox(
            TestSandbox.optional(standIn("exit 0").toString()),
            List.of(Path.of("/etc/passwd"), Path.of("/usr/bin/env")),
            System::getenv);
    assertThat(sandbox.around(COMMAND, null, SandboxRequest.PLAIN))
        .containsSubsequence("/dev/null", Path.of("/etc/passwd").toRealPath().toString())
        .doesNotContainSequence("--tmpfs", "/etc")
        .doesNotContainSequence("--tmpfs", "/usr/bin");
  }
}
