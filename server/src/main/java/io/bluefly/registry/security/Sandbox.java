package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Bubblewrap around a server's process: a file system that is read-only and hides homes, sockets
 * and the registry's own files, processes and, unless permitted, a network of its own, no
 * capabilities. Where it can't be had, nothing is started.
 */
public final class Sandbox {
  /** Without {@code --new-session}: each child leads a session of its own already, by setsid. */
  private static final List<String> ISOLATION =
      List.of(
          "--unshare-user-try",
          "--unshare-pid",
          "--unshare-ipc",
          "--unshare-uts",
          "--unshare-cgroup-try",
          "--cap-drop",
          "ALL",
          "--die-with-parent");

  /** Where other people's files, and sockets of powerful services, are. */
  private static final List<Path> HIDDEN =
      List.of(Path.of("/tmp"), Path.of("/run"), Path.of("/home"), Path.of("/root"));

  /** They are the sandbox's own. */
  private static final List<Path> OWN = List.of(Path.of("/proc"), Path.of("/dev"));

  /** Programs and name servers of some distributions. */
  private static final String PROGRAMS = "/run/current-system";

  private static final String RESOLVER = "/run/systemd/resolve";

  /** Where programs are: none can do without. */
  private static final List<Path> SYSTEM =
      List.of(
          Path.of("/usr"),
          Path.of("/bin"),
          Path.of("/sbin"),
          Path.of("/lib"),
          Path.of("/lib64"),
          Path.of("/nix"));

  /** What programs look for, though it lies beside secrets. */
  private static final List<Path> NEEDED =
      List.of(
          Path.of("/etc/ssl/certs"),
          Path.of("/etc/pki/tls/certs"),
          Path.of("/etc/ca-certificates"),
          Path.of("/var/lib"),
          Path.of("/var/cache"));

  private static final Path ROOT = Path.of("/");
  private static final Duration PROBE = Duration.ofSeconds(10);
  private static final int LONGEST_REASON = 500;

  private final SandboxSettings settings;
  private final List<Path> places;
  private final List<Path> secret;
  private final String path;
  private volatile boolean usable;

  /**
   * A sandbox by {@code settings}.
   *
   * @param secret files and folders of the registry that nothing in it may see
   * @param environment of the registry
   */
  public Sandbox(
      SandboxSettings settings,
      Collection<Path> secret,
      UnaryOperator<@Nullable String> environment) {
    this.settings = settings;
    Set<Path> hiding = new LinkedHashSet<>(HIDDEN);
    String home = environment.apply("HOME");
    if (home != null && home.startsWith("/") && !Path.of(home).normalize().equals(ROOT)) {
      hiding.add(Path.of(home));
    }
    this.places = List.copyOf(hiding);
    List<Path> hidden = new ArrayList<>(secret);
    hidden.addAll(settings.hidden().orElse(List.of()));
    this.secret = List.copyOf(hidden);
    this.path = Objects.requireNonNullElse(environment.apply("PATH"), "");
  }

  /** Whether every stdio server runs in it. */
  public boolean isRequired() {
    return settings.required();
  }

  /** Whether the server of a connection with this request, or none, runs in it. */
  public boolean holds(@Nullable SandboxRequest request) {
    return request != null || isRequired();
  }

  /**
   * What a connection may not have in its sandbox or bring to it, empty when it may have all.
   *
   * @param variables names of those that its server is started with
   */
  public List<CommandRefusal> refusals(
      @Nullable SandboxRequest request, Collection<String> variables) {
    List<CommandRefusal> refusals = refusals(request);
    if (holds(request)) {
      variables.stream()
          .filter(LoaderVariables::contains)
          .map(name ->
              new CommandRefusal(
                  "endpoint/env/" + name,
                  "would change the programs that make the sandbox, too, which are outside of it;"
                      + " leave it out, or let the command set it itself"))
          .forEach(refusals::add);
    }
    return refusals;
  }

  private List<CommandRefusal> refusals(@Nullable SandboxRequest request) {
    List<CommandRefusal> refusals = new ArrayList<>();
    if (request != null) {
      List<Path> writable = settings.writable().orElse(List.of());
      List<Path> readable = new ArrayList<>(settings.readable().orElse(List.of()));
      readable.addAll(writable);
      List<Path> open =
          request.writable().stream().map(Sandbox::real).filter(Objects::nonNull).toList();
      check("readable", request.readable(), readable, open, refusals);
      check("writable", request.writable(), writable, open, refusals);
      if (request.network() && isRequired() && !settings.allowNetwork()) {
        refusals.add(
            new CommandRefusal(
                "endpoint/sandbox/network",
                "is not allowed; ask the operator to set mcp-registry.sandbox.allow-network"
                    + " (MCP_REGISTRY_SANDBOX_ALLOW_NETWORK)"));
      }
    }
    return refusals;
  }

