package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.gateway.RelayedAnswer.BadAnswerException;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.HttpHead;
import java.io.ByteArrayOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is seen of a server's answer on its way. */
class RelayedAnswerTest {
  private static final int LIMIT = 1000;
  private static final String RESULT = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";

  @SuppressWarnings("NullAway") // Neither sealed nor made again: no lease, no quest.
  private static RelayedAnswer answer(int status, String type) throws Exception {
    RpcMessage request =
        RpcMessage.parse(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}".getBytes(UTF_8));
    HttpHead head = new HttpHead(status, name -> "content-type".contentEquals(name) ? type : null);
    return RelayedAnswer.of(head, new Routed(null, request, null, null, null, null), false, LIMIT);
  }

  private static RelayedAnswer body(int status) throws Exception {
    return answer(status, "application/json");
  }

  private static void pass(RelayedAnswer answer, String part) throws BadAnswerException {
    answer.pass(part.getBytes(UTF_8));
  }

  @Test
  void aBodyInManyPartsIsPutTogether() throws Exception {
    RelayedAnswer answer = body(200);
    for (int i = 0; i < RESULT.length(); i++) {
      pass(answer, RESULT.substring(i, i + 1));
    }
    assertThat(answer.end()).asString(UTF_8).isEqualTo(RESULT);
    assertThat(answer.outcome()).isEqualTo(Outcome.OK);
  }

  @Test
  void aBodyMayHaveAsManyBytesAsTheLimitSays() throws Exception {
    RelayedAnswer answer = body(200);
    pass(answer, RESULT);
    pass(answer, " ".repeat(LIMIT - RESULT.length()));
    assertThatThrownBy(() -> pass(answer, " ")).hasMessageContaining("more than 1000 bytes");
    assertThat(answer.end()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"400, ERROR_ANSWER, false", "429, ERROR_ANSWER, false", "500, FAILED, true"})
  void aStatusWithoutAMessageIsAnAnswerUnlessTheServerFailed(
      int status, Outcome outcome, boolean fault) throws Exception {
    RelayedAnswer answer = body(status);
    pass(answer, "<html>no</html>");
    assertThat(answer.end()).asString(UTF_8).isEqualTo("<html>no</html>");
    assertThat(answer.outcome()).isEqualTo(outcome);
    assertThat(answer.isServersFault()).isEqualTo(fault);
  }

  @Test
  void aStreamIsAnsweredOnceTheResponseHasPassed() throws Exception {
    RelayedAnswer answer = answer(200, "text/event-stream");
    pass(answer, "data: " + RESULT + "\n");
    assertThat(answer.isAnswered()).isFalse();
    pass(answer, "\n");
    assertThat(answer.isAnswered()).isTrue();
    assertThatThrownBy(() -> pass(answer, "data: garbage\n\n"))
        .isInstanceOf(BadAnswerException.class);
    assertThat(answer.isAnswered()).isTrue();
    assertThat(answer.outcome()).isEqualTo(Outcome.OK);
  }

  @Test
  void aResponseThatIsNotPassedOnIsNoAnswer() throws Exception {
    RelayedAnswer answer = answer(200, "text/event-stream");
    assertThatThrownBy(() -> pass(answer, "data: " + RESULT + "\n\ndata: garbage\n\n"))
        .isInstanceOf(BadAnswerException.class);
    assertThat(answer.isAnswered()).isFalse();
  }

  /** A bomb stays as small as it came: nobody asked for it. */
  @Test
  void aCompressedAnswerIsNone() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(RESULT.getBytes(UTF_8));
    }
    RelayedAnswer answer = body(200);
    answer.pass(packed.toByteArray());
    assertThatThrownBy(answer::end).isInstanceOf(BadAnswerException.class);
  }
}
