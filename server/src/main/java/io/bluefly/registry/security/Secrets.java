package io.bluefly.registry.security;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Values that are written as {@code ${NAME}} and come from files and from the registry's own
 * environment. They are resolved only when an upstream is opened, only for names on the operator's
 * list and for whom that says, and never shown.
 */
public final class Secrets {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
  private static final List<String> SECRET_WORDS =
      List.of("token", "secret", "password", "passwd", "key", "auth", "cookie", "credential");

  private static final Pattern OPTION_WITH_VALUE = Pattern.compile("(--?[^=\\s]+)=(.*)");

  /** Stands where a secret would be shown. */
  public static final String MASK = "***";

  private static final int SHORTEST_MASKED = 4;
  private static final int SHORTEST_MASKED_LINE = 8;

  /** What a name has stood for, so that who still has an old value can't show it. */
  private static final int KEPT_VALUES = 8;

  private final List<SecretGrant> grants;
  private final SecretProvider provider;

  /** By name, the latest value last; read by {@link #mask} without a look into files. */
  private final Map<String, List<String>> seen = new ConcurrentHashMap<>();

  /**
   * Resolves what {@code entries} allow: {@code NAME} for any command, {@code NAME@connection-name}
   * for the command of that connection, {@code NAME@https://host:port} for the servers there.
   *
   * @throws IllegalArgumentException when an entry is none; the message is a sentence
   */
  public Secrets(Collection<String> entries, SecretProvider provider) {
    this.grants = entries.stream().map(SecretGrant::parse).toList();
    this.provider = provider;
    grants.forEach(grant -> look(grant.name()));
  }

  private void look(String name) {
    try {
      read(name);
    } catch (UnknownSecretException e) {
      // Whoever asks for it is told.
    }
  }

  private @Nullable String read(String name) throws UnknownSecretException {
    String value = provider.value(name);
    if (value != null && !value.isEmpty()) {
      seen.merge(name, List.of(value), Secrets::latest);
    }
    return value;
  }

  private static List<String> latest(List<String> known, List<String> next) {
    if (known.containsAll(next)) {
      return known;
    }
    List<String> all = new ArrayList<>(known);
    all.addAll(next);
    return List.copyOf(all.subList(Math.max(0, all.size() - KEPT_VALUES), all.size()));
  }

  /**
   * {@code text} with every {@code ${NAME}} replaced by its value.
   *
   * @param user who gets to know it
   * @throws UnknownSecretException for a name that is not allowed to that user or has no value
   */
  public String resolve(String text, SecretUser user) throws UnknownSecretException {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(out, Matcher.quoteReplacement(value(matcher.group(1), user)));
    }
    return matcher.appendTail(out).toString();
  }

  private String value(String name, SecretUser user) throws UnknownSecretException {
    requireGrant(name, user);
    String value = read(name);
    if (value == null || value.isEmpty()) {
      throw new UnknownSecretException(
          "${"
              + name
              + "} has no value: start the registry with the variable "
              + name
              + " set, or put a file of that name into MCP_REGISTRY_SECRETS_DIR");
    }
    return value;
  }

  private void requireGrant(String name, SecretUser user) throws UnknownSecretException {
    List<SecretGrant> named = grants.stream().filter(one -> one.name().equals(name)).toList();
    if (named.stream().anyMatch(grant -> grant.permits(user))) {
      return;
    }
    throw new UnknownSecretException(
        switch (user) {
          case SecretUser.Command command ->
              named.isEmpty()
                  ? "${" + name + "} may not be used: add " + name + " to MCP_REGISTRY_SECRETS"
                  : "${"
                      + name
                      + "} is not for this connection: add "
                      + name
                      + "@"
                      + command.connection()
                      + " to MCP_REGISTRY_SECRETS";
          case SecretUser.Address address ->
              "${"
                  + name
                  + "} may not be sent there: add "
                  + name
                  + "@"
                  + WebOrigin.of(address.url())
                  + " to MCP_REGISTRY_SECRETS";
        });
  }

  /** {@code text} with every value of an allowed name masked, for what servers write themselves. */
  public String mask(String text) {
    List<String> values =
        seen.values().stream()
            .flatMap(List::stream)
            .flatMap(Secrets::maskable)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    String masked = text;
    for (String value : values) {
      masked = masked.replace(value, MASK);
    }
    return masked;
  }

  /** What servers write comes line by line, and so would a key of several lines. */
  private static Stream<String> maskable(String value) {
    Stream<String> lines =
        value.lines().map(String::strip).filter(line -> line.length() >= SHORTEST_MASKED_LINE);
    return value.length() < SHORTEST_MASKED
        ? Stream.empty()
        : Stream.concat(Stream.of(value), lines);
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

  /** What may be shown of an address: of its query the names, and the mask for each value. */
  public static URI shown(URI url) {
    String query = url.getRawQuery();
    if (query == null || query.isEmpty()) {
      return url;
    }
    String text = url.toString();
    int start = text.indexOf('?') + 1;
    StringJoiner masked = new StringJoiner("&", text.substring(0, start), "");
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      masked.add(part.isEmpty() ? "" : part.substring(0, equals + 1) + MASK);
    }
    return URI.create(masked + text.substring(start + query.length()));
  }

  /**
   * Whether a value in the query of {@code url} is the mask: what was shown is sent back, and the
   * secret would be lost.
   */
  public static boolean hasMask(String url) {
    int start = url.indexOf('?') + 1;
    int fragment = url.indexOf('#');
    String query =
        start == 0 ? "" : url.substring(start, fragment < start ? url.length() : fragment);
    return Stream.of(query.split("&", -1))
        .anyMatch(part -> part.substring(part.indexOf('=') + 1).equals(MASK));
  }

  private static boolean isSecret(String option) {
    String lower = option.toLowerCase(Locale.ROOT);
    return option.startsWith("-") && SECRET_WORDS.stream().anyMatch(lower::contains);
  }
}
