package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.netty.util.HashedWheelTimer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls over a channel: how long they may take, and whose messages are whose. */
class ChannelSessionTest implements UpstreamSession.Listener {
  private static final String QUESTION =
      "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"elicitation/create\",\"params\":{}}";

  private final HashedWheelTimer timers = new HashedWheelTimer(10, TimeUnit.MILLISECONDS);
  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AwaitedCall call = new AwaitedCall();
  private final ChannelSession session = new ChannelSession(new Recorder(), timers);
  private boolean answers = true;

  /** A channel to nobody. */
  private final class Recorder implements MessageChannel {
    @Override
    public boolean send(byte[] json) {
      sent.add(new String(json, UTF_8));
      return true;
    }

    @Override
    public void close() {}
  }

  @Override
  public void notification(RpcMessage message) {
    heard.add(message.method());
  }

  @Override
  public boolean request(RpcMessage message) {
    return answers;
  }

  @AfterEach
  void stop() {
    timers.stop();
  }

  private void call(Duration timeout) throws Exception {
    session.listen(this);
    call.begin(session, timeout);
  }

  private void receive(String json) {
    session.message(json.getBytes(UTF_8));
  }

  @Test
  void theDeadlineStandsStillWhileTheServerWaitsForAnAnswerAndThenBeginsAnew() throws Exception {
    call(Duration.ofMillis(400));
    receive(QUESTION);
    assertThatThrownBy(() -> call.failure.get(1200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    long answered = System.nanoTime();
    session.send(RpcReply.result("\"q\"", "{}"));
    assertThat(call.failure.get(5, TimeUnit.SECONDS).kind()).isEqualTo(CallFailure.Kind.TIMEOUT);
    assertThat(System.nanoTime() - answered).isGreaterThan(390_000_000L);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aQuestionThatNobodyAnswersStopsNoDeadline(boolean takenBack) throws Exception {
    answers = takenBack;
    call(Duration.ofMillis(400));
    receive(QUESTION);
    if (takenBack) {
      receive(
          "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
              + "\"params\":{\"requestId\":\"q\"}}");
    }
    assertThat(call.failure.get(5, TimeUnit.SECONDS).kind()).isEqualTo(CallFailure.Kind.TIMEOUT);
  }

  @Test
  void progressOfNoOpenCallIsNobodys() throws Exception {
    call(Duration.ofSeconds(5));
    receive(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
            + "\"params\":{\"progressToken\":77,\"progress\":1}}");
    receive("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
    assertThat(heard).containsExactly("notifications/tools/list_changed");
  }

  @Test
  void aCallThatWasStillQueuedWhenTheChannelEndedDidNotReachTheServer() throws Exception {
    call(Duration.ofSeconds(5));
    session.closed(
        new UpstreamException(FailureReason.EXITED, "it crashed"),
        List.of(sent.getLast().getBytes(UTF_8)));
    assertThat(call.failure.get().kind()).isEqualTo(CallFailure.Kind.UNAVAILABLE);
  }

  @Test
  void aCallThatWasSentWhenTheChannelEndedMayHaveRun() throws Exception {
    call(Duration.ofSeconds(5));
    session.closed(new UpstreamException(FailureReason.EXITED, "it crashed"), List.of());
    assertThat(call.failure.get().kind()).isEqualTo(CallFailure.Kind.LOST);
  }
}
