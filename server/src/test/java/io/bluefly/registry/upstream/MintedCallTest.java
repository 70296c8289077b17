package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.protocol.RpcMessage;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MintedCallTest {
  private static RpcMessage message(String json) throws Exception {
    return RpcMessage.parse(json.replace('\'', '"').getBytes(UTF_8));
  }

  private static MintedCall call(String request) throws Exception {
    return new MintedCall(message(request), 42, OwnRequests.into(new CompletableFuture<>()));
  }

  private static String text(byte[] json) {
    return new String(json, UTF_8).replace('"', '\'');
  }

  @Test
  void idAndTokenAreMintedOnTheWayOutAndPutBackOnTheWayIn() throws Exception {
    MintedCall call =
        call(
            "{'jsonrpc':'2.0','id':'a','method':'tools/call','params':{'x':1.50,'_meta':{'progressToken':'p'}}}");
    assertThat(text(call.outgoing()))
        .isEqualTo(
            "{'jsonrpc':'2.0','id':42,'method':'tools/call','params':{'x':1.50,'_meta':{'progressToken':42}}}");
    assertThat(
            text(call.incoming(message("{'jsonrpc':'2.0','id':42,'result':{'y':1e400}}")).json()))
        .isEqualTo("{'jsonrpc':'2.0','id':'a','result':{'y':1e400}}");
    assertThat(
            text(
                call.incoming(
                        message(
                            "{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':42,'progress':1}}"))
                    .json()))
        .isEqualTo(
            "{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':'p','progress':1}}");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"7, 42, 7", "7, '42', '7'", "'s', 42, 's'", "'s', '42', 's'"})
  void subscriptionIdsComeBackInTheFormThatTheServerUses(
      String id, String fromServer, String expected) throws Exception {
    MintedCall call =
        call("{'jsonrpc':'2.0','id':" + id + ",'method':'subscriptions/listen','params':{}}");
    String notification =
        "{'jsonrpc':'2.0','method':'notifications/tools/list_changed','params':"
            + "{'_meta':{'io.modelcontextprotocol/subscriptionId':%s}}}";
    assertThat(text(call.incoming(message(notification.formatted(fromServer))).json()))
        .isEqualTo(notification.formatted(expected));
  }

  @Test
  void pausesDoubleUpToTheLimitAndAreSpread() {
    Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(60));
    Random random = new Random(1);
    for (int failures = 1; failures < 100; failures++) {
      long full = Math.min(60_000, 500L << Math.min(failures - 1, 20));
      assertThat(backoff.pause(failures, random).toMillis()).isBetween(full / 2, full);
    }
  }
}
