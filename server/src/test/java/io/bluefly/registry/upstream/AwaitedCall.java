package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A call of a tool, with the id {@code "a"}, and what has come of it. */
final class AwaitedCall implements CallSink {
  private static final String CALL = "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\"}";

  final List<String> messages = new CopyOnWriteArrayList<>();
  final CompletableFuture<RpcMessage> response = new CompletableFuture<>();
  final CompletableFuture<CallFailure> failure = new CompletableFuture<>();

  /** Makes it. */
  void begin(UpstreamSession session, Duration timeout) throws MalformedMessageException {
    session.call(RpcMessage.parse(CALL.getBytes(UTF_8)), Map.of(), timeout, this);
  }

  @Override
  public void message(RpcMessage message) {
    messages.add(new String(message.json(), UTF_8));
  }

  @Override
  public void response(RpcMessage answer) {
    response.complete(answer);
  }

  @Override
  public void failed(CallFailure why) {
    failure.complete(why);
  }
}
