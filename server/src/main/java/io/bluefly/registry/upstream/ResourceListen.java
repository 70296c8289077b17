package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.SubscriptionFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All resources that a session with a modern server is subscribed to, by one {@code
 * subscriptions/listen}. A change of what is wanted opens another with all of it, and ends the one
 * before when the server has acknowledged the new one. A stream that ends is opened again as long
 * as something is wanted.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions">Subscriptions</a>
 */
public final class ResourceListen {
  /** Resources of one server that may be subscribed to at once. */
  public static final int MAX_URIS = 1_000;

  /** Bytes that the URI of a resource may have. */
  public static final int MAX_URI_BYTES = 8 * 1024;

  /** Changes that come so close together go in one request. */
  private static final Duration GATHERING = Duration.ofMillis(20);

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final UpstreamSession session;
  private final Consumer<RpcMessage> updates;
  private final Map<String, ResourceSubscription> wanted = new LinkedHashMap<>();
  private @Nullable Stream current;
  private @Nullable Stream opening;
  private boolean due;
  private boolean oneByOne;
  private boolean closed;
  private Duration pause = FIRST_PAUSE;

  /**
   * Listens for nothing yet.
   *
   * @param updates hears the server's notifications
   */
  public ResourceListen(UpstreamSession session, Consumer<RpcMessage> updates) {
    this.session = session;
    this.updates = updates;
    session.closed().thenAccept(why -> close(String.valueOf(why.getMessage())));
  }

  /** Why {@code uri} can't be one more of {@code count}; null when it can. */
  public static @Nullable RpcMessage refusal(String uri, int count) {
    if (uri.length() > MAX_URI_BYTES || uri.getBytes(UTF_8).length > MAX_URI_BYTES) {
      return error(RpcCode.INVALID_PARAMS, "params.uri has more than " + MAX_URI_BYTES + " bytes");
    }
    return count < MAX_URIS
        ? null
        : error(
            RpcCode.UPSTREAM_UNAVAILABLE,
            "at most "
                + MAX_URIS
                + " resources of a server may be subscribed to; unsubscribe from"
                + " others first");
  }

  /** Wants one more resource, unless that is so. */
  public ResourceSubscription subscribe(String uri) {
    ResourceSubscription subscription;
    RpcMessage refusal;
    synchronized (this) {
      ResourceSubscription known = wanted.get(uri);
      if (known != null) {
        return known;
      }
      refusal = closed ? gone("the session is over") : refusal(uri, wanted.size());
      subscription = new ResourceSubscription(session, made -> unsubscribe(uri, made));
      if (refusal == null) {
        wanted.put(uri, subscription);
        later(GATHERING);
      }
    }
    if (refusal != null) {
      subscription.refuse(refusal);
    }
    return subscription;
  }

  private void unsubscribe(String uri, ResourceSubscription subscription) {
    synchronized (this) {
      if (!wanted.remove(uri, subscription)) {
        return;
      }
      later(GATHERING);
    }
    subscription.refuse(gone("it is not wanted any more"));
  }

