package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which addresses are one client's. */
class RemoteAddressTest {
  private static InetSocketAddress at(String host) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(host), 1);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "::ffff:192.0.2.1, 192.0.2.1, true",
    "2001:db8:1:2::1, 2001:db8:1:2:ffff::7, true",
    "2001:db8:1:2::1, 2001:db8:1:3::1, false",
    "::1, ::2, false"
  })
  void anIpv6NetworkIsOne(String one, String other, boolean same) throws Exception {
    assertThat(RemoteAddress.key(at(one)).equals(RemoteAddress.key(at(other)))).isEqualTo(same);
  }

  @Test
  void loopbackIsThisMachine() throws Exception {
    assertThat(RemoteAddress.isLoopback(at("127.8.0.1"))).isTrue();
    assertThat(RemoteAddress.isLoopback(at("::1"))).isTrue();
    assertThat(RemoteAddress.isLoopback(at("192.0.2.1"))).isFalse();
  }
}
