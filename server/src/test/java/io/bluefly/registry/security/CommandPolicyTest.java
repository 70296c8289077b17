package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which commands may be started, and what people try to get others past it. */
class CommandPolicyTest {
  private static final String NPX = "npx -y @modelcontextprotocol/* *";

  private final CommandPolicy policy =
      new CommandPolicy(
          TestCommands.allowing(
              NPX,
              "node /srv/mcp/**.js",
              "/opt/mcp/server ...",
              "uvx mcp-server-git --repository=*",
              "git-mcp"));

  private static Arguments command(String command, String... args) {
    return Arguments.of(command, List.of(args));
  }

  static Stream<Arguments> lawful() {
    return Stream.of(
        command("npx", "-y", "@modelcontextprotocol/server-filesystem", "/srv/files"),
        command("npx", "-y", "@modelcontextprotocol/server-git@1.2.3", "a b; c"),
        command("npx", "-y", "@modelcontextprotocol/server-filesystem", "${FOLDER}"),
        command("node", "/srv/mcp/a/b/server.js"),
        command("/opt/mcp/server"),
        command("/opt/mcp/server", "--anything", "-c", ".."),
        command("uvx", "mcp-server-git", "--repository=${REPOSITORY}"),
        command("uvx", "mcp-server-git", "--repository="),
        command("git-mcp"));
  }

  @ParameterizedTest
  @MethodSource("lawful")
  void whatMatchesIsAllowed(String command, List<String> args) {
    assertThat(policy.refusals(command, args, List.of(), null)).isEmpty();
  }

  /** The commands that one tries, and where the refusal points. */
  static Stream<Arguments> injections() {
    String scope = "@modelcontextprotocol/";
    return Stream.of(
        refused("command", "sh", "-c", "id"),
        refused("command", "/bin/sh", "-c", "id"),
        refused("command", "git-mcp; id"),
        refused("command", "git-mcp && id"),
        refused("command", "git-mcp|id"),
        refused("command", "$(id)"),
        refused("command", "`id`"),
        refused("command", "git-mcp\nid"),
        refused("command", "git-mcp\u0000"),
        refused("command", "git-mcp "),
        refused("command", " git-mcp"),
        refused("command", ""),
        refused("command", "GIT-MCP"),
        refused("command", "Node", "/srv/mcp/a.js"),
        refused("command", "git‐mcp"), // U+2010, a hyphen
        refused("command", "gіt-mcp"), // U+0456, an i
        refused("command", "git-mcp\u200B"),
        refused("command", "./git-mcp"),
        refused("command", "../git-mcp"),
        refused("command", "/tmp/git-mcp"),
        refused("command", "/usr/bin/node", "/srv/mcp/a.js"),
        refused("command", "/opt/mcp/../../bin/sh"),
        refused("command", "/opt/mcp/server/../sh"),
        refused("command", "/opt//mcp/server"),
        refused("command", "npx -y @modelcontextprotocol/server-git"),
        refused("args/0", "git-mcp", "--upload-pack=id"),
        refused("args/0", "npx", "evil"),
        refused("args/0", "npx", "--yes", scope + "a", "b"),
        refused("args/0", "npx", "-c", "id"),
        refused("args/0", "npx", "--package=evil", "-y", scope + "a", "b"),
        refused("args/1", "npx", "-y", "evil", "b"),
        refused("args/1", "npx", "-y", "-c", "id"),
        refused("args/1", "npx", "-y", scope + "../evil", "b"),
        refused("args/1", "npx", "-y", scope + "..", "b"),
        refused("args/1", "npx", "-y", scope + "a/../../evil", "b"),
        refused("args/1", "npx", "-y", scope + "a\\..\\..\\evil", "b"),
        refused("args/1", "npx", "-y", scope + "a@https://evil.example/a.tgz", "b"),
        refused("args/1", "npx", "-y", scope + "a@npm:evil", "b"),
        refused("args/1", "npx", "-y", scope + "a@file:evil", "b"),
        refused("args/1", "npx", "-y", scope + "a@github:evil/a", "b"),
        refused("args/1", "npx", "-y", scope + "a b", "b"),
        refused("args/1", "npx", "-y", scope + "a;id", "b"),
        refused("args/1", "npx", "-y", scope + "a&&id", "b"),
        refused("args/1", "npx", "-y", scope + "$(id)", "b"),
        refused("args/1", "npx", "-y", scope + "`id`", "b"),
        refused("args/1", "npx", "-y", scope + "sеrver", "b"), // U+0435, an e
        refused("args/1", "npx", "-y", "@ModelContextProtocol/a", "b"),
        refused("args/1", "npx", "-y", "@modelcontextprotocol∕a", "b"), // U+2215, a slash
        refused("args/1", "npx", "-y", "@modelcontextprotocol.evil/a", "b"),
        refused("args/1", "npx", "-y", " " + scope + "a", "b"),
        refused("args/2", "npx", "-y", scope + "a", "--"),
        refused("args/2", "npx", "-y", scope + "a", "--call=id"),
        refused("args/2", "npx", "-y", scope + "a", "-c"),
        refused("args/2", "npx", "-y", scope + "a", "b\n-c"),
        refused("args/2", "npx", "-y", scope + "a", "b\u0000-c"),
        refused("args/3", "npx", "-y", scope + "a", "b", "c"),
        refused("args/3", "npx", "-y", scope + "a", "b", "--call=id"),
        refused("args", "npx"),
        refused("args", "npx", "-y", scope + "a"),
        refused("args/0", "node", "-e", "require('child_process')"),
        refused("args/0", "node", "--require=/srv/mcp/a.js", "/srv/mcp/a.js"),
        refused("args/0", "node", "/srv/mcp/../evil.js"),
        refused("args/0", "node", "/srv/mcp/../../tmp/evil.js"),
        refused("args/0", "node", "/srv/mcp/a/..\\..\\evil.js"),
        refused("args/0", "node", "/srv/mcp.evil/a.js"),
        refused("args/0", "node", "/srv/mcp/a.js.sh"),
        refused("args/0", "node", "/SRV/mcp/a.js"),
        refused("args/1", "node", "/srv/mcp/a.js", "-e"),
        refused("args/0", "/opt/mcp/server", "a\rb"),
        refused("args/1", "uvx", "mcp-server-git", "--repository"),
        refused("args/1", "uvx", "mcp-server-git", "--repository=../../etc"),
        refused("args/1", "uvx", "mcp-server-git", "--repository=ext::sh -c id"));
  }

