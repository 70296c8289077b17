package io.bluefly.registry.upstream;

import java.util.List;

/** Hears of the processes that are started for a connection. */
interface ChildWatch {
  /** A process was started. */
  void started(long pid);

  /**
   * A process is gone.
   *
   * @param how its exit code or signal, as part of a sentence
   * @param lastWords what it last wrote to its error stream, bounded and without secrets
   */
  void exited(long pid, String how, List<String> lastWords);
}
