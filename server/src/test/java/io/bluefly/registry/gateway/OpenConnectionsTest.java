package io.bluefly.registry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How many connections clients have. */
class OpenConnectionsTest {
  private static InetSocketAddress at(String host) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(host), 1);
  }

  private static OpenConnections with(Map<String, String> settings) {
    return new OpenConnections(TestLimits.of(settings), () -> 0);
  }

  private static List<Runnable> enter(OpenConnections open, String host, int tries)
      throws Exception {
    List<Runnable> places = new ArrayList<>();
    for (int i = 0; i < tries; i++) {
      Runnable place = open.enter(at(host));
      if (place != null) {
        places.add(place);
      }
    }
    return places;
  }

  @Test
  void anAddressHasSoManyAndOthersAsManyAgain() throws Exception {
    OpenConnections open = with(Map.of("connections-per-address", "3"));
    List<Runnable> places = enter(open, "192.0.2.1", 10);
    assertThat(places).hasSize(3);
    assertThat(enter(open, "192.0.2.2", 10)).hasSize(3);
    assertThat(enter(open, "127.0.0.1", 10)).hasSize(3);
    places.getFirst().run();
    assertThat(enter(open, "192.0.2.1", 10)).hasSize(1);
    assertThat(open.count()).isEqualTo(9);
  }

  @Test
  void loopbackHasAnyUnlessItIsSaid() throws Exception {
    OpenConnections open = with(Map.of());
    assertThat(enter(open, "192.0.2.1", 5_000)).hasSize(4096);
    assertThat(enter(open, "127.0.0.1", 5_000)).hasSize(5_000);
  }

  @Test
  void allTogetherHaveSoMany() throws Exception {
    OpenConnections open = with(Map.of("max-connections", "4"));
    List<Runnable> places = enter(open, "192.0.2.1", 3);
    assertThat(enter(open, "127.0.0.1", 3)).hasSize(1);
    places.forEach(Runnable::run);
    assertThat(enter(open, "127.0.0.1", 9)).hasSize(3);
  }
}
