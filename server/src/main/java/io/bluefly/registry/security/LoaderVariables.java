package io.bluefly.registry.security;

import java.util.List;
import java.util.Set;

/**
 * Environment variables by which the loader and the C library can be made to run other code in any
 * program, so also in those that make the sandbox and run outside of it.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ld.so.8.html">ld.so(8)</a>, which drops most
 *     of them for programs that need the same care
 */
final class LoaderVariables {
  private static final List<String> PREFIXES = List.of("LD_", "DYLD_", "MALLOC_", "PERL");
  private static final Set<String> NAMES =
      Set.of("GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH");

  private LoaderVariables() {}

  /** As it is written: no loader reads another case. */
  static boolean contains(String name) {
    return NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith);
  }
}
