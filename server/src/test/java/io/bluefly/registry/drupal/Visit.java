package io.bluefly.registry.drupal;

import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A Drupal site, and who asks it. */
final class Visit implements AutoCloseable {
  /** How long a request may take. */
  static final Duration DEADLINE = Duration.ofSeconds(5);

  final ManualClock clock = new ManualClock(Samples.MOMENT);
  final DrupalSite site;
  final Patience patience = new Patience(Duration.ofSeconds(5), Duration.ofMinutes(1));

  /** How many writes were told of, those with an answer that was lost among them. */
  final AtomicInteger written = new AtomicInteger();

  private final Vertx vertx = Vertx.vertx();

  Visit() throws Exception {
    this.site = DrupalSite.start(clock);
  }

  SiteClient client() throws Exception {
    return client(CredentialScheme.X_API_KEY, DrupalSite.SYNC_KEY, DEADLINE);
  }

  SiteClient client(CredentialScheme scheme, String key, Duration deadline) throws Exception {
    SiteAddress address = SiteAddress.parse(site.origin().toString());
    return new SiteClient(
        new DrupalHttp(vertx, deadline, 4),
        new Site(address, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), scheme, key),
        patience);
  }

  Nodes nodes() throws Exception {
    return new Nodes(client(), written::incrementAndGet);
  }

  Nodes nodes(CredentialScheme scheme, String key) throws Exception {
    return new Nodes(client(scheme, key, DEADLINE), written::incrementAndGet);
  }

  /** The next request, whichever it is, is answered like this. */
  void answer(int status, Map<String, String> headers, String body) {
    site.answer(_ -> true, 1, new Canned(status, headers, body));
  }

  /** The next request, whichever it is, is answered with this document of JSON:API. */
  void answer(int status, String body) {
    answer(status, Map.of("Content-Type", SiteAnswer.JSON_API), body.replace('\'', '"'));
  }

  @Override
  public void close() {
    site.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