  private static Arguments refused(String field, String command, String... args) {
    return Arguments.of(field, command, List.of(args));
  }

  @ParameterizedTest
  @MethodSource("injections")
  void whatMatchesNoPatternIsRefusedAndTheFieldNamed(
      String field, String command, List<String> args) {
    assertThat(policy.refusals(command, args, List.of(), null))
        .extracting(CommandRefusal::field)
        .containsExactly("endpoint/" + field);
  }

  @Test
  void aRefusalTellsTheWayOutAndWhatIsAllowedButNoArgument() {
    CommandRefusal refusal =
        policy.refusals("npx", List.of("-y", "hunter2", "x"), List.of(), null).getFirst();
    assertThat(refusal.message()).contains("MCP_REGISTRY_COMMANDS_ALLOWED");
    assertThat(refusal.allowed()).containsExactly(NPX);
    assertThat(refusal.toString()).startsWith("endpoint.args.1 ").doesNotContain("hunter2");
    assertThat(policy.refusals("sh", List.of(), List.of(), null).getFirst().allowed()).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PATH",
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "LD_AUDIT",
        "DYLD_INSERT_LIBRARIES",
        "NODE_OPTIONS",
        "NODE_PATH",
        "NODE_EXTRA_CA_CERTS",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONHOME",
        "BASH_ENV",
        "ENV",
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "_JAVA_OPTIONS",
        "npm_config_registry",
        "NPM_CONFIG_REGISTRY",
        "Npm_Config_script_shell",
        "GIT_SSH_COMMAND",
        "GIT_CONFIG_COUNT",
        "PERL5OPT",
        "PERL5LIB",
        "RUBYOPT",
        "RUBYLIB",
        "UV_INDEX_URL",
        "PIP_INDEX_URL",
        "HOME",
        "XDG_CONFIG_HOME",
        "GCONV_PATH",
        "GLIBC_TUNABLES",
        "IFS",
        "SHELL",
        "DOTNET_STARTUP_HOOKS",
        "OPENSSL_CONF",
        "CLASSPATH",
        "PYENV_VERSION",
        "ASDF_DATA_DIR",
        "VOLTA_HOME",
        "NVM_DIR",
        "MISE_CONFIG_FILE",
        "RBENV_ROOT",
        "NODENV_ROOT",
        "GOTOOLCHAIN",
        "GOSUMDB",
        "GONOSUMDB",
        "TS_NODE_PROJECT",
        "MAVEN_OPTS",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "TAR_OPTIONS",
        "RSYNC_RSH",
        "SSLKEYLOGFILE",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "all_proxy"
      })
  void variablesThatChangeWhatRunsAreRefused(String name) {
    assertThat(policy.refusals("git-mcp", List.of(), List.of("TOKEN", name), null))
        .extracting(CommandRefusal::field)
        .containsExactly("endpoint/env/" + name);
    assertThat(CommandPolicy.open().refusals("git-mcp", List.of(), List.of(name), null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GITLAB_TOKEN", "API_KEY", "DEBUG", "NODE_ENV", "TZ", "GOOGLE_API_KEY"})
  void otherVariablesMayBeSet(String name) {
    assertThat(policy.refusals("git-mcp", List.of(), List.of(name), null)).isEmpty();
  }

  @Test
  void theOperatorMayAllowAVariable() {
    CommandPolicy lenient =
        new CommandPolicy(TestCommands.allowing("node *").withVariable("NODE_OPTIONS"));
    assertThat(lenient.refusals("node", List.of("a"), List.of("NODE_OPTIONS"), null)).isEmpty();
    assertThat(lenient.refusals("node", List.of("a"), List.of("NODE_PATH"), null)).hasSize(1);
  }

  @Test
  void withoutAPolicyOnlyControlCharactersAreRefused() {
    CommandPolicy open = CommandPolicy.open();
    assertThat(open.refusals("sh", List.of("-c", "a\nb"), List.of("PATH"), "/")).isEmpty();
    assertThat(open.refusals("s\nh", List.of("a\u0000"), List.of("A\nB"), "/\n"))
        .extracting(CommandRefusal::field)
        .containsExactly("endpoint/command", "endpoint/args/0", "endpoint/env", "endpoint/cwd");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "* a", "n* a", "./a", "bin/a", "... a", "a ... b"})
  void whatIsNoPatternIsRefusedByItsSetting(String pattern) {
    TestCommands settings = TestCommands.allowing("git-mcp", pattern);
    assertThatThrownBy(() -> new CommandPolicy(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The setting mcp-registry.commands.allowed ");
  }

  @Test
  void aLongArgumentIsMatchedInAShortTime() {
    CommandPolicy stars = new CommandPolicy(TestCommands.allowing("a x*a*a*a*a*a*a*a*a*a*a*b"));
    String evil = "x" + "a".repeat(32_000);
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> assertThat(stars.refusals("a", List.of(evil), List.of(), null)).hasSize(1));
  }

  @Test
  void aFolderMustReallyBeInARoot(@TempDir Path folder) throws Exception {
    Path root = Files.createDirectories(folder.resolve("root"));
    Path inside = Files.createDirectories(root.resolve("inside"));
    Files.createDirectories(folder.resolve("root-evil"));
    Path link = Files.createSymbolicLink(root.resolve("link"), folder);
    Path lawful = Files.createSymbolicLink(folder.resolve("lawful"), inside);
    CommandPolicy rooted = new CommandPolicy(TestCommands.in(root));
    for (String good : List.of(root.toString(), inside.toString(), lawful.toString())) {
      assertThat(rooted.refusals("sh", List.of(), List.of(), good)).isEmpty();
    }
    for (String bad :
        List.of(
            link.toString(),
            root + "/..",
            root + "/inside/../..",
            folder + "/root-evil",
            root + "/none",
            "/")) {
      assertThat(rooted.refusals("sh", List.of(), List.of(), bad))
          .extracting(CommandRefusal::field)
          .containsExactly("endpoint/cwd");
    }
    assertThat(rooted.folder(lawful.toString())).isEqualTo(inside.toRealPath());
    assertThat(rooted.folder(null)).isEqualTo(root.toRealPath());
    assertThatThrownBy(() -> rooted.folder(link.toString())).hasMessageContaining("no longer in");
    TestCommands nowhere = TestCommands.in(folder.resolve("none"));
    assertThatThrownBy(() -> new CommandPolicy(nowhere)).hasMessageContaining("not there");
  }

  @Test
  void aBareNameMustNotBeFoundWhereTheServerWorks(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("git-mcp"));
    assertThatThrownBy(() -> policy.requireOutside(folder, file))
        .hasMessageContaining("endpoint.cwd");
    policy.requireOutside(Files.createDirectories(folder.resolve("work")), file);
    CommandPolicy.open().requireOutside(folder, file);
  }
}
