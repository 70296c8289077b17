package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Scope;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeldCallsTest {
  private static final OnePool HERE = new OnePool("here");
  private static final Principal ME = principal("me");

  private final ManualClock clock = new ManualClock(Instant.EPOCH);
  private final HeldCalls held = new HeldCalls(new Sealer("s"), Duration.ofMinutes(1), clock);

  private static ClientRequest call(OnePool address, Principal principal, String more)
      throws Exception {
    String json =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t\""
            + more
            + "}}";
    return new ClientRequest(
        address,
        RpcMessage.parse(json.getBytes(UTF_8)),
        new NoReply(),
        null,
        Peer.of(new TestHead(principal)));
  }

  /** The retry at {@code address} of a call that was made here, by somebody. */
  private ClientRequest retry(OnePool address, Principal principal) throws Exception {
    String state = held.again(call(HERE, ME, ""));
    return call(address, principal, ",\"requestState\":\"" + state + "\"");
  }

  @Test
  void aStateIsGoodAtItsAddressAndForItsOwnerOnly() throws Exception {
    assertThat(held.isAgain(retry(HERE, ME))).isTrue();
    assertThat(held.isAgain(retry(new OnePool("there"), ME))).isFalse();
    assertThat(held.isAgain(retry(HERE, principal("somebody-else")))).isFalse();
  }

  @Test
  void aStateIsGoodAsLongAsAClientIsWaitedFor() throws Exception {
    ClientRequest retry = retry(HERE, ME);
    clock.advance(Duration.ofSeconds(59));
    assertThat(held.isAgain(retry)).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(held.isAgain(retry)).isFalse();
  }

  private static Principal principal(String id) {
    return new Principal(id, id, Set.of(Permission.CALL), Scope.ALL, null);
  }

  private static final class NoReply implements ClientReply {
    @Override
    public boolean isOver() {
      return false;
    }

    @Override
    public void onClientGone(Runnable action) {}

    @Override
    public void header(String name, String value) {}

    @Override
    public void event(byte[] json) {}

    @Override
    public void finish(int status, byte[] json) {}

    @Override
    public void empty(int status) {}
  }
}
