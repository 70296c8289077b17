package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.SubscriptionFilter;
import io.netty.util.HashedWheelTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One stream tells of all resources that a session is subscribed to. */
class ResourceListenTest {
  /** A listen that the server has got. */
  private record Asked(String id, List<String> uris) {}

  private final HashedWheelTimer timers = new HashedWheelTimer(10, TimeUnit.MILLISECONDS);
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final List<String> cancelled = new CopyOnWriteArrayList<>();
  private final List<String> updates = new CopyOnWriteArrayList<>();
  private final ChannelSession session = new ChannelSession(new Server(), timers);
  private final ResourceListen listen =
      new ResourceListen(session, message -> updates.add(String.valueOf(message.target())));
  private volatile boolean refuses;

  {
    session.introduce(KnownServer.of(Era.MODERN, Transport.STDIO));
  }

  /** Acknowledges all but what is called bad; where it refuses, a bad one spoils the request. */
  private final class Server implements MessageChannel {
    @Override
    public boolean send(byte[] json) {
      try {
        RpcMessage message = RpcMessage.parse(json);
        if (message.kind() == RpcMessage.Kind.NOTIFICATION) {
          cancelled.add(new String(json, UTF_8));
          return true;
        }
        Asked listening = new Asked(message.idText(), SubscriptionFilter.of(message).uris());
        asked.add(listening);
        answer(listening);
        return true;
      } catch (MalformedMessageException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {}
  }

  private void answer(Asked listening) {
    String good =
        listening.uris.stream()
            .filter(uri -> !uri.startsWith("bad"))
            .map(uri -> "\"" + uri + "\"")
            .collect(Collectors.joining(","));
    if (refuses && listening.uris.stream().anyMatch(uri -> uri.startsWith("bad"))) {
      receive(
          "{\"jsonrpc\":\"2.0\",\"id\":"
              + listening.id
              + ",\"error\":{\"code\":-32602,\"message\":\"no\"}}");
    } else {
      tell(
          listening.id,
          "subscriptions/acknowledged",
          "\"notifications\":{\"resourceSubscriptions\":[" + good + "]}");
    }
  }

  private void tell(String subscription, String method, String params) {
    receive(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
            + method
            + "\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":"
            + subscription
            + "},"
            + params
            + "}}");
  }

  private void receive(String json) {
    session.message(json.getBytes(UTF_8));
  }

  @AfterEach
  void stop() {
    session.closed(new UpstreamException(FailureReason.EXITED, "the test is over"), List.of());
    timers.stop();
  }

  private boolean confirmed(ResourceSubscription subscription) throws Exception {
    return subscription.confirmed().get(5, TimeUnit.SECONDS).error() == null;
  }

  @Test
  void aThousandResourcesNeedOneStreamAndNoMoreAreTaken() throws Exception {
    List<ResourceSubscription> all = new ArrayList<>();
    for (int i = 0; i < ResourceListen.MAX_URIS; i++) {
      all.add(listen.subscribe("r" + i));
    }
    assertThat(confirmed(listen.subscribe("one more"))).isFalse();
    for (ResourceSubscription each : all) {
      assertThat(confirmed(each)).isTrue();
    }
    assertThat(asked.size() - cancelled.size()).isEqualTo(1);
    assertThat(asked).hasSizeLessThan(50);
  }

  @Test
  void aUriThatIsTooLongIsRefused() throws Exception {
    assertThat(confirmed(listen.subscribe("r".repeat(ResourceListen.MAX_URI_BYTES + 1)))).isFalse();
    assertThat(asked).isEmpty();
  }

  @Test
  void aChangeOpensANewStreamBeforeTheOldOneEnds() throws Exception {
    ResourceSubscription a = listen.subscribe("a");
    assertThat(confirmed(a)).isTrue();
    ResourceSubscription b = listen.subscribe("b");
    assertThat(confirmed(b)).isTrue();
    assertThat(asked).extracting(Asked::uris).containsExactly(List.of("a"), List.of("a", "b"));
    await().until(() -> cancelled.size() == 1);
    assertThat(cancelled.getFirst()).contains(asked.getFirst().id);
    tell(asked.get(1).id, "resources/updated", "\"uri\":\"b\"");
    assertThat(updates).containsExactly("b");
    a.close();
    await().until(() -> asked.size() == 3 && cancelled.size() == 2);
    assertThat(asked.get(2).uris).containsExactly("b");
    b.close();
    await().until(() -> cancelled.size() == 3);
    assertThat(asked).hasSize(3);
  }

  @Test
  void whatIsWantedAgainAtOnceStillStands() throws Exception {
    ResourceSubscription before = listen.subscribe("a");
    assertThat(confirmed(before)).isTrue();
    before.close();
    assertThat(confirmed(listen.subscribe("a"))).isTrue();
    assertThat(asked).hasSize(1);
    assertThat(cancelled).isEmpty();
  }

  @Test
  void whatTheAcknowledgementDoesNotNameIsRefused() throws Exception {
    ResourceSubscription good = listen.subscribe("good");
    ResourceSubscription bad = listen.subscribe("bad");
    assertThat(confirmed(good)).isTrue();
    assertThat(confirmed(bad)).isFalse();
    assertThat(bad.isOpen()).isFalse();
  }

  @Test
  void aResourceThatSpoilsTheRequestIsRefusedAlone() throws Exception {
    refuses = true;
    ResourceSubscription first = listen.subscribe("a");
    ResourceSubscription bad = listen.subscribe("bad");
    ResourceSubscription last = listen.subscribe("b");
    assertThat(confirmed(first)).isTrue();
    assertThat(confirmed(bad)).isFalse();
    assertThat(confirmed(last)).isTrue();
  }

  @Test
  void aStreamThatEndsIsOpenedAgain() throws Exception {
    assertThat(confirmed(listen.subscribe("a"))).isTrue();
    receive("{\"jsonrpc\":\"2.0\",\"id\":" + asked.getFirst().id + ",\"result\":{}}");
    await().until(() -> asked.size() == 2);
    assertThat(asked.get(1).uris).containsExactly("a");
    tell(asked.get(1).id, "resources/updated", "\"uri\":\"a\"");
    assertThat(updates).containsExactly("a");
  }
}
