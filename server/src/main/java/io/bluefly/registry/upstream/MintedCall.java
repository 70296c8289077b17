package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;

/**
 * A caller's request under an id that the registry minted: unique in its session, and the progress
 * token at the same time.
 */
final class MintedCall {
  private final RpcMessage request;
  private final long minted;
  private final CallSink sink;

  MintedCall(RpcMessage request, long minted, CallSink sink) {
    this.request = request;
    this.minted = minted;
    this.sink = sink;
  }

  RpcMessage request() {
    return request;
  }

  long minted() {
    return minted;
  }

  CallSink sink() {
    return sink;
  }

  /** The request as the server shall see it. */
  byte[] outgoing() {
    Splice splice = new Splice(request.json());
    String id = Long.toString(minted);
    Span requestId = request.id();
    if (requestId != null) {
      splice.replace(requestId, id);
    }
    Span token = request.progressToken();
    if (token != null) {
      splice.replace(token, id);
    }
    return splice.bytes();
  }

  /** A message of the server for this call as the caller shall see it. */
  RpcMessage incoming(RpcMessage message) throws MalformedMessageException {
    boolean response = message.kind() == RpcMessage.Kind.RESPONSE;
    Span id = message.id();
    Span error = message.error();
    if (response && id == null && error != null) {
      // Refused before the server had read the id.
      return RpcMessage.parse(
          Json.bytes(
              "{\"jsonrpc\":\"2.0\",\"id\":"
                  + request.idText()
                  + ",\"error\":"
                  + error.text(message.json())
                  + "}"));
    }
    Splice splice = new Splice(message.json());
    if (response && id != null) {
      splice.replace(id, request.idText());
    }
    Span token = message.progressToken();
    Span original = request.progressToken();
    if (!response && token != null && original != null) {
      splice.replace(token, original.bytes(request.json()));
    }
    Span subscription = message.subscriptionId();
    if (subscription != null && names(message, subscription)) {
      splice.replace(subscription, subscriptionId(subscription.text(message.json())));
    }
    return RpcMessage.parse(splice.bytes());
  }

  /** Some servers give a numeric id back as a string: then the caller gets a string, too. */
  private String subscriptionId(String asSent) {
    String original = request.idText();
    return asSent.startsWith("\"") && !original.startsWith("\"") ? '"' + original + '"' : original;
  }

  private boolean names(RpcMessage message, Span span) {
    return minted(message, span) == minted;
  }

  /** The minted id that stands at {@code span}, also as a string; -1 when it is none. */
  static long minted(RpcMessage message, Span span) {
    String text = span.text(message.json());
    String digits =
        text.startsWith("\"") && text.length() > 2 ? text.substring(1, text.length() - 1) : text;
    boolean number = digits.length() < 19 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    return number && !digits.isEmpty() ? Long.parseLong(digits) : -1;
  }
}
