package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.HttpTexts;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** What two decoders make of the same bytes. */
public final class Decoded {
  private static final int TEXTS = 20_000;

  private Decoded() {}

  /**
   * Reads many made-up texts with both, as they may arrive.
   *
   * @param heads what a message says of its head, and of its body if it is a whole; else nothing
   */
  public static void isTheSame(
      List<String> startLines,
      Supplier<ChannelHandler> ours,
      Supplier<ChannelHandler> known,
      Function<Object, List<String>> heads) {
    for (int seed = 0; seed < TEXTS; seed++) {
      HttpTexts texts = new HttpTexts(seed, startLines);
      byte[] text = texts.next();
      List<byte[]> parts = texts.cut(text);
      assertThat(by(ours.get(), parts, heads))
          .as("seed %d: %s", seed, new String(text, ISO_8859_1))
          .isEqualTo(by(known.get(), parts, heads));
    }
  }

  /** What a decoder makes of what arrives, up to the first failure. */
  public static List<String> by(
      ChannelHandler decoder, List<byte[]> parts, Function<Object, List<String>> heads) {
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    List<String> said = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    for (byte[] part : parts) {
      channel.writeInbound(Unpooled.copiedBuffer(part));
      for (Object next = channel.readInbound(); next != null; next = channel.readInbound()) {
        if (next instanceof HttpObject object && object.decoderResult().isFailure()) {
          said.add("failure");
          return said;
        }
        said.addAll(heads.apply(next));
        if (next instanceof HttpContent content) {
          body.append(content.content().toString(ISO_8859_1));
          content.release();
        }
        if (next instanceof LastHttpContent) {
          said.add("body " + body);
          body.setLength(0);
        }
      }
    }
    channel.finishAndReleaseAll();
    return said;
  }
}