  private void check(
      String field,
      List<String> asked,
      List<Path> allowed,
      List<Path> open,
      List<CommandRefusal> refusals) {
    List<Path> within = SandboxMounts.present(allowed);
    for (int i = 0; i < asked.size(); i++) {
      String why = refusal(field, asked.get(i), within);
      if (why == null) {
        why = movable(Path.of(asked.get(i)), open);
      }
      if (why != null) {
        refusals.add(new CommandRefusal("endpoint/sandbox/" + field + "/" + i, why));
      }
    }
  }

  private @Nullable String refusal(String field, String asked, List<Path> within) {
    Path place = real(asked);
    if (isRequired() && (place == null || within.stream().noneMatch(place::startsWith))) {
      return "is no folder inside of those that are allowed; ask the operator to add it to"
          + " mcp-registry.sandbox."
          + field;
    }
    if (place == null) {
      return "is no absolute path of a folder or file that is there";
    }
    if (place.equals(ROOT) || OWN.stream().anyMatch(place::startsWith)) {
      return "can't be shared with a sandbox";
    }
    return SandboxMounts.present(secret).stream().anyMatch(place::startsWith)
        ? "is hidden from every sandbox, like all that is in the registry's own folder"
        : null;
  }

  /** What a server can make a link of must not decide what it gets at its next start. */
  private static @Nullable String movable(Path asked, List<Path> open) {
    Path place = asked.toAbsolutePath().normalize();
    if (!place.equals(real(asked.toString()))) {
      return "is a link, or is reached by one; name the real folder";
    }
    return open.stream().anyMatch(other -> !place.equals(other) && place.startsWith(other))
        ? "lies in another folder that is writable; leave out one of them"
        : null;
  }

