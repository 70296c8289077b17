package io.bluefly.registry.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real MCP client of npm in a process of its own, told what to do by JSON lines. */
public final class McpClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration REPLY = Duration.ofSeconds(30);

  private static final int HEAR_MS = 10_000;

  private final Process process;
  private final Lines replies;

  private McpClient(String script, String url, String key, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("node", Npm.script(script), url));
    command.addAll(List.of(options));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("MCP_KEY", key);
    this.process = builder.start();
    this.replies = new Lines(process.getInputStream());
  }

  private McpClient(String url, String user, String password, List<String> options)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("node", Npm.script("oauth-client.mjs"), url));
    command.addAll(options);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(Map.of("MCP_USER", user, "MCP_PASSWORD", password));
    this.process = builder.start();
    this.replies = new Lines(process.getInputStream());
  }

  /** A client without a key, which logs in by itself when it is told to; the user is played. */
  public static McpClient loggingIn(String url, String user, String password, boolean modern)
      throws IOException {
    return new McpClient(url, user, password, modern ? List.of() : List.of("--legacy"));
  }

  /** {@code @modelcontextprotocol/client}, pinned to 2026-07-28. */
  public static McpClient modern(String url, String key) throws IOException {
    return new McpClient("modern-client.mjs", url, key);
  }

  /** {@code @modelcontextprotocol/sdk}, the legacy client. */
  public static McpClient legacy(String url, String key) throws IOException {
    return new McpClient("legacy-client.mjs", url, key);
  }

  /** The legacy client over HTTP+SSE of 2024-11-05; {@code url} is that of the stream. */
  public static McpClient legacySse(String url, String key) throws IOException {
    return new McpClient("legacy-client.mjs", url, key, "--sse");
  }

  /** Does what {@code command} says, a JSON object with single quotes, and returns the reply. */
  public JsonNode send(String command) throws IOException, InterruptedException {
    OutputStream input = process.getOutputStream();
    input.write((command.replace('\'', '"') + "\n").getBytes(UTF_8));
    input.flush();
    return JSON.readTree(replies.next(REPLY));
  }

  /** Connects, with these client features: {@code "'sampling','roots'"}. */
  public JsonNode connect(String features) throws IOException, InterruptedException {
    JsonNode reply = send("{'op':'connect','features':[" + features + "]}");
    if (reply.has("error")) {
      throw new AssertionError("the client could not connect: " + reply);
    }
    return reply;
  }

  /** Calls a tool and returns the reply: its result or error, and progress. */
  public JsonNode call(String tool, String arguments) throws IOException, InterruptedException {
    return send("{'op':'call','name':'" + tool + "','args':" + arguments + "}");
  }

  /** Sends any request and returns the reply: its result as it came, or its error. */
  public JsonNode request(String method, String params) throws IOException, InterruptedException {
    return send("{'op':'request','method':'" + method + "','params':" + params + "}");
  }

  /** Waits for a notification and returns it; fails when it does not come. */
  public JsonNode heard(String method) throws IOException, InterruptedException {
    JsonNode reply =
        send("{'op':'waitNotification','method':'" + method + "','timeout':" + HEAR_MS + "}");
    if (!reply.has("notification")) {
      throw new AssertionError("not heard: " + reply);
    }
    return reply.get("notification");
  }

  /** Calls a tool and returns the text of its first content. */
  public String text(String tool, String arguments) throws IOException, InterruptedException {
    JsonNode reply = call(tool, arguments);
    JsonNode text = reply.at("/result/content/0/text");
    if (text.isMissingNode()) {
      throw new AssertionError("no text: " + reply);
    }
    return text.asText();
  }

  /** Ends the client. */
  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
