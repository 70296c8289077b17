package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.balancing.StrategyName;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools through the API: what is in them, and how their calls are spread. */
class PoolsIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /** Registers a server that is not there. */
  private static String absent(String name, String pool) throws Exception {
    return registry.register(
        """
        {"name": "%s", "type": "server", "protocol": "http", "pool": "%s", "capacity": 7,
         "weight": 3, "endpoint": {"url": "http://127.0.0.1:1/"}, "capabilities": ["x", "%s"]}
        """
            .formatted(name, pool, name));
  }

  private static JsonNode listed(String pool) throws Exception {
    for (JsonNode listed : registry.get("/pools").get("pools")) {
      if (listed.get("name").asText().equals(pool)) {
        return listed;
      }
    }
    throw new AssertionError("not listed: " + pool);
  }

  private static Answer patch(String pool, String patch) throws Exception {
    return registry.send("PATCH", "/pools/" + pool, patch.replace('\'', '"'));
  }

  @Test
  void aPoolIsItsServersWithTheirHealth() throws Exception {
    String open = registry.registerNode("alone", Npm.script("modern-server.mjs"), "stdio");
    Eventually.healthy(registry, open);
    assertThat(listed("alone").get("healthy").asInt()).isEqualTo(1);
    assertThat(listed("alone").get("active").asInt()).isEqualTo(1);

    absent("shown-a", "shown");
    String idle = absent("shown-b", "shown");
    registry.register("{\"name\":\"shown\",\"type\":\"client\",\"protocol\":\"http\"}");
    registry.send("PATCH", "/connections/" + idle, "{\"status\":\"idle\"}");
    Eventually.until(() -> listed("shown").get("active").asInt() == 0);
    assertThat(listed("shown").toString())
        .isEqualTo(
            "{\"name\":\"shown\",\"strategy\":\"least-loaded\",\"connections\":2,\"active\":0,"
                + "\"healthy\":0,\"capabilities\":3,\"metrics\":{\"totalRequests\":0,"
                + "\"averageLatency\":0.0,\"errorRate\":0.0,\"requestsPerMinute\":0,"
                + "\"activeRequests\":0}}");
    JsonNode details = registry.get("/pools/shown");
    assertThat(details.get("settings").toString())
        .isEqualTo("{\"order\":[],\"stickyBy\":\"session\"}");
    JsonNode member = details.at("/connections/1");
    assertThat(member.get("id").asText()).isEqualTo(idle);
    assertThat(member.get("name").asText()).isEqualTo("shown-b");
    assertThat(member.get("status").asText()).isEqualTo("idle");
    assertThat(member.get("activeRequests").asInt()).isZero();
    assertThat(member.get("capacity").asInt()).isEqualTo(7);
    assertThat(member.get("weight").asInt()).isEqualTo(3);

    registry.send("DELETE", "/connections/" + idle, "");
    assertThat(registry.get("/pools/shown").get("connections")).hasSize(1);
  }

  @Test
  void settingsAreMergedAndNullIsTheDefaultAgain() throws Exception {
    absent("merged-a", "merged");
    absent("merged-b", "merged");
    patch("merged", "{'strategy':'priority','settings':{'order':['merged-b'],'hedgeAfter':200}}");
    Answer second =
        patch("merged", "{'settings':{'stickyBy':'argument','argument':'city','hedgeAfter':null}}");
    assertThat(second.status()).isEqualTo(200);
    JsonNode now = registry.get("/pools/merged");
    assertThat(second.body()).isEqualTo(now);
    assertThat(now.get("strategy").asText()).isEqualTo("priority");
    assertThat(now.get("settings").toString())
        .isEqualTo("{\"order\":[\"merged-b\"],\"stickyBy\":\"argument\",\"argument\":\"city\"}");
    assertThat(listed("merged").get("strategy").asText()).isEqualTo("priority");

    assertThat(patch("merged", "{'strategy':null,'settings':null}").body().get("settings"))
        .hasSize(2);
    assertThat(listed("merged").get("strategy").asText()).isEqualTo("least-loaded");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'strategy':'fastest'}|body/strategy",
        "{'strategy':'RANDOM'}|body/strategy",
        "{'strategy':7}|body/strategy",
        "{'settings':{'stickyBy':'argument'}}|body/settings/argument",
        "{'settings':{'stickyBy':'cookie'}}|body/settings/stickyBy",
        "{'settings':{'argument':''}}|body/settings/argument",
        "{'settings':{'hedgeAfter':0}}|body/settings/hedgeAfter",
        "{'settings':{'hedgeAfter':'200ms'}}|body/settings/hedgeAfter",
        "{'settings':{'order':'refusing'}}|body/settings/order",
        "{'settings':{'order':['refusing','refusing']}}|body/settings/order",
        "{'settings':{'order':['refusing','stranger']}}|body/settings/order",
        "{'settings':{'speed':1}}|body/settings/speed",
        "{'colour':'red'}|body/colour",
        "{}|body",
        "[]|body",
        "7|body",
      })
  void aWrongPatchIsRefusedWithItsFieldAndChangesNothing(String patch, String field)
      throws Exception {
    if (registry.send("GET", "/pools/refusing", "").status() == 404) {
      absent("refusing", "refusing");
      absent("stranger", "strange");
    }
    JsonNode before = registry.get("/pools/refusing");
    Answer answer = patch("refusing", patch);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    List<String> fields = new ArrayList<>();
    answer.body().get("violations").forEach(v -> fields.add(v.get("field").asText()));
    assertThat(fields).contains(field);
    assertThat(registry.get("/pools/refusing").get("settings")).isEqualTo(before.get("settings"));
    assertThat(registry.get("/pools/refusing").get("strategy")).isEqualTo(before.get("strategy"));
  }

  @Test
  void refusalsSayWhatIsAllowed() throws Exception {
    absent("listing-a", "listing");
    absent("listing-b", "listing");
    JsonNode strategy = patch("listing", "{'strategy':'fastest'}").body();
    assertThat(strategy.get("detail").asText()).contains(StrategyName.names());
    List<String> allowed = new ArrayList<>();
    strategy.at("/violations/0/allowed").forEach(name -> allowed.add(name.asText()));
    assertThat(allowed).isEqualTo(StrategyName.names());

    JsonNode order = patch("listing", "{'settings':{'order':['x','listing-b','y']}}").body();
    assertThat(order.get("detail").asText())
        .isEqualTo(
            "body/settings/order names x, y, not in this pool; its connections are listing-a,"
                + " listing-b");
    assertThat(order.at("/violations/0/allowed").toString())
        .isEqualTo("[\"listing-a\",\"listing-b\"]");
  }

  @Test
  void everyStrategyCanBeChosen() throws Exception {
    absent("chosen", "chosen");
    for (String strategy : StrategyName.names()) {
      assertThat(patch("chosen", "{'strategy':'" + strategy + "'}").body().get("strategy").asText())
          .isEqualTo(strategy);
    }
  }

  @Test
  void whoHasLeftThePoolMayStayInTheOrder() throws Exception {
    String gone = absent("leaving-a", "leaving");
    absent("leaving-b", "leaving");
    patch("leaving", "{'settings':{'order':['leaving-a','leaving-b']}}");
    registry.send("DELETE", "/connections/" + gone, "");
    assertThat(patch("leaving", "{'strategy':'priority'}").status()).isEqualTo(200);
    assertThat(patch("leaving", "{'settings':{'order':['leaving-a']}}").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "a%2Fb", "%20", "a__b", "-", "mcp", "%25", "..."})
  void anUnknownPoolIsAProblem(String pool) throws Exception {
    for (Answer answer :
        List.of(registry.send("GET", "/pools/" + pool, ""), patch(pool, "{'strategy':'random'}"))) {
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:not-found");
      assertThat(answer.body().get("detail").asText()).contains("GET /pools");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sse", "messages", "A.b-C_d", "7", "-._", "...a"})
  void everyNameThatARegistrationMayGiveCanBeAddressed(String pool) throws Exception {
    absent("in." + pool.replace('.', '-'), pool);
    assertThat(patch(pool, "{'strategy':'random'}").status()).isEqualTo(200);
    assertThat(registry.get("/pools/" + pool).get("name").asText()).isEqualTo(pool);
    assertThat(registry.get("/pools/%" + Integer.toHexString(pool.charAt(0)) + pool.substring(1)))
        .isEqualTo(registry.get("/pools/" + pool));
  }

  @Test
  void settingsSurviveKill9AndThePoolsLastServer(@TempDir Path own) throws Exception {
    String patch =
        "{\"strategy\":\"priority\",\"settings\":{\"order\":[\"kept\"],\"hedgeAfter\":5}}";
    JsonNode before;
    try (RegistryProcess first = RegistryProcess.start(own)) {
      first.register(
          "{\"name\":\"kept\",\"type\":\"server\",\"protocol\":\"http\","
              + "\"endpoint\":{\"url\":\"http://127.0.0.1:1/\"}}");
      assertThat(first.send("PATCH", "/pools/kept", patch).status()).isEqualTo(200);
      before = first.get("/pools/kept");
      first.kill();
    }
    try (RegistryProcess second = RegistryProcess.start(own)) {
      JsonNode after = second.get("/pools/kept");
      assertThat(after.get("strategy").asText()).isEqualTo("priority");
      assertThat(after.get("settings")).isEqualTo(before.get("settings"));
      second.send("DELETE", "/connections/" + after.at("/connections/0/id").asText(), "");
      assertThat(second.get("/pools/kept").get("connections")).isEmpty();
      assertThat(second.get("/pools").get("total").asInt()).isEqualTo(1);
      second.send("PATCH", "/pools/kept", "{\"strategy\":null,\"settings\":null}");
      assertThat(second.send("GET", "/pools/kept", "").status()).isEqualTo(404);
    }
  }
}
