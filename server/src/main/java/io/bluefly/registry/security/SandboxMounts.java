package io.bluefly.registry.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What a sandbox shows of the file system: everything read-only at first, then each mount over what
 * was there before. Paths are real ones.
 */
final class SandboxMounts {
  /** How a place looks in the sandbox. */
  private enum Look {
    READABLE,
    WRITABLE,
    EMPTY
  }

  private record Mount(Look look, Path at) {}

  private final List<Mount> mounts = new ArrayList<>();

  SandboxMounts() {
    mounts.add(new Mount(Look.READABLE, Path.of("/")));
  }

  /** The real path of each that is there. */
  static List<Path> present(Collection<Path> places) {
    List<Path> present = new ArrayList<>();
    for (Path place : places) {
      try {
        present.add(place.toRealPath());
      } catch (IOException e) {
        // What is not there needs not be hidden or shown.
      }
    }
    return present;
  }

  void show(Path place) {
    mounts.add(new Mount(Look.READABLE, place));
  }

  void open(Path place) {
    mounts.add(new Mount(Look.WRITABLE, place));
  }

  /** A folder becomes an empty one of the sandbox's own, a file an empty file. */
  void hide(Path place) {
    if (shows(place)) {
      mounts.add(new Mount(Look.EMPTY, place));
    }
  }

  /** Whether what is really at {@code real} can be seen. */
  boolean shows(Path real) {
    return mounts.reversed().stream()
        .filter(mount -> real.startsWith(mount.at))
        .map(mount -> mount.look != Look.EMPTY)
        .findFirst()
        .orElse(false);
  }

  /** As options of bubblewrap. */
  List<String> options() {
    List<String> options = new ArrayList<>();
    for (Mount mount : mounts) {
      String at = mount.at.toString();
      options.addAll(
          switch (mount.look) {
            case READABLE -> List.of("--ro-bind", at, at);
            case WRITABLE -> List.of("--bind", at, at);
            case EMPTY ->
                Files.isDirectory(mount.at)
                    ? List.of("--tmpfs", at)
                    : List.of("--ro-bind", "/dev/null", at);
          });
    }
    return options;
  }
}
