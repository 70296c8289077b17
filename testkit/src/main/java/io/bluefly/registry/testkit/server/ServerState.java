package io.bluefly.registry.testkit.server;

import java.util.concurrent.atomic.AtomicInteger;

/** What all conversations of one server share. */
final class ServerState {
  private final Options options;
  private final Catalogue catalogue = new Catalogue();
  private final Listeners listeners = new Listeners();
  private final Journal journal = new Journal();
  private final FeatureRequests features = new FeatureRequests(catalogue);
  private final ModernRequests modern = new ModernRequests(this);
  private final Subscriptions subscriptions = new Subscriptions(this);
  private final Tasks tasks = new Tasks(listeners);
  private final LegacySessions sessions = new LegacySessions(this);
  private final AtomicInteger cancelledCalls = new AtomicInteger();

  ServerState(Options options) {
    this.options = options;
    Offer.fill(this);
  }

  Options options() {
    return options;
  }

  /** How it is to treat a request that has come now. */
  Behaviour behaviour() {
    Chaos chaos = options.chaos();
    return chaos == null ? Behaviour.NORMAL : chaos.behaviour();
  }

  Catalogue catalogue() {
    return catalogue;
  }

  Listeners listeners() {
    return listeners;
  }

  Journal journal() {
    return journal;
  }

  FeatureRequests features() {
    return features;
  }

  ModernRequests modern() {
    return modern;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  Tasks tasks() {
    return tasks;
  }

  LegacySessions sessions() {
    return sessions;
  }

  /** How many calls were cancelled while they ran. */
  AtomicInteger cancelledCalls() {
    return cancelledCalls;
  }
}
