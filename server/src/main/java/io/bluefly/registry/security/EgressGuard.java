package io.bluefly.registry.security;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Says to which address a connection to a host is made, if any. A name is looked up once for each
 * connection, or once for several that begin at the same time, and what came out is what is
 * connected to: a second lookup might say something else (DNS rebinding). All addresses of a name
 * have to be permitted, and the first one is taken.
 */
public final class EgressGuard {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  /**
   * Lookups at once. Threads of the platform: the machine's lookup would hold the carrier of a
   * virtual one, and there are few.
   */
  private static final int CONCURRENT = 32;

  private static final int MAX_WAITING = 1_024;
  private static final int KEEP_THREAD_SECONDS = 10;

  private final AddressRules rules;
  private final HostResolver resolver;
  private final Duration deadline;

  /** By name: a name server that is silent takes one thread for each of its names, not all. */
  private final Map<String, Lookup> inFlight = new ConcurrentHashMap<>();

  private final ThreadPoolExecutor lookups =
      new ThreadPoolExecutor(
          CONCURRENT,
          CONCURRENT,
          KEEP_THREAD_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MAX_WAITING),
          Thread.ofPlatform().daemon().name("egress-lookup-", 0).factory());

  /** Looks names up as the machine does. */
  public EgressGuard(AddressRules rules) {
    this(rules, HostResolver.SYSTEM, DEADLINE);
  }

  /**
   * Looks names up with {@code resolver}.
   *
   * @param deadline of one lookup, its turn included
   */
  public EgressGuard(AddressRules rules, HostResolver resolver, Duration deadline) {
    this.rules = rules;
    this.resolver = resolver;
    this.deadline = deadline;
    lookups.allowCoreThreadTimeOut(true);
  }

  /**
   * The address to connect to for {@code host}, a name or a literal address, in brackets or not. At
   * once for literals.
   *
   * @return fails with an {@link EgressRefusedException} for what may not be reached, an {@link
   *     UnknownHostException} for a name without an address, and a {@link ConnectException} for one
   *     that could not be looked up in time
   */
  public CompletableFuture<InetAddress> resolve(String host) {
    String refusal = refusal(host);
    if (refusal != null) {
      return CompletableFuture.failedFuture(new EgressRefusedException(refusal));
    }
    return switch (Host.of(host)) {
      case Host.Address literal -> CompletableFuture.completedFuture(literal.address());
      case Host.Name name -> lookUp(name.name());
      case Host.Refused refused ->
          CompletableFuture.failedFuture(new EgressRefusedException(refused.why()));
    };
  }

  /**
   * Why a connection to {@code host} is refused as far as that can be told without a lookup, as a
   * sentence; null when it is not.
   */
  public @Nullable String refusal(String host) {
    return switch (Host.of(host)) {
      case Host.Address literal -> refusal(host, literal.address());
      case Host.Name _ -> null;
      case Host.Refused refused -> refused.why();
    };
  }

  private @Nullable String refusal(String host, InetAddress address) {
    return switch (rules.of(address)) {
      case PERMITTED -> null;
      case LOOPBACK ->
          host
              + " is this machine's own, which may not be reached: set MCP_REGISTRY_EGRESS_LOOPBACK"
              + " to true, or name it in MCP_REGISTRY_EGRESS_ALLOWED";
      case PRIVATE ->
          host
              + " is in a private network, which may not be reached: name it or its range in"
              + " MCP_REGISTRY_EGRESS_ALLOWED";
      case NEVER -> host + " may never be reached: " + AddressRules.whyNever(address);
    };
  }

  /** A lookup that several may wait for. */
  private static final class Lookup {
    private final CompletableFuture<InetAddress> found = new CompletableFuture<>();
    private volatile long lastAsked = System.nanoTime();
  }

  private CompletableFuture<InetAddress> lookUp(String name) {
    Lookup mine = new Lookup();
    Lookup others = inFlight.putIfAbsent(name, mine);
    if (others != null) {
      others.lastAsked = mine.lastAsked;
      return inTime(name, others.found);
    }
    CompletableFuture<InetAddress> told = inTime(name, mine.found);
    try {
      lookups.execute(() -> lookUp(name, mine));
    } catch (RejectedExecutionException e) {
      inFlight.remove(name, mine);
      mine.found.completeExceptionally(
          new ConnectException("too many names are being looked up; it is tried again"));
    }
    return told;
  }

  private CompletableFuture<InetAddress> inTime(
      String name, CompletableFuture<InetAddress> looking) {
    CompletableFuture<InetAddress> found = new CompletableFuture<>();
    CompletableFuture<InetAddress> told = new CompletableFuture<>();
    found
        .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((address, error) -> {
          if (error == null) {
            told.complete(address);
          } else {
            told.completeExceptionally(error instanceof TimeoutException ? late(name) : error);
          }
        });
    pass(looking, found);
    return told;
  }

  private static void pass(CompletableFuture<InetAddress> from, CompletableFuture<InetAddress> to) {
    from.whenComplete((address, error) -> {
      if (error == null) {
        to.complete(address);
      } else {
        to.completeExceptionally(error);
      }
    });
  }

  private ConnectException late(String name) {
    return new ConnectException(
        "the name " + name + " could not be looked up within " + deadline.toMillis() + " ms");
  }

  private void lookUp(String name, Lookup lookup) {
    CompletableFuture<InetAddress> outcome = outcome(name, lookup);
    inFlight.remove(name, lookup); // First: whoever asks again is told something new.
    pass(outcome, lookup.found);
  }

  private CompletableFuture<InetAddress> outcome(String name, Lookup lookup) {
    if (System.nanoTime() - lookup.lastAsked > deadline.toNanos()) {
      return CompletableFuture.failedFuture(late(name)); // Everybody's time was over by its turn.
    }
    try {
      return CompletableFuture.completedFuture(permitted(name, resolver.addresses(name)));
    } catch (UnknownHostException e) {
      return CompletableFuture.failedFuture(
          new UnknownHostException("the name " + name + " has no address"));
    } catch (EgressRefusedException | RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private InetAddress permitted(String name, List<InetAddress> addresses)
      throws EgressRefusedException, UnknownHostException {
    for (InetAddress address : addresses) {
      String refusal = refusal(name, address); // Not the address: that is the network's affair.
      if (refusal != null) {
        throw new EgressRefusedException(refusal);
      }
    }
    if (addresses.isEmpty()) {
      throw new UnknownHostException(name);
    }
    return addresses.getFirst();
  }
}
