package io.bluefly.registry.security;

import org.jspecify.annotations.Nullable;

/** Where secrets have their values; may read files. */
@FunctionalInterface
public interface SecretProvider {
  /**
   * The value of {@code name}, null where it has none here.
   *
   * @throws UnknownSecretException when it should have one here that can't be read
   */
  @Nullable String value(String name) throws UnknownSecretException;

  /** Asks {@code other} for what is not here. */
  default SecretProvider orElse(SecretProvider other) {
    return name -> {
      String value = value(name);
      return value == null ? other.value(name) : value;
    };
  }
}
