package io.bluefly.registry.upstream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Takes the times of a server's opening, one step after the other, on one thread. */
final class Phases {
  private final List<HandshakePhase> done = new ArrayList<>();
  private long began = System.nanoTime();

  /** The step that has been going on until now. */
  void done(String name) {
    long now = System.nanoTime();
    done.add(new HandshakePhase(name, TimeUnit.NANOSECONDS.toMillis(now - began)));
    began = now;
  }

  List<HandshakePhase> list() {
    return List.copyOf(done);
  }
}
