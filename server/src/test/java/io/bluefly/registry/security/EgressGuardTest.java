package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** To which address a connection is made. */
class EgressGuardTest {
  private static final AddressRules STRICT = new AddressRules(false, List.of());

  private final AtomicInteger lookups = new AtomicInteger();

  /** A name server that gives another answer each time, the last one for ever. */
  private EgressGuard answering(String... answers) {
    return new EgressGuard(
        STRICT,
        name -> {
          int now = Math.min(lookups.getAndIncrement(), answers.length - 1);
          List<InetAddress> addresses = new ArrayList<>();
          for (String address : answers[now].split("\\s+", -1)) {
            addresses.add(InetAddress.ofLiteral(address));
          }
          return addresses;
        },
        Duration.ofSeconds(20));
  }

  private static InetAddress got(EgressGuard guard, String host) throws Exception {
    return guard.resolve(host).get(20, TimeUnit.SECONDS);
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aNameIsLookedUpOnceAndThatIsTheAddress() throws Exception {
    EgressGuard rebinding = answering("1.2.3.4", "169.254.169.254");
    assertThat(got(rebinding, "rebinding.example")).isEqualTo(InetAddress.ofLiteral("1.2.3.4"));
    assertThat(lookups).hasValue(1);
    assertThatThrownBy(() -> got(rebinding, "rebinding.example"))
        .hasCauseInstanceOf(EgressRefusedException.class)
        .hasMessageContaining("rebinding.example may never be reached");
    assertThat(lookups).hasValue(2);
  }

  @Test
  void theFirstAddressIsTakenWhereAllArePermitted() throws Exception {
    assertThat(got(answering("2606:4700::1111 1.1.1.1"), "two.example"))
        .isEqualTo(InetAddress.ofLiteral("2606:4700::1111"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2.3.4 127.0.0.1", "10.0.0.1 1.2.3.4", "1.2.3.4 ::ffff:127.0.0.1"})
  void oneForbiddenAddressForbidsTheName(String answer) {
    assertThatThrownBy(() -> got(answering(answer), "mixed.example"))
        .hasCauseInstanceOf(EgressRefusedException.class)
        .hasMessageContaining("MCP_REGISTRY_EGRESS_ALLOWED");
  }

  @Test
  void aLookupHasADeadline() {
    CountDownLatch end = new CountDownLatch(1);
    EgressGuard silent =
        new EgressGuard(
            STRICT,
            name -> {
              await(end);
              return List.of();
            },
            Duration.ofMillis(50));
    assertThatThrownBy(() -> got(silent, "silent.example"))
        .hasCauseInstanceOf(ConnectException.class)
        .hasMessageContaining("silent.example could not be looked up within 50 ms");
    end.countDown();
  }

  @Test
  void lookupsAreBoundedAndLiteralsDoNotWaitForThem() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    AtomicInteger most = new AtomicInteger();
    EgressGuard busy =
        new EgressGuard(
            STRICT,
            name -> {
              most.incrementAndGet();
              await(end);
              throw new UnknownHostException(name);
            },
            Duration.ofSeconds(30));
    List<CompletableFuture<InetAddress>> all = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      all.add(busy.resolve("name-" + i + ".example"));
    }
    assertThat(all.stream().filter(CompletableFuture::isCompletedExceptionally)).hasSize(944);
    assertThat(busy.resolve("1.2.3.4")).isCompleted();
    assertThat(most.get()).isLessThanOrEqualTo(32);
    end.countDown();
    assertThatThrownBy(() -> all.getFirst().get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(UnknownHostException.class)
        .hasMessageContaining("the name name-0.example has no address");
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3.4, 1.2.3.4",
    "[2606:4700::1111], 2606:4700::1111",
    "2606:4700::1, 2606:4700::1"
  })
  void aLiteralIsThereAtOnceWithoutALookup(String host, String address) {
    assertThat(answering("9.9.9.9").resolve(host))
        .isCompletedWithValue(InetAddress.ofLiteral(address));
    assertThat(lookups).hasValue(0);
  }

  /** What resolvers take for addresses, each its own way. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0X7F.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.0.0.01",
        "127.0.0.1.",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.999",
        "a.1",
        "a.0x",
        "[::ffff:1.2.3.4]",
        "[::FFFF:102:304]",
        "[fe80::1%eth0]",
        "[1.2.3.4]",
        "[::1",
        "",
        "a b",
        "１２７.0.0.1"
      })
  void whatMayMeanSeveralAddressesIsRefusedWithoutALookup(String host) {
    EgressGuard guard = answering("1.2.3.4");
    assertThatThrownBy(() -> got(guard, host))
        .hasCauseInstanceOf(EgressRefusedException.class)
        .hasMessageContaining(host.startsWith("[::f") || host.startsWith("[::F") ? "hides" : "");
    assertThat(guard.refusal(host)).isNotNull();
    assertThat(lookups).hasValue(0);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, MCP_REGISTRY_EGRESS_LOOPBACK",
    "[::1], MCP_REGISTRY_EGRESS_LOOPBACK",
    "10.1.2.3, MCP_REGISTRY_EGRESS_ALLOWED",
    "169.254.169.254, never"
  })
  void aRefusalOfALiteralSaysWhatToDo(String host, String says) {
    assertThat(Objects.requireNonNull(answering("1.2.3.4").refusal(host)))
        .startsWith(host)
        .contains(says);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "server.example", "a-1.b_2.example.", "1st.example", "0x.a"})
  void namesAreLookedUp(String host) throws Exception {
    assertThat(answering("1.2.3.4").refusal(host)).isNull();
    assertThat(got(answering("1.2.3.4"), host)).isEqualTo(InetAddress.ofLiteral("1.2.3.4"));
  }

  @Test
  void aRefusalOfANameDoesNotTellWhereItLeads() {
    for (String address : List.of("10.1.2.3", "127.0.0.1", "169.254.169.254")) {
      assertThatThrownBy(() -> got(answering(address), "inner.example"))
          .hasMessageContaining("inner.example ")
          .hasMessageNotContaining(address);
    }
  }

  @Test
  void aRefusalOfNat64SaysSo() {
    assertThat(answering("1.2.3.4").refusal("[64:ff9b::7f00:1]")).contains("NAT64");
    assertThat(answering("1.2.3.4").refusal("[64:ff9b:1::1]")).contains("NAT64");
    assertThatThrownBy(() -> AddressRules.of(false, List.of("64:ff9b::/96")))
        .hasMessageContaining("NAT64");
  }

  @Test
  void aNameIsLookedUpOnceForAllWhoAskMeanwhile() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    EgressGuard slow =
        new EgressGuard(
            STRICT,
            name -> {
              lookups.incrementAndGet();
              await(end);
              return List.of(InetAddress.ofLiteral("1.2.3.4"));
            },
            Duration.ofSeconds(20));
    List<CompletableFuture<InetAddress>> all = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      all.add(slow.resolve("slow.example"));
    }
    CompletableFuture<InetAddress> other = slow.resolve("other.example");
    end.countDown();
    for (CompletableFuture<InetAddress> one : all) {
      assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(InetAddress.ofLiteral("1.2.3.4"));
    }
    other.get(20, TimeUnit.SECONDS);
    assertThat(lookups).hasValue(2);
    got(slow, "slow.example");
    assertThat(lookups).hasValue(3);
  }
}
