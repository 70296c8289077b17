package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.testkit.JsonTexts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the registry does not rewrite leaves it byte by byte as it came. */
class LosslessTest {
  private static final int ROUNDS = 1_000;

  @Test
  void mintingIdAndTokenChangesNoOtherByte() throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      JsonTexts texts = new JsonTexts(seed);
      Random order = new Random(seed);
      String id = texts.pick(List.of(texts.number(), texts.string(90), "1"));
      String token = texts.pick(List.of(texts.number(), texts.string(90)));
      String arguments = texts.object(4_000);
      String meta =
          object(texts, order, "\"progressToken\":TOKEN", "\"a/b\":" + texts.value(300), "\"\":1");
      String params =
          object(
              texts,
              order,
              "\"name\":" + texts.string(60),
              "\"arguments\":" + arguments,
              "\"unknown\":" + texts.value(500),
              "\"_meta\":" + meta);
      String template =
          object(
              texts,
              order,
              "\"jsonrpc\":\"2.0\"",
              "\"method\":\"tools/call\"",
              "\"id\":ID",
              "\"future\":" + texts.value(500),
              "\"params\":" + params);

      RpcMessage message = RpcMessage.parse(fill(template, id, token).getBytes(UTF_8));

      assertThat(message.idText()).as("seed %s", seed).isEqualTo(id);
      assertThat(Objects.requireNonNull(message.argumentsSpan()).text(message.json()))
          .as("seed %s", seed)
          .isEqualTo(arguments);
      byte[] minted =
          new Splice(message.json())
              .replace(Objects.requireNonNull(message.id()), "4711")
              .replace(Objects.requireNonNull(message.progressToken()), "4712")
              .bytes();
      assertThat(minted)
          .as("seed %s", seed)
          .isEqualTo(fill(template, "4711", "4712").getBytes(UTF_8));
      RpcMessage restored = RpcMessage.parse(minted);
      assertThat(
              new Splice(minted)
                  .replace(Objects.requireNonNull(restored.id()), id)
                  .replace(Objects.requireNonNull(restored.progressToken()), token)
                  .bytes())
          .as("seed %s", seed)
          .isEqualTo(message.json());
    }
  }

  /** The members in any order, with any space around them. */
  private static String object(JsonTexts texts, Random order, String... members) {
    List<String> shuffled = new ArrayList<>(List.of(members));
    Collections.shuffle(shuffled, order);
    return "{" + texts.space() + String.join(texts.space() + ",", shuffled) + texts.space() + "}";
  }

  private static String fill(String template, String id, String token) {
    return template.replace(":ID", ":" + id).replace(":TOKEN", ":" + token);
  }

  @Test
  void membersAreFoundWhereTheyStand() throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      String object = new JsonTexts(seed).object(2_000);
      byte[] json = ("  " + object + " ").getBytes(UTF_8);
      Map<String, Span> members = Members.of(json, new Span(2, json.length - 1));
      assertThat(members.values()).as("seed %s", seed).allMatch(s -> s.start() < s.end());
      assertThat(object.equals("{}")).as("seed %s", seed).isEqualTo(members.isEmpty());
    }
  }

  @Test
  void depthIsAllowedUpToTheLimit() throws Exception {
    JsonTexts texts = new JsonTexts(1);
    String head = "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"x\":";
    RpcMessage.parse((head + texts.nested(Json.MAX_DEPTH - 1) + "}").getBytes(UTF_8));
    byte[] deeper = (head + texts.nested(Json.MAX_DEPTH) + "}").getBytes(UTF_8);
    assertThatThrownBy(() -> RpcMessage.parse(deeper))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void textsStayWithinTheirBytesAndComeAgainWithTheirSeed() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      for (int max : new int[] {2, 9, 64, 700, 20_000}) {
        String object = new JsonTexts(seed).object(max);
        assertThat(object.getBytes(UTF_8).length).as("seed %s", seed).isLessThanOrEqualTo(max);
        assertThat(new JsonTexts(seed).object(max)).isEqualTo(object);
      }
    }
  }
}
