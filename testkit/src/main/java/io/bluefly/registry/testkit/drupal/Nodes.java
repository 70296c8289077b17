package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** The content. Every write is atomic; {@link #atomically} holds more than one together. */
final class Nodes {
  private final InstantSource clock;
  private final Map<UUID, Node> nodes = new HashMap<>();
  private long nid;
  private long vid;

  Nodes(InstantSource clock) {
    this.clock = clock;
  }

  synchronized <T> T atomically(Supplier<T> work) {
    return work.get();
  }

  synchronized Optional<Node> find(UUID id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /** In the order in which the site's database gives them when nobody asks for another. */
  synchronized List<Node> byRevision() {
    return nodes.values().stream().sorted(Comparator.comparingLong(Node::vid)).toList();
  }

  synchronized List<Node> byNumber() {
    return nodes.values().stream().sorted(Comparator.comparingLong(Node::nid)).toList();
  }

  /** Makes one under an id that is free. */
  synchronized Node add(UUID id, Account author, Map<String, JsonNode> fields, boolean published) {
    if (nodes.containsKey(id)) {
      throw new IllegalArgumentException("there is a node " + id);
    }
    Instant now = now();
    return put(new Node(id, ++nid, ++vid, author, author, now, now, now, published, true, fields));
  }

  /** A new revision; its time is now only when it differs from {@code read}. */
  synchronized Node revise(Node read, Account by, Map<String, JsonNode> values, boolean published) {
    Node next = read.with(values, published).revision(++vid, by, now());
    return put(next.affected() ? next.changedAt(now()) : next);
  }

  /** A new revision of an editor, which is always of now. */
  synchronized Node edit(UUID id, Map<String, JsonNode> values) {
    Node read = get(id);
    Node next = read.with(values, read.published());
    return put(next.revision(++vid, Account.ADMIN, now()).changedAt(now()));
  }

  /** Publishes it or takes it back, without a new revision. */
  synchronized Node publish(UUID id, boolean published) {
    return put(get(id).with(Map.of(), published).changedAt(now()));
  }

  /** Returns whether it was there. */
  synchronized boolean remove(UUID id) {
    return nodes.remove(id) != null;
  }

  private Node get(UUID id) {
    return find(id).orElseThrow(() -> new IllegalArgumentException("there is no node " + id));
  }

  private Node put(Node node) {
    nodes.put(node.id(), node);
    return node;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }
}
