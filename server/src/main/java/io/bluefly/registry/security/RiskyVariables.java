package io.bluefly.registry.security;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Environment variables by which a command can be made to run something else: by the loader, by
 * interpreters and package managers, by where programs look for their settings. No such list is
 * complete; the sandbox is for what it misses.
 */
final class RiskyVariables {
  private static final List<String> PREFIXES =
      List.of(
          "LD_",
          "DYLD_",
          "NODE_",
          "NPM_",
          "YARN_",
          "PNPM_",
          "COREPACK_",
          "BUN_",
          "DENO_",
          "PYTHON",
          "PIP_",
          "UV_",
          "PIPX_",
          "CONDA_",
          "GIT_",
          "RUBY",
          "GEM_",
          "BUNDLE_",
          "PERL",
          "JAVA_",
          "JDK_",
          "_JAVA_",
          "DOTNET_",
          "CORECLR_",
          "COMPLUS_",
          "PHP",
          "LUA_",
          "BASH",
          "DOCKER_",
          "CARGO_",
          "RUSTC",
          "GOFLAGS",
          "GOPROXY",
          "GOENV",
          "GOROOT",
          "GOPATH",
          "GOTOOLCHAIN",
          "GOSUMDB",
          "GONOSUMDB",
          "PYENV_",
          "ASDF_",
          "VOLTA_",
          "NVM_",
          "MISE_",
          "RBENV_",
          "NODENV_",
          "TS_NODE_",
          "XDG_",
          "OPENSSL_",
          "SSL_CERT_",
          "SSH_ASKPASS",
          "MCP_REGISTRY_");
  private static final Set<String> NAMES =
      Set.of(
          "PATH",
          "HOME",
          "ENV",
          "SHELL",
          "SHELLOPTS",
          "IFS",
          "PS4",
          "PROMPT_COMMAND",
          "ZDOTDIR",
          "CLASSPATH",
          "GLIBC_TUNABLES",
          "GCONV_PATH",
          "LOCPATH",
          "NLSPATH",
          "HOSTALIASES",
          "EDITOR",
          "VISUAL",
          "PAGER",
          "BROWSER",
          "KUBECONFIG",
          "AWS_CONFIG_FILE",
          "AWS_SHARED_CREDENTIALS_FILE",
          "MAVEN_OPTS",
          "TAR_OPTIONS",
          "RSYNC_RSH",
          "SSLKEYLOGFILE",
          "HTTPS_PROXY",
          "HTTP_PROXY",
          "ALL_PROXY",
          "PREFIX",
          "VIRTUAL_ENV",
          "R_PROFILE",
          "R_ENVIRON",
          "JULIA_LOAD_PATH",
          "ERL_FLAGS",
          "REQUESTS_CA_BUNDLE",
          "CURL_CA_BUNDLE",
          "CURL_HOME",
          "WGETRC");

  /** They begin like others, and only say how much is told or which environment it is. */
  private static final Set<String> HARMLESS =
      Set.of(
          "NODE_ENV",
          "NODE_NO_WARNINGS",
          "PYTHONUNBUFFERED",
          "PYTHONUTF8",
          "PYTHONIOENCODING",
          "PYTHONDONTWRITEBYTECODE",
          "GIT_AUTHOR_NAME",
          "GIT_AUTHOR_EMAIL",
          "GIT_COMMITTER_NAME",
          "GIT_COMMITTER_EMAIL");

  private RiskyVariables() {}

  /** In any case of letters: npm reads {@code npm_config_…} in each. */
  static boolean contains(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return !HARMLESS.contains(upper)
        && (NAMES.contains(upper) || PREFIXES.stream().anyMatch(upper::startsWith));
  }
}
