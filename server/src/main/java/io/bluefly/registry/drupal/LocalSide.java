package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.audit.AuditEntry;
import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.audit.Outcome;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.connections.RegistryException;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Changes the registry for a sync: as its API does, and each change is in the audit log. */
final class LocalSide {
  private static final String OPERATION = "startDrupalSync/";
  private static final long AUDIT_SECONDS = 10;
  private static final int OK = 200;

  private final Connections connections;
  private final Intake intake;
  private final AuditLog audit;
  private final InstantSource clock;
  private final SyncRequest request;
  private final Tally tally;

  /** Changes what {@code request} brings, in the name of who has sent it. */
  LocalSide(
      Connections connections,
      Intake intake,
      AuditLog audit,
      InstantSource clock,
      SyncRequest request,
      Tally tally) {
    this.connections = connections;
    this.intake = intake;
    this.audit = audit;
    this.clock = clock;
    this.request = request;
    this.tally = tally;
  }

  /**
   * Looks whether the key that has begun the sync is still one.
   *
   * @throws SiteException when it is not: then nothing more is done in its name
   */
  void requireKey() throws SiteException {
    if (!request.principal().isCurrent(clock.instant())) {
      throw new SiteException(
          SyncError.Reason.FORBIDDEN,
          "The registry's key that has begun the sync has expired or was deleted; sync again with"
              + " another one");
    }
  }

  /** The registration that a node's JSON is, if it is taken. */
  Registration read(ObjectNode registration) throws ItemException {
    return taken(() -> intake.register(request.principal(), registration));
  }

  Connection register(Registration registration) throws ItemException, SiteException {
    return noted("register", () -> connections.register(registration));
  }

  /**
   * Changes a connection by a merge patch.
   *
   * @return the connection afterwards; null when it is another by now than {@code seen}
   */
  @Nullable Connection update(Connection seen, ObjectNode patch)
      throws ItemException, SiteException {
    boolean[] overtaken = new boolean[1];
    try {
      return noted(
          "update",
          () ->
              connections.update(
                  seen.id(),
                  before -> {
                    if (!before.equals(seen.registration())) {
                      overtaken[0] = true;
                      throw new IntakeException(SyncError.Reason.INVALID, "", "it was changed");
                    }
                    return intake.update(request.principal(), before, patch);
                  },
                  null));
    } catch (ItemException e) {
      if (overtaken[0]) {
        return null;
      }
      throw e;
    }
  }

  /** What an update would make of it, if it is taken. */
  void check(Connection seen, ObjectNode patch) throws ItemException {
    taken(() -> intake.update(request.principal(), seen.registration(), patch));
  }

  void disconnect(Connection connection) throws ItemException, SiteException {
    noted("disconnect", () -> connections.disconnect(connection.id(), false));
  }

  private Connection noted(String what, Supplier<Connection> change)
      throws ItemException, SiteException {
    requireKey();
    if (audit.isFailing()) {
      throw new SiteException(
          SyncError.Reason.NOT_STORED,
          "The audit log can't be written, and what can't be written down is not done; see the"
              + " registry's log");
    }
    Connection connection = taken(change);
    tally.changed();
    AuditEntry entry =
        new AuditEntry(
            clock.instant(),
            request.principal().id(),
            request.principal().name(),
            request.from(),
            OPERATION + what,
            connection.id(),
            Outcome.DONE,
            OK,
            null,
            null);
    boolean written =
        audit.write(entry).completeOnTimeout(false, AUDIT_SECONDS, TimeUnit.SECONDS).join();
    if (!written) {
      throw new ItemException(
          SyncError.Reason.NOT_STORED,
          null,
          "The change was made, but may not be in the audit log; see the registry's log");
    }
    return connection;
  }

  private static <T> T taken(Supplier<T> change) throws ItemException {
    try {
      return change.get();
    } catch (IntakeException e) {
      throw new ItemException(e.reason(), attribute(e.field()), e.getMessage());
    } catch (RegistryException.NameTaken e) {
      throw new ItemException(SyncError.Reason.NAME_TAKEN, Node.TITLE, e.getMessage());
    } catch (RegistryException e) {
      throw new ItemException(SyncError.Reason.INVALID, null, e.getMessage());
    } catch (StoreException e) {
      throw new ItemException(
          SyncError.Reason.NOT_STORED, null, "The database refused the change; see its log");
    }
  }

  /** The node's field that a field of a registration comes from. */
  private static @Nullable String attribute(String field) {
    return switch (field.split("/", 2)[0]) {
      case "name" -> Node.TITLE;
      case "type" -> Node.TYPE;
      case "protocol" -> Node.PROTOCOL;
      case "endpoint" -> Node.ENDPOINT;
      case "capabilities" -> Node.CAPABILITIES;
      case "metadata" -> Node.METADATA;
      case "healthCheck" -> Node.HEALTH_CHECK;
      default -> null;
    };
  }
}
