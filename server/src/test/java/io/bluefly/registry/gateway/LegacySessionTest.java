package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LegacySessionTest {
  private static final String LOG = "\"notifications/message\",\"params\":{\"level\":\"%s\"}";

  private final List<String> heard = new ArrayList<>();
  private final LegacySession session = session();

  private static RpcMessage message(String members) {
    return RpcMessage.ofOwn(("{\"jsonrpc\":\"2.0\"," + members + "}").getBytes(UTF_8));
  }

  private static LegacySession session() {
    return new LegacySession(
        "id",
        new OneConnection("c"),
        Principal.ANYBODY,
        message("\"id\":1,\"method\":\"initialize\",\"params\":{\"capabilities\":{}}"));
  }

  @BeforeEach
  void listen() {
    session.attach(
        new ClientStream() {
          @Override
          public void event(byte[] json) {
            heard.add(new String(json, UTF_8));
          }

          @Override
          public void endStream() {}
        });
  }

  private void say(String methodAndParams) {
    session.hear("c", message("\"method\":" + methodAndParams));
  }

  private final class Stream implements ClientStream {
    private boolean ended;

    @Override
    public void event(byte[] json) {}

    @Override
    public void endStream() {
      ended = !Thread.holdsLock(session); // What its client asks next is served at once.
    }
  }

  @Test
  void aStreamEndsOutsideTheLockAndAfterTheSessionNoneBegins() {
    Stream first = new Stream();
    Stream second = new Stream();
    assertThat(session.attach(first)).isTrue();
    assertThat(session.attach(second)).isTrue();
    assertThat(first.ended).isTrue();
    session.close();
    assertThat(second.ended).isTrue();
    assertThat(session.attach(new Stream())).isFalse();
  }

  @Test
  void aSharedSessionsLogsGoToWhomeverHasSetALevel() {
    say(LOG.formatted("emergency"));
    assertThat(heard).isEmpty();
    session.setLevel(LogLevel.WARNING);
    say(LOG.formatted("info"));
    say(LOG.formatted("of its own"));
    assertThat(heard).isEmpty();
    say(LOG.formatted("warning"));
    assertThat(heard).hasSize(1);
  }

  @Test
  void whatMayBeAboutAnotherClientIsNotTold() {
    say("\"notifications/progress\",\"params\":{\"progressToken\":1}");
    say("\"notifications/elicitation/complete\",\"params\":{\"elicitationId\":\"e\"}");
    say("\"notifications/cancelled\",\"params\":{\"requestId\":1}");
    say("\"notifications/unknown\"");
    say("\"notifications/resources/updated\",\"params\":{\"uri\":\"u\"}");
    assertThat(heard).isEmpty();
    session.subscribed("u");
    say("\"notifications/resources/updated\",\"params\":{\"uri\":\"u\"}");
    say("\"notifications/tools/list_changed\"");
    say("\"notifications/prompts/list_changed\"");
    say("\"notifications/resources/list_changed\"");
    assertThat(heard).hasSize(4);
  }

  @Test
  void aSessionRemembersABoundedNumberOfSubscriptions() {
    for (int i = 0; i < LegacySession.MAX_URIS; i++) {
      assertThat(session.subscribed("u" + i)).isTrue();
    }
    assertThat(session.subscribed("u0")).isFalse();
    assertThat(session.maySubscribe("u0")).isTrue();
    assertThat(session.subscribed("more")).isFalse();
    assertThat(session.uris()).hasSize(LegacySession.MAX_URIS).doesNotContain("more");
  }
}
