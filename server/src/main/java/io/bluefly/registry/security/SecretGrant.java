package io.bluefly.registry.security;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An entry of the operator's list: a secret's name and who may have it.
 *
 * @param name what stands in {@code ${NAME}}
 */
record SecretGrant(String name, Holder holder) {
  /** Who may have it. */
  sealed interface Holder {
    /** Any command: whoever registers one may run what they like. */
    record AnyCommand() implements Holder {}

    /** The command of one connection. */
    record OneCommand(String connection) implements Holder {}

    /** The servers of one origin. */
    record OneOrigin(WebOrigin origin) implements Holder {}
  }

  private static final Pattern ENTRY = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(?:@(.+))?");

  private static final String FORMS =
      "; write NAME, NAME@connection-name or NAME@https://host:port";

  /**
   * Reads {@code NAME}, {@code NAME@connection-name} or {@code NAME@https://host:port}.
   *
   * @throws IllegalArgumentException when it is none of these; the message is a sentence
   */
  static SecretGrant parse(String text) {
    Matcher entry = ENTRY.matcher(text.strip());
    if (!entry.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no name of a secret" + FORMS);
    }
    String name = Objects.requireNonNull(entry.group(1));
    String bound = entry.group(2);
    if (bound == null) {
      return new SecretGrant(name, new Holder.AnyCommand());
    }
    return new SecretGrant(
        name,
        bound.contains("://")
            ? new Holder.OneOrigin(origin(text, bound))
            : new Holder.OneCommand(bound));
  }

  private static WebOrigin origin(String entry, String bound) {
    try {
      URI url = new URI(bound);
      WebOrigin origin = WebOrigin.of(url);
      boolean more =
          url.getRawUserInfo() != null
              || url.getRawQuery() != null
              || url.getRawFragment() != null
              || !(url.getRawPath().isEmpty() || url.getRawPath().equals("/"));
      if (origin != null && !more) {
        return origin;
      }
    } catch (URISyntaxException e) {
      // Said below, as of any that is none.
    }
    throw new IllegalArgumentException(
        "'" + entry + "' is bound to what is no origin" + FORMS + ", without a path");
  }

  /** Whether {@code user} may have it. */
  boolean permits(SecretUser user) {
    return switch (user) {
      case SecretUser.Command command ->
          switch (holder) {
            case Holder.AnyCommand _ -> true;
            case Holder.OneCommand one -> one.connection().equals(command.connection());
            case Holder.OneOrigin _ -> false;
          };
      case SecretUser.Address address ->
          holder instanceof Holder.OneOrigin one
              && one.origin().equals(WebOrigin.of(address.url()));
    };
  }
}
