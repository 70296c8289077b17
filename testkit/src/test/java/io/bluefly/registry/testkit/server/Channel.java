package io.bluefly.registry.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's end of a transport that carries messages both ways: texts out, texts in. */
final class Channel implements AutoCloseable {
  private static final int SECONDS = 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private Consumer<String> out = _ -> {};
  private Runnable close = () -> {};

  private Channel() {}

  static Channel stdio(Era era) throws IOException {
    Process process =
        new ProcessBuilder(TestServer.stdioCommand(era))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Channel channel = new Channel();
    channel.read(process.getInputStream(), channel.received::add);
    channel.out =
        text -> {
          try {
            process.getOutputStream().write((text + "\n").getBytes(UTF_8));
            process.getOutputStream().flush();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    channel.close = process::destroyForcibly;
    return channel;
  }

  static Channel webSocket(URI url) throws Exception {
    Channel channel = new Channel();
    HttpClient client = HttpClient.newHttpClient();
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .subprotocols("mcp")
            .buildAsync(url, channel.new Frames())
            .get(SECONDS, TimeUnit.SECONDS);
    channel.out = text -> socket.sendText(text, true).join();
    channel.close =
        () -> {
          socket.abort();
          client.shutdownNow();
        };
    return channel;
  }

  private final class Frames implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        received.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }
  }

  static Channel sse(URI url) throws Exception {
    Channel channel = new Channel();
    HttpClient client = HttpClient.newHttpClient();
    HttpResponse<InputStream> stream =
        client.send(
            HttpRequest.newBuilder(url).header("Accept", "text/event-stream").build(),
            HttpResponse.BodyHandlers.ofInputStream());
    channel.read(
        stream.body(),
        line -> {
          if (line.startsWith("data: ")) {
            channel.received.add(line.substring("data: ".length()));
          }
        });
    URI messages = url.resolve(channel.next());
    channel.out =
        text -> {
          try {
            HttpResponse<Void> answer =
                client.send(
                    HttpRequest.newBuilder(messages)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(text))
                        .build(),
                    HttpResponse.BodyHandlers.discarding());
            if (answer.statusCode() != 202) {
              throw new AssertionError("POST: " + answer.statusCode());
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    channel.close = client::shutdownNow;
    return channel;
  }

  private void read(InputStream stream, Consumer<String> each) {
    Thread.ofVirtual()
        .start(() -> {
          try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
            lines.lines().forEach(each);
          } catch (IOException | UncheckedIOException e) {
            received.add("(closed)");
          }
        });
  }

  void send(String json) {
    out.accept(json);
  }

  /** The next text; waits for it. */
  String next() throws InterruptedException {
    String text = received.poll(SECONDS, TimeUnit.SECONDS);
    if (text == null) {
      throw new AssertionError("nothing came within " + SECONDS + " s");
    }
    return text;
  }

  JsonNode receive() throws Exception {
    return JSON.readTree(next());
  }

  /** Sends a request and returns the next message. */
  JsonNode call(String json) throws Exception {
    send(json);
    return receive();
  }

  List<String> waiting() {
    return List.copyOf(received);
  }

  @Override
  public void close() {
    close.run();
  }
}
