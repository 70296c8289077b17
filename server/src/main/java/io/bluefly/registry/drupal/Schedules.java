package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins the syncs that run by themselves; one that is running is not begun again. */
public final class Schedules {
  private static final Logger log = LoggerFactory.getLogger(Schedules.class);
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration SHORTEST = Duration.ofSeconds(10);

  private final DrupalSyncs syncs;
  private final LongSupplier nanos;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * Begins nothing before the first {@link #tick}.
   *
   * @param nanos as {@link System#nanoTime}
   * @throws IllegalArgumentException when a setting is wrong; the message is a sentence
   */
  public Schedules(
      DrupalSyncs syncs, SiteRules rules, DrupalSettings settings, LongSupplier nanos) {
    this.syncs = syncs;
    this.nanos = nanos;
    settings
        .syncs()
        .forEach(
            (name, sync) -> entries.add(new Entry(request(name, sync, rules), sync.interval())));
  }

  private static SyncRequest request(String name, DrupalSettings.Scheduled sync, SiteRules rules) {
    String setting = "The setting mcp-registry.drupal.syncs." + name + ".";
    try {
      SiteAddress site = SiteAddress.parse(sync.endpoint());
      rules.require(site);
      if (sync.interval().compareTo(SHORTEST) < 0) {
        throw new IllegalArgumentException(setting + "interval must be 10 s or more");
      }
      return new SyncRequest(
          site,
          "${" + sync.secret() + "}",
          sync.mode(),
          sync.conflictPolicy(),
          false,
          0,
          new Principal(
              "schedule",
              name,
              Set.of(Permission.READ, Permission.WRITE, Permission.EXEC),
              Scope.ALL,
              null),
          "schedule");
    } catch (SyncRefusedException e) {
      throw new IllegalArgumentException(setting + "endpoint " + e.getMessage());
    } catch (IllegalArgumentException e) {
      String why = String.valueOf(e.getMessage());
      throw new IllegalArgumentException(
          why.startsWith(setting) ? why : setting + "endpoint " + why);
    }
  }

  private final class Entry {
    private final SyncRequest request;
    private final Duration interval;
    private long due = nanos.getAsLong() + FIRST.toNanos();
    private String running = "";
    private String complaint = "";

    Entry(SyncRequest request, Duration interval) {
      this.request = request;
      this.interval = interval;
    }

    void tick() {
      if (!running.isEmpty()) {
        if (syncs.find(running).filter(SyncReport::isRunning).isPresent()) {
          return;
        }
        running = "";
        due = nanos.getAsLong() + interval.toNanos();
      }
      if (nanos.getAsLong() - due >= 0) {
        begin();
      }
    }

    private void begin() {
      due = nanos.getAsLong() + interval.toNanos();
      try {
        running = syncs.start(request).syncId();
        complaint = "";
      } catch (SyncRefusedException.AlreadyRunning e) {
        due = nanos.getAsLong() + FIRST.toNanos();
      } catch (SyncRefusedException | StoreException e) {
        String why = String.valueOf(e.getMessage());
        if (!why.equals(complaint)) {
          log.warn("The sync {} of drupal.syncs can't begin: {}", request.principal().name(), why);
        }
        complaint = why;
      }
    }
  }

  /** Looks what is due; may wait for the database. */
  public void tick() {
    entries.forEach(Entry::tick);
  }
}
