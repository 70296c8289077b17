package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HeldCallsTest {
  private static final OnePool HERE = new OnePool("here");

  private final ManualClock clock = new ManualClock(Instant.EPOCH);
  private final HeldCalls held = new HeldCalls(new Sealer("s"), Duration.ofMinutes(1), clock);

  private static RpcMessage call(String more) throws Exception {
    return RpcMessage.parse(
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t\""
                + more
                + "}}")
            .getBytes(UTF_8));
  }

  private RpcMessage retry() throws Exception {
    return call(",\"requestState\":\"" + held.again(HERE, call("")) + "\"");
  }

  @Test
  void aStateIsGoodAtItsAddressOnly() throws Exception {
    RpcMessage retry = retry();
    assertThat(held.isAgain(HERE, retry)).isTrue();
    assertThat(held.isAgain(new OnePool("there"), retry)).isFalse();
  }

  @Test
  void aStateIsGoodAsLongAsAClientIsWaitedFor() throws Exception {
    RpcMessage retry = retry();
    clock.advance(Duration.ofSeconds(59));
    assertThat(held.isAgain(HERE, retry)).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(held.isAgain(HERE, retry)).isFalse();
  }
}
