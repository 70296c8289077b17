package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.drupal.Conflict.Resolution;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has to be copied where, so that a connection and its node are in step: a field that one side
 * has changed since they last were goes to the other; one that both have changed is a conflict, and
 * the policy says whose value counts. What a sync in one direction may not change stays as it is.
 *
 * @param toDrupal fields that go from the registry to Drupal
 * @param toRegistry fields that go from Drupal to the registry
 * @param inStep fields that are in step when all that is done
 */
record Merge(
    Set<SyncField> toDrupal,
    Set<SyncField> toRegistry,
    Set<SyncField> inStep,
    List<Conflict> conflicts) {

  /** What to do by {@code mode} and {@code policy}. */
  static Merge of(
      Link link, Connection connection, Node node, SyncMode mode, ConflictPolicy policy) {
    Merge merge =
        new Merge(
            EnumSet.noneOf(SyncField.class),
            EnumSet.noneOf(SyncField.class),
            EnumSet.noneOf(SyncField.class),
            new ArrayList<>());
    for (SyncField field : SyncField.values()) {
      merge.add(field, link, connection, node, mode, policy);
    }
    return merge;
  }

  /** Whether the registry's side is another than when they were in step, if they ever were. */
  static boolean isChangedHere(Link link, Connection connection) {
    Map<SyncField, Link.Agreed> base = link.known();
    return Arrays.stream(SyncField.values())
        .anyMatch(field -> isChangedHere(base.get(field), field.localHash(connection)));
  }

  /** Whether Drupal's side is another than when they were in step, or than it was written. */
  static boolean isChangedThere(Link link, Node node) {
    Map<SyncField, Link.Agreed> base = link.known();
    return Arrays.stream(SyncField.values())
        .anyMatch(field -> isChangedThere(base.get(field), field.remoteHash(node), link, node));
  }

  private static boolean isChangedHere(Link.@Nullable Agreed agreed, String local) {
    return agreed == null || !agreed.local().equals(local);
  }

  private static boolean isChangedThere(
      Link.@Nullable Agreed agreed, String remote, Link link, Node node) {
    return agreed == null
        ? !isAsWritten(node, link.connectionId())
        : !agreed.remote().equals(remote);
  }

  private void add(
      SyncField field,
      Link link,
      Connection connection,
      Node node,
      SyncMode mode,
      ConflictPolicy policy) {
    String local = field.localHash(connection);
    String remote = field.remoteHash(node);
    Link.Agreed agreed = link.known().get(field);
    boolean changedHere = isChangedHere(agreed, local);
    boolean changedThere = isChangedThere(agreed, remote, link, node);
    if (local.equals(remote) || !(changedHere || changedThere)) {
      inStep.add(field);
    } else if (!changedThere) {
      push(field, mode);
    } else if (!changedHere) {
      pull(field, mode);
    } else {
      decide(field, connection, node, mode, policy);
    }
  }

  /** Leaves a field as it is on both sides. */
  void leave(SyncField field) {
    toRegistry.remove(field);
    toDrupal.remove(field);
    inStep.remove(field);
    conflicts.replaceAll(
        conflict -> conflict.field().equals(field.attribute()) ? conflict.unresolved() : conflict);
  }

  /**
   * Whether a node is as it was written last for a connection: then it was changed by nobody else.
   * Another registry would have written it for one of its own.
   */
  static boolean isAsWritten(Node node, String connectionId) {
    return node.text(Node.HASH).equals(NodeContent.hash(node, connectionId));
  }

  private boolean push(SyncField field, SyncMode mode) {
    if (mode.pushes()) {
      toDrupal.add(field);
      inStep.add(field);
    }
    return mode.pushes();
  }

  private boolean pull(SyncField field, SyncMode mode) {
    if (mode.pulls()) {
      toRegistry.add(field);
      inStep.add(field);
    }
    return mode.pulls();
  }

  private void decide(
      SyncField field, Connection connection, Node node, SyncMode mode, ConflictPolicy policy) {
    Resolution wanted = winner(policy, connection.updatedAt(), node.changedAt());
    boolean done =
        switch (wanted) {
          case REGISTRY -> push(field, mode);
          case DRUPAL -> pull(field, mode);
          case UNRESOLVED -> false;
        };
    conflicts.add(
        new Conflict(
            connection.id(),
            node.id(),
            field.attribute(),
            done ? wanted : Resolution.UNRESOLVED,
            message(field, wanted, done, mode)));
  }

  /** Whose value counts where both were changed. */
  static Resolution winner(ConflictPolicy policy, Instant here, @Nullable Instant there) {
    return switch (policy) {
      case REGISTRY -> Resolution.REGISTRY;
      case DRUPAL -> Resolution.DRUPAL;
      case NEWEST ->
          there != null && there.isAfter(here.truncatedTo(ChronoUnit.SECONDS))
              ? Resolution.DRUPAL
              : Resolution.REGISTRY;
      case MANUAL -> Resolution.UNRESOLVED;
    };
  }

  private static String message(SyncField field, Resolution wanted, boolean done, SyncMode mode) {
    String what = "Both sides have changed " + field.attribute() + ": ";
    if (wanted == Resolution.UNRESOLVED) {
      return what + "make them equal, or sync with another conflictPolicy";
    }
    String winner = wanted == Resolution.REGISTRY ? "the registry's" : "Drupal's";
    return done
        ? what + winner + " value was taken"
        : what + winner + " value counts, but syncMode " + mode.wire() + " does not copy it";
  }
}
