package io.bluefly.registry.security;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Values that are written as {@code ${NAME}} and come from the registry's own environment. They are
 * resolved only when an upstream is opened, only for names on the operator's list, and never shown.
 */
public final class Secrets {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
  private static final List<String> SECRET_WORDS =
      List.of("token", "secret", "password", "passwd", "key", "auth", "cookie", "credential");

  private static final Pattern OPTION_WITH_VALUE = Pattern.compile("(--?[^=\\s]+)=(.*)");

  /** Stands where a secret would be shown. */
  public static final String MASK = "***";

  private static final int SHORTEST_MASKED = 4;

  private final Set<String> allowed;
  private final UnaryOperator<@Nullable String> environment;

  /**
   * Resolves the {@code allowed} names.
   *
   * @param environment gives a name's value, or null
   */
  public Secrets(Collection<String> allowed, UnaryOperator<@Nullable String> environment) {
    this.allowed = new TreeSet<>(allowed);
    this.environment = environment;
  }

  /**
   * {@code text} with every {@code ${NAME}} replaced by its value.
   *
   * @throws UnknownSecretException for a name that is not allowed or has no value
   */
  public String resolve(String text) throws UnknownSecretException {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(out, Matcher.quoteReplacement(value(matcher.group(1))));
    }
    return matcher.appendTail(out).toString();
  }

  private String value(String name) throws UnknownSecretException {
    if (!allowed.contains(name)) {
      throw new UnknownSecretException(
          "${"
              + name
              + "} may not be used: add "
              + name
              + " to MCP_REGISTRY_SECRETS and start the registry with that variable set");
    }
    String value = environment.apply(name);
    if (value == null || value.isEmpty()) {
      throw new UnknownSecretException(
          "${" + name + "} has no value: start the registry with the variable " + name + " set");
    }
    return value;
  }

  /** {@code text} with every value of an allowed name masked, for what servers write themselves. */
  public String mask(String text) {
    List<String> values =
        allowed.stream()
            .flatMap(name -> Stream.ofNullable(environment.apply(name)))
            .filter(value -> value.length() >= SHORTEST_MASKED)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    String masked = text;
    for (String value : values) {
      masked = masked.replace(value, MASK);
    }
    return masked;
  }

  /**
   * What may be shown of a header's or a variable's value: what is written with {@code ${NAME}},
   * and else the mask, since nobody can tell a secret by its looks.
   */
  public static String shown(String value) {
    return value.isEmpty() || REFERENCE.matcher(value).find() ? value : MASK;
  }

  /** What may be shown of a command's arguments: all but what follows an option such as --token. */
  public static List<String> shown(List<String> args) {
    List<String> shown = new ArrayList<>();
    String before = "";
    for (String arg : args) {
      Matcher both = OPTION_WITH_VALUE.matcher(arg);
      if (both.matches() && isSecret(both.group(1))) {
        shown.add(both.group(1) + "=" + shown(both.group(2)));
      } else {
        shown.add(isSecret(before) && !arg.startsWith("-") ? shown(arg) : arg);
      }
      before = arg;
    }
    return shown;
  }

  private static boolean isSecret(String option) {
    String lower = option.toLowerCase(Locale.ROOT);
    return option.startsWith("-") && SECRET_WORDS.stream().anyMatch(lower::contains);
  }
}