  /** Has the stream adapted to what is wanted then; not before another one has its answer. */
  private void later(Duration delay) {
    if (!due && !closed && opening == null) {
      due = true;
      CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS)
          .execute(this::adapt);
    }
  }

  private void adapt() {
    Stream fresh = null;
    Stream old = null;
    List<ResourceSubscription> standing;
    synchronized (this) {
      due = false;
      standing = standing();
      Set<String> uris = next();
      boolean same = current != null && current.uris.equals(uris);
      if (closed || opening != null) {
        return;
      }
      if (uris.isEmpty()) {
        old = current;
        current = null;
      } else if (!same) {
        fresh = new Stream(uris);
        opening = fresh;
      }
    }
    standing.forEach(ResourceSubscription::confirm);
    if (old != null) {
      old.cancel();
    }
    if (fresh != null) {
      fresh.open();
    }
  }

  /** What the open stream tells of already, because it was wanted a moment ago. */
  private List<ResourceSubscription> standing() {
    Stream open = current;
    return open == null
        ? List.of()
        : wanted.entrySet().stream()
            .filter(entry -> open.uris.contains(entry.getKey()))
            .map(Map.Entry::getValue)
            .filter(subscription -> !subscription.isConfirmed())
            .toList();
  }

  /** What stands, and what is new: all of it, or the first when it is not known who is refused. */
  private Set<String> next() {
    Set<String> uris = new LinkedHashSet<>();
    boolean more = true;
    for (Map.Entry<String, ResourceSubscription> entry : wanted.entrySet()) {
      boolean fresh = !entry.getValue().confirmed().isDone();
      if (!fresh || more) {
        uris.add(entry.getKey());
      }
      more &= !(fresh && oneByOne);
    }
    return uris;
  }

  private void acknowledged(Stream stream, Set<String> honoured) {
    List<Runnable> telling = new ArrayList<>();
    synchronized (this) {
      if (opening != stream) {
        return;
      }
      opening = null;
      Stream old = current;
      if (old != null) {
        telling.add(old::cancel);
      }
      for (String uri : stream.uris) {
        ResourceSubscription subscription = wanted.get(uri);
        if (subscription != null && honoured.contains(uri)) {
          telling.add(subscription::confirm);
        } else if (subscription != null) {
          wanted.remove(uri);
          RpcMessage why =
              error(RpcCode.INVALID_PARAMS, "the server does not tell of changes of " + uri);
          telling.add(() -> subscription.refuse(why));
        }
      }
      stream.uris.retainAll(honoured);
      stream.since = System.nanoTime();
      current = stream;
      oneByOne &= !next().equals(stream.uris);
    }
    telling.forEach(Runnable::run);
    synchronized (this) {
      later(GATHERING); // What has been wanted since, or is no more.
    }
  }

  /**
   * A stream ended, or could not be opened.
   *
   * @param refusal the server's answer, when it refused
   */
  private void ended(Stream stream, @Nullable RpcMessage refusal, String why) {
    List<Runnable> telling = new ArrayList<>();
    synchronized (this) {
      if (opening == stream) {
        opening = null;
        failed(stream, refusal, why, telling);
      } else if (current == stream) {
        current = null;
        if (System.nanoTime() - stream.since > LONGEST_PAUSE.toNanos()) {
          pause = FIRST_PAUSE;
        }
      } else {
        return;
      }
    }
    telling.forEach(Runnable::run);
    synchronized (this) {
      if (!wanted.isEmpty()) {
        later(pause);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      }
    }
  }

  /** Refuses what was new; one that is refused must not take others with it. */
  private void failed(
      Stream stream, @Nullable RpcMessage refusal, String why, List<Runnable> telling) {
    List<String> fresh = new ArrayList<>();
    for (String uri : stream.uris) {
      ResourceSubscription subscription = wanted.get(uri);
      if (subscription != null && !subscription.isConfirmed()) {
        fresh.add(uri);
      }
    }
    if (refusal != null && fresh.size() > 1) {
      oneByOne = true;
      pause = GATHERING;
      return;
    }
    RpcMessage answer = refusal == null ? gone(why) : refusal;
    for (String uri : fresh) {
      ResourceSubscription subscription = wanted.remove(uri);
      if (subscription != null) {
        telling.add(() -> subscription.refuse(answer));
      }
    }
  }

  private void close(String why) {
    List<ResourceSubscription> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(wanted.values());
      wanted.clear();
      current = null;
      opening = null;
    }
    left.forEach(subscription -> subscription.refuse(gone(why)));
  }

  private static RpcMessage gone(String why) {
    return error(RpcCode.UPSTREAM_UNAVAILABLE, why);
  }

  private static RpcMessage error(int code, String why) {
    return RpcMessage.ofOwn(RpcReply.error("0", code, why));
  }

  /** One {@code subscriptions/listen}. */
  private final class Stream implements CallSink {
    private final Set<String> uris;
    private final CompletableFuture<UpstreamSession.Ongoing> call = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> answered = new CompletableFuture<>();
    private long since;

    Stream(Set<String> uris) {
      this.uris = uris;
    }

    void open() {
      answered
          .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionally(_ -> {
            ended(this, null, "the server did not acknowledge the subscription in time");
            cancel();
            return null;
          });
      call.complete(
          session.call(OwnRequests.listenTo(List.copyOf(uris)), Map.of(), Duration.ZERO, this));
    }

    void cancel() {
      call.thenAccept(UpstreamSession.Ongoing::cancel);
    }

    @Override
    public void message(RpcMessage message) {
      if (message.method().equals("notifications/subscriptions/acknowledged")) {
        answered.complete(null);
        acknowledged(this, honoured(message));
      } else if (isCurrent()) {
        updates.accept(message);
      }
    }

    private boolean isCurrent() {
      synchronized (ResourceListen.this) {
        if (current == this) {
          pause = FIRST_PAUSE;
        }
        return current == this;
      }
    }

    private static Set<String> honoured(RpcMessage acknowledgement) {
      try {
        return Set.copyOf(SubscriptionFilter.of(acknowledgement).uris());
      } catch (MalformedMessageException e) {
        return Set.of(); // No acknowledgement of anything.
      }
    }

    @Override
    public void response(RpcMessage response) {
      answered.complete(null);
      ended(this, response.error() == null ? null : response, "the server ended the subscription");
    }

    @Override
    public void failed(CallFailure failure) {
      answered.complete(null);
      ended(this, null, failure.message());
    }
  }
}
