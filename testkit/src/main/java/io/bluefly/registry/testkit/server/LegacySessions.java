package io.bluefly.registry.testkit.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The sessions that are known. */
final class LegacySessions {
  private final ServerState state;
  private final Map<String, LegacySession> known = new ConcurrentHashMap<>();

  LegacySessions(ServerState state) {
    this.state = state;
  }

  LegacySession open(Outlet general) {
    LegacySession session = new LegacySession(state, UUID.randomUUID().toString(), general);
    known.put(session.id(), session);
    return session;
  }

  Optional<LegacySession> find(String id) {
    return Optional.ofNullable(known.get(id));
  }

  List<LegacySession> all() {
    return new ArrayList<>(known.values());
  }

  void close(String id) {
    LegacySession session = known.remove(id);
    if (session != null) {
      session.close();
    }
  }

  void closeAll() {
    all().forEach(session -> close(session.id()));
  }
}
