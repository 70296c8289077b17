package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.security.AddressRules.Verdict;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses may be reached. */
class AddressRulesTest {
  private static final AddressRules STRICT = new AddressRules(false, List.of());

  /** Even who allows everything that can be allowed does not get to these. */
  private static final AddressRules OPEN =
      AddressRules.of(true, List.of("0.0.0.0/0", "2000::/3", "fc00::/7", "::1"));

  private static Verdict verdict(AddressRules rules, String address) throws Exception {
    return rules.of(InetAddress.getByName(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::7f00:1",
        "::169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2a00:1450:4001::5efe:7f00:1",
        "2a00:1450:4001:0:200:5efe:7f00:1",
        "3fff::1",
        "5f00::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "feff::1",
        "ff02::1",
        "ff0e::1"
      })
  void someAreNeverReachedWhateverIsAllowed(String address) throws Exception {
    assertThat(verdict(STRICT, address)).isEqualTo(Verdict.NEVER);
    assertThat(verdict(OPEN, address)).isEqualTo(Verdict.NEVER);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, LOOPBACK",
    "127.255.255.254, LOOPBACK",
    "::1, LOOPBACK",
    "::ffff:127.0.0.1, LOOPBACK",
    "10.0.0.1, PRIVATE",
    "172.16.0.1, PRIVATE",
    "172.31.255.255, PRIVATE",
    "192.168.1.1, PRIVATE",
    "100.64.0.1, PRIVATE",
    "fc00::1, PRIVATE",
    "fdff::1, PRIVATE"
  })
  void othersAreReachedWhereThatIsConfigured(String address, Verdict verdict) throws Exception {
    assertThat(verdict(STRICT, address)).isEqualTo(verdict);
    assertThat(verdict(OPEN, address)).isEqualTo(Verdict.PERMITTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1111"
      })
  void publicOnesAreReached(String address) throws Exception {
    assertThat(verdict(STRICT, address)).isEqualTo(Verdict.PERMITTED);
  }

  @Test
  void whatIsAllowedIsThatAndNoMore() throws Exception {
    AddressRules rules = AddressRules.of(false, List.of("10.1.0.0/16", " 127.0.0.2", "fd12::/15"));
    assertThat(verdict(rules, "10.1.255.255")).isEqualTo(Verdict.PERMITTED);
    assertThat(verdict(rules, "10.2.0.0")).isEqualTo(Verdict.PRIVATE);
    assertThat(verdict(rules, "127.0.0.2")).isEqualTo(Verdict.PERMITTED);
    assertThat(verdict(rules, "127.0.0.1")).isEqualTo(Verdict.LOOPBACK);
    assertThat(verdict(rules, "fd13::1")).isEqualTo(Verdict.PERMITTED);
    assertThat(verdict(rules, "fd14::1")).isEqualTo(Verdict.PRIVATE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "10.0.0.1/8",
        "010.0.0.0/8",
        "intranet.example",
        "fd12::/129",
        "::ffff:10.0.0.0/104",
        "169.254.0.0/16",
        "169.254.169.254",
        "fe80::/10",
        "64:ff9b::/96"
      })
  void whatIsNoRangeOrNeverReachedIsRefused(String range) {
    assertThatThrownBy(() -> AddressRules.of(false, List.of(range)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + range + "'");
  }
}