  private static @Nullable Path real(String place) {
    try {
      Path path = Path.of(place);
      return path.isAbsolute() ? path.toRealPath() : null;
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  /**
   * {@code command} in a sandbox; it begins with the absolute path of the executable.
   *
   * @param folder where it works; null: where the registry does, if that is shown
   * @throws CommandRefusedException when there can be no sandbox, or not with what is asked for
   */
  public List<String> around(List<String> command, @Nullable Path folder, SandboxRequest request)
      throws CommandRefusedException {
    List<CommandRefusal> refusals = refusals(request);
    if (!refusals.isEmpty()) {
      throw new CommandRefusedException(refusals.getFirst().toString());
    }
    requireUsable();
    SandboxMounts mounts = mounts(request, given(command, folder, request));
    requireShown(mounts, Path.of(command.getFirst()), "the command");
    if (folder != null) {
      requireShown(mounts, folder, "the folder endpoint.cwd,");
    }
    return boxed(mounts, command, folder, request.network());
  }

  /** What is there of all that the command is known to need. */
  private static List<Path> given(
      List<String> command, @Nullable Path folder, SandboxRequest request) {
    List<String> all = new ArrayList<>(command);
    all.add((folder == null ? Path.of("") : folder).toAbsolutePath().toString());
    all.addAll(request.readable());
    all.addAll(request.writable());
    return all.stream().map(Sandbox::real).filter(Objects::nonNull).toList();
  }

  private SandboxMounts mounts(SandboxRequest request, List<Path> given) {
    SandboxMounts mounts = new SandboxMounts();
    SandboxMounts.present(places).forEach(mounts::hide);
    List<Path> writable = request.writable().stream().map(Path::of).toList();
    List<Path> readable = request.readable().stream().map(Path::of).toList();
    record Shared(Path place, boolean writable) {}
    List<Shared> all = new ArrayList<>();
    SandboxMounts.present(readable).forEach(place -> all.add(new Shared(place, false)));
    SandboxMounts.present(writable).forEach(place -> all.add(new Shared(place, true)));
    // What is deeper in comes later, and so over what it is in.
    all.sort(Comparator.comparingInt(shared -> shared.place.getNameCount()));
    for (Shared shared : all) {
      if (shared.writable) {
        mounts.open(shared.place);
      } else {
        mounts.show(shared.place);
      }
    }
    SandboxMounts.present(secret).forEach(place -> mounts.hide(hiding(place, given)));
    return mounts;
  }

  /**
   * What is hidden for the sake of a secret place: a file that is replaced is another one, which is
   * there again, so the whole folder where nobody needs that.
   */
  private static Path hiding(Path secret, List<Path> given) {
    Path folder = secret.getParent();
    boolean whole =
        folder != null
            && Files.isRegularFile(secret)
            && !isOfTheSystem(folder)
            && given.stream().noneMatch(place -> place.startsWith(folder));
    return whole && folder != null ? folder : secret;
  }

  private static boolean isOfTheSystem(Path folder) {
    return folder.getNameCount() < 2
        || SYSTEM.stream().anyMatch(folder::startsWith)
        || NEEDED.stream().anyMatch(place -> place.startsWith(folder));
  }

  private static void requireShown(SandboxMounts mounts, Path place, String what)
      throws CommandRefusedException {
    try {
      if (mounts.shows(place) && mounts.shows(place.toRealPath())) {
        return;
      }
    } catch (IOException e) {
      // It is not there, outside, either.
    }
    throw new CommandRefusedException(
        what
            + " "
            + place
            + " is hidden in the sandbox: add its folder to endpoint.sandbox.readable or writable");
  }

  private List<String> boxed(
      SandboxMounts mounts, List<String> command, @Nullable Path folder, boolean network)
      throws CommandRefusedException {
    List<String> boxed = new ArrayList<>();
    boxed.add(executable());
    boxed.addAll(ISOLATION);
    boxed.addAll(mounts.options());
    boxed.addAll(List.of("--dev", "/dev", "--proc", "/proc"));
    boxed.addAll(List.of("--ro-bind-try", PROGRAMS, PROGRAMS));
    if (network) {
      boxed.addAll(List.of("--ro-bind-try", RESOLVER, RESOLVER));
    } else {
      boxed.add("--unshare-net");
    }
    if (folder != null) {
      boxed.addAll(List.of("--chdir", folder.toString()));
    }
    boxed.add("--");
    boxed.addAll(command);
    return boxed;
  }

  private String executable() throws CommandRefusedException {
    String wanted = settings.executable();
    if (wanted.contains("/")) {
      return executableFile(Path.of(wanted).toAbsolutePath());
    }
    for (String folder : path.split(File.pathSeparator, -1)) {
      Path file = Path.of(folder).resolve(wanted);
      if (file.isAbsolute() && Files.isExecutable(file) && !Files.isDirectory(file)) {
        return file.toString();
      }
    }
    throw missing("'" + wanted + "' is not in the registry's PATH");
  }

  private static String executableFile(Path file) throws CommandRefusedException {
    if (Files.isExecutable(file) && !Files.isDirectory(file)) {
      return file.toString();
    }
    throw missing(file + " is no executable file");
  }

  private static CommandRefusedException missing(String why) {
    return new CommandRefusedException(
        "the sandbox needs bubblewrap, and "
            + why
            + ": install the package bubblewrap (Linux only), or name it by"
            + " mcp-registry.sandbox.executable (MCP_REGISTRY_SANDBOX_EXECUTABLE)");
  }

  /**
   * Makes a sandbox, to see whether that is possible here; not again once it was.
   *
   * @throws CommandRefusedException when it is not
   */
  public void requireUsable() throws CommandRefusedException {
    if (!usable) {
      SandboxMounts mounts = mounts(SandboxRequest.PLAIN, List.of());
      tryOut(boxed(mounts, List.of("/bin/sh", "-c", "exit 0"), ROOT, false));
      usable = true;
    }
  }

  private static void tryOut(List<String> command) throws CommandRefusedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    try {
      Process process = builder.start();
      try (InputStream said = process.getInputStream()) {
        if (!process.waitFor(PROBE.toSeconds(), TimeUnit.SECONDS)) {
          throw unusable("it did not end within " + PROBE.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
          throw unusable(new String(said.readNBytes(LONGEST_REASON), UTF_8).strip());
        }
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw unusable("it can't be started");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unusable("the registry is stopping");
    }
  }

  private static CommandRefusedException unusable(String why) {
    return new CommandRefusedException(
        "bubblewrap can't make a sandbox here ("
            + why
            + "): let the registry's user make user namespaces (sysctl user.max_user_namespaces,"
            + " kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns; in"
            + " a container its seccomp profile)");
  }
}
