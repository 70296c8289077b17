package io.bluefly.registry.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where two definitions differ. */
class DifferenceTest {
  private static JsonNode json(String text) throws Exception {
    return new JsonMapper().readTree(text.replace('\'', '"'));
  }

  @Test
  void eachPlaceIsToldOnce() throws Exception {
    JsonNode before = json("{'a':{'b/c':1,'same':[1,2]},'gone':'x','list':[1,{'y':1}]}");
    JsonNode after = json("{'a':{'b/c':2,'same':[1,2]},'list':[1,{'y':2},3],'new':null}");
    assertThat(Difference.between(before, after))
        .extracting(d -> d.pointer() + " " + d.before() + " " + d.after())
        .containsExactly(
            "/a/b~1c 1 2", "/gone \"x\" null", "/list/1/y 1 2", "/list/2 null 3", "/new null null");
    assertThat(Difference.between(before, before)).isEmpty();
  }

  @Test
  void ofManyPlacesTheFirstAreTold() throws Exception {
    JsonNode many = json(IntStream.range(0, 500).boxed().toList().toString());
    assertThat(Difference.between(json("[]"), many)).hasSize(Difference.MOST);
  }

  @Test
  void pointersDoNotGrowWithoutEnd() throws Exception {
    String open = ("{'" + "n".repeat(2_000) + "':").repeat(500);
    String close = "}".repeat(500);
    assertThat(Difference.between(json(open + "1" + close), json(open + "2" + close)))
        .singleElement()
        .extracting(Difference::pointer)
        .asString()
        .hasSize(Difference.LONGEST_POINTER + 3)
        .endsWith("n...");
    String half = "{'" + "n".repeat(Difference.LONGEST_POINTER - 2) + "\ud83d\ude00':";
    assertThat(Difference.between(json(half + "1}"), json(half + "2}")).getFirst().pointer())
        .endsWith("n...");
  }
}
