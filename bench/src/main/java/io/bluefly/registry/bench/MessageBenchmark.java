package io.bluefly.registry.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What routing has to know of a message: read once for each call, and once for its answer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx256m"})
public class MessageBenchmark {
  private static final String META =
      """
      "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
      "io.modelcontextprotocol/clientCapabilities":{},\
      "io.modelcontextprotocol/clientInfo":{"name":"client","version":"1"}}\
      """;

  /** A message as clients and servers send it. */
  public enum Message {
    /** A small call of a modern client. */
    MODERN_CALL(call(",\"arguments\":{\"text\":\"hello\"}," + META)),
    /** A small call of a legacy client. */
    LEGACY_CALL(call(",\"arguments\":{\"text\":\"hello\"}")),
    /** A call with 8,000 bytes of arguments. */
    LARGE_CALL(call(",\"arguments\":{\"text\":\"" + "hello ".repeat(1333) + "\"}," + META)),
    /** A small answer. */
    ANSWER(
        """
        {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello"}],\
        "resultType":"complete"}}\
        """);

    private final String json;

    Message(String json) {
      this.json = json;
    }

    private static String call(String more) {
      return """
      {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"%s}}\
      """
          .formatted(more);
    }
  }

  /** What is read. */
  @Param public Message message = Message.MODERN_CALL;

  private byte[] json = new byte[0];

  /** Before a trial. */
  @Setup
  public void prepare() {
    json = message.json.getBytes(UTF_8);
  }

  /** Reads the message, and checks all of it. */
  @Benchmark
  public RpcMessage parse() throws MalformedMessageException {
    return RpcMessage.parse(json);
  }
}
