package io.bluefly.registry.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which commands connections may start, in which folders, with which variables. It is asked when a
 * registration comes and again at each start, since settings and symbolic links change.
 */
public final class CommandPolicy {
  private static final String ALLOWED = "mcp-registry.commands.allowed";

  private final List<CommandPattern> allowed;
  private final List<Path> roots;
  private final Set<String> variables;

  /** Allows what {@code settings} do; an {@link IllegalArgumentException} says what is wrong. */
  public CommandPolicy(CommandSettings settings) {
    this.allowed =
        settings.allowed().orElse(List.of()).stream().map(CommandPolicy::pattern).toList();
    this.roots = settings.roots().orElse(List.of()).stream().map(CommandPolicy::root).toList();
    this.variables = Set.copyOf(settings.variables().orElse(List.of()));
  }

  private CommandPolicy() {
    this.allowed = List.of();
    this.roots = List.of();
    this.variables = Set.of();
  }

  /** Allows everything. */
  static CommandPolicy open() {
    return new CommandPolicy();
  }

  private static CommandPattern pattern(String text) {
    try {
      return new CommandPattern(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("The setting " + ALLOWED + " " + e.getMessage());
    }
  }

  private static Path root(Path root) {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The setting mcp-registry.commands.roots names " + root + ", which is not there");
    }
  }

  /** Whether only some commands may be started. */
  public boolean isSelective() {
    return !allowed.isEmpty();
  }

  /**
   * What may not be so, empty when all may. It looks at the file system.
   *
   * @param args as written, with references to secrets
   * @param names of the variables
   */
  public List<CommandRefusal> refusals(
      String command, List<String> args, Collection<String> names, @Nullable String cwd) {
    List<CommandRefusal> refusals = new ArrayList<>();
    checkCharacters(command, args, names, cwd, refusals);
    if (isSelective() && refusals.isEmpty()) {
      checkCommand(command, args, refusals);
      checkVariables(names, refusals);
    }
    if (refusals.isEmpty() && !roots.isEmpty() && cwd != null) {
      checkFolder(cwd, refusals);
    }
    return refusals;
  }

  private void checkCharacters(
      String command,
      List<String> args,
      Collection<String> names,
      @Nullable String cwd,
      List<CommandRefusal> refusals) {
    requireNoControls("endpoint/command", command, refusals);
    for (int i = 0; i < args.size(); i++) {
      // A script is a lawful argument; where arguments are chosen, no line of a list is more.
      if (isSelective() || args.get(i).indexOf('\0') >= 0) {
        requireNoControls("endpoint/args/" + i, args.get(i), refusals);
      }
    }
    names.forEach(name -> requireNoControls("endpoint/env", name, refusals));
    requireNoControls("endpoint/cwd", cwd == null ? "" : cwd, refusals);
  }

  private static void requireNoControls(String field, String text, List<CommandRefusal> refusals) {
    if (text.chars().anyMatch(Character::isISOControl)) {
      refusals.add(
          new CommandRefusal(field, "has a line end or another control character; leave it out"));
    }
  }

  private void checkCommand(String command, List<String> args, List<CommandRefusal> refusals) {
    List<CommandPattern> same = allowed.stream().filter(p -> p.isFor(command)).toList();
    if (same.isEmpty()) {
      refusals.add(refusal("endpoint/command", "is no allowed command", allowed));
    } else if (same.stream().noneMatch(p -> p.mismatch(args) == CommandPattern.NONE)) {
      int at = same.stream().map(p -> p.mismatch(args)).max(Comparator.naturalOrder()).orElse(0);
      refusals.add(
          at < args.size()
              ? refusal("endpoint/args/" + at, "is not allowed there with this command", same)
              : refusal("endpoint/args", "lacks an argument that an allowed command has", same));
    }
  }

  private static CommandRefusal refusal(String field, String what, List<CommandPattern> patterns) {
    return new CommandRefusal(
        field,
        what + "; ask the operator to add it to " + ALLOWED + " (MCP_REGISTRY_COMMANDS_ALLOWED)",
        patterns.stream().map(CommandPattern::toString).toList());
  }

  private void checkVariables(Collection<String> names, List<CommandRefusal> refusals) {
    for (String name : names) {
      if (RiskyVariables.contains(name) && !variables.contains(name)) {
        refusals.add(
            new CommandRefusal(
                "endpoint/env/" + name,
                "can change what an allowed command runs; leave it out, or ask the operator to add"
                    + " it to mcp-registry.commands.variables (MCP_REGISTRY_COMMANDS_VARIABLES)"));
      }
    }
  }

  private void checkFolder(String cwd, List<CommandRefusal> refusals) {
    try {
      Path folder = Path.of(cwd).toRealPath();
      if (roots.stream().anyMatch(folder::startsWith)) {
        return;
      }
    } catch (IOException | InvalidPathException e) {
      // Who may not know what is there is told the same of both.
    }
    refusals.add(
        new CommandRefusal(
            "endpoint/cwd",
            "is no folder inside of those that are allowed; choose another, or ask the operator to"
                + " add it to mcp-registry.commands.roots (MCP_REGISTRY_COMMANDS_ROOTS)",
            roots.stream().map(Path::toString).toList()));
  }

  /**
   * The folder to start in: where folders are chosen the real one, so that no link can be changed
   * after the check, and without a {@code cwd} the first of them; null for the registry's own.
   *
   * @throws CommandRefusedException when it is not there, or no longer in an allowed one
   */
  public @Nullable Path folder(@Nullable String cwd) throws CommandRefusedException {
    if (cwd == null) {
      return roots.isEmpty() ? null : roots.getFirst();
    }
    Path folder = Path.of(cwd);
    if (!Files.isDirectory(folder)) {
      throw new CommandRefusedException("the folder '" + cwd + "' (endpoint.cwd) does not exist");
    }
    return roots.isEmpty() ? folder : realFolder(folder);
  }

  private Path realFolder(Path folder) throws CommandRefusedException {
    try {
      Path real = folder.toRealPath();
      if (roots.stream().anyMatch(real::startsWith)) {
        return real;
      }
    } catch (IOException e) {
      // It went away just now.
    }
    throw new CommandRefusedException(
        "the folder '" + folder + "' (endpoint.cwd) is no longer in mcp-registry.commands.roots");
  }

  /**
   * Holds the file that a bare name was found as against the folder that the server works in: what
   * it can write must not become what the name means.
   */
  public void requireOutside(@Nullable Path folder, Path executable)
      throws CommandRefusedException {
    try {
      if (isSelective()
          && folder != null
          && executable.toRealPath().startsWith(folder.toRealPath())) {
        throw new CommandRefusedException(
            "the command was found as "
                + executable
                + ", which is inside of endpoint.cwd: choose another folder to work in");
      }
    } catch (IOException e) {
      throw new CommandRefusedException("the command " + executable + " can't be looked at");
    }
  }
}
