package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input gets a problem that names the field; nothing of it is stored. */
class BadInputIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    registry.register("{\"name\": \"taken\", \"type\": \"client\", \"protocol\": \"http\"}");
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'name':'x','type':'server','protocol':'stdio'}|body/endpoint",
        "{'name':'x','type':'server','protocol':'stdio','endpoint':{'command':''}}|body/endpoint/command",
        "{'name':'x','type':'server','protocol':'stdio','endpoint':{'command':' "
            + " '}}|body/endpoint/command",
        "{'name':'x','type':'server','protocol':'stdio','endpoint':{'url':'http://a'}}|body/endpoint/command",
        "{'name':'x','type':'server','protocol':'carrier-pigeon','endpoint':{}}|body/protocol",
        "{'name':'x','type':'robot','protocol':'http'}|body/type",
        "{'name':'x','type':'server','protocol':'http','endpoint':{'url':'ftp://a'}}|body/endpoint/url",
        "{'name':'x','type':'server','protocol':'http','endpoint':{'url':'http://'}}|body/endpoint/url",
        "{'name':'x','type':'server','protocol':'http','endpoint':{'url':'http://a:99999/'}}|body/endpoint/url",
        "{'name':'x','type':'server','protocol':'http','endpoint':{'url':'http://u:p@a/'}}|body/endpoint/url",
        "{'name':'x','type':'client','protocol':'http','colour':'red'}|body/colour",
        "{'name':'a__b','type':'client','protocol':'http'}|body/name",
        "{'name':'','type':'client','protocol':'http'}|body/name",
        "{'name':'white space','type':'client','protocol':'http'}|body/name",
        "{'name':'..','type':'client','protocol':'http'}|body/name",
        "{'name':'x','type':'client','protocol':'http','pool':'.'}|body/pool",
        "{'type':'client','protocol':'http'}|body/name",
        "{'name':7,'type':'client','protocol':'http'}|body/name",
        "{'name':'x','type':'client','protocol':'http','pool':'a/b'}|body/pool",
        "{'name':'x','type':'client','protocol':'http','capacity':0}|body/capacity",
        "{'name':'x','type':'client','protocol':'http','weight':'heavy'}|body/weight",
        "{'name':'x','type':'client','protocol':'http','instances':{'min':3,'max':2}}|body/instances/max",
        "{'name':'x','type':'client','protocol':'http','healthCheck':{'interval':0}}|body/healthCheck/interval",
        "{'name':'x','type':'client','protocol':'http','healthCheck':{'timeout':5}}|body/healthCheck/timeout",
        "{'name':'x','type':'client','protocol':'http','capabilities':['a','a']}|body/capabilities",
        "{'name':'x','type':'client','protocol':'http','capabilities':'a'}|body/capabilities",
        "[]|body",
        "{\"name\":|body",
        "{'name':'x','name':'y','type':'client','protocol':'http'}|body",
        "nothing|body",
      })
  void namesTheFieldThatIsWrong(String body, String field) throws Exception {
    int before = registry.get("/connections").get("total").asInt();
    var answer = registry.send("POST", "/connections", body.replace('\'', '"'));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    assertThat(answer.body().get("type").asText())
        .isEqualTo("urn:mcp-registry:problem:invalid-request");
    assertThat(fields(answer.body())).contains(field);
    assertThat(answer.body().get("detail").asText()).contains(field);
    assertThat(registry.get("/connections").get("total").asInt()).isEqualTo(before);
  }

  private static List<String> fields(JsonNode problem) {
    List<String> fields = new ArrayList<>();
    problem.path("violations").forEach(v -> fields.add(v.get("field").asText()));
    return fields;
  }

  @Test
  void saysWhatIsAllowed() throws Exception {
    JsonNode problem =
        registry
            .send(
                "POST",
                "/connections",
                "{\"name\":\"x\",\"type\":\"server\",\"protocol\":\"telnet\"}")
            .body();
    assertThat(problem.toString()).contains("stdio").contains("http").contains("websocket");
  }

  @Test
  void saysInWordsWhatAPatternMeans() throws Exception {
    assertThat(
            registry
                .send(
                    "POST",
                    "/connections",
                    "{\"name\":\"a__b\",\"type\":\"client\",\"protocol\":\"http\"}")
                .body()
                .get("detail")
                .asText())
        .isEqualTo(
            "body/name must be 1 to 64 letters, digits, dots, dashes and single underscores, not"
                + " dots alone");
  }

  @Test
  void refusesANameThatIsTaken() throws Exception {
    var answer =
        registry.send(
            "POST",
            "/connections",
            "{\"name\":\"taken\",\"type\":\"client\",\"protocol\":\"http\"}");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.body().get("type").asText()).isEqualTo("urn:mcp-registry:problem:name-taken");
    assertThat(fields(answer.body())).containsExactly("body/name");
  }

  @Test
  void refusesBodiesOverOneMebibyte() throws Exception {
    String body = "{\"name\":\"" + "x".repeat(1 << 20) + "\"}";
    assertThat(registry.send("POST", "/connections", body).status()).isEqualTo(413);
  }

  @Test
  void refusesNestingOver64() throws Exception {
    String deep = "[".repeat(70) + "]".repeat(70);
    var answer =
        registry.send(
            "POST",
            "/connections",
            "{\"name\":\"deep\",\"type\":\"client\",\"protocol\":\"http\",\"metadata\":{\"a\":"
                + deep
                + "}}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().get("detail").asText()).contains("64");
  }

  @Test
  void refusesLongListsAndTexts() throws Exception {
    String many = "\"a\",".repeat(256) + "\"a\"";
    assertThat(
            fields(
                registry
                    .send(
                        "POST",
                        "/connections",
                        "{\"name\":\"x\",\"type\":\"server\",\"protocol\":\"stdio\",\"endpoint\":"
                            + "{\"command\":\"c\",\"args\":["
                            + many
                            + "]}}")
                    .body()))
        .contains("body/endpoint/args");
    assertThat(
            fields(
                registry
                    .send(
                        "POST",
                        "/connections",
                        "{\"name\":\"x\",\"type\":\"client\",\"protocol\":\"http\",\"metadata\":{\"a\":\""
                            + "x".repeat(5000)
                            + "\"}}")
                    .body()))
        .contains("body/metadata/a");
  }

  @ParameterizedTest
  @CsvSource({
    "/connections?limit=0, query/limit",
    "/connections?limit=1001, query/limit",
    "/connections?limit=many, query/limit",
    "/connections?status=sleeping, query/status",
    "/connections?colour=red, query/colour",
    "/connections?cursor=bm9uZQ, query/cursor",
    "/connections?type=server&type=client, query/type",
  })
  void namesTheParameterThatIsWrong(String path, String field) throws Exception {
    var answer = registry.send("GET", path, "");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(fields(answer.body())).contains(field);
  }

  @Test
  void refusesAWrongPatchAndChangesNothing() throws Exception {
    String id =
        registry.register("{\"name\":\"patched\",\"type\":\"client\",\"protocol\":\"http\"}");
    for (String patch :
        List.of(
            "{}",
            "{\"status\":\"error\"}",
            "{\"status\":\"disconnected\"}",
            "{\"protocol\":\"stdio\"}",
            "{\"healthCheck\":{\"interval\":-1}}",
            "{\"capacity\":0}",
            "{\"name\":null}",
            "{\"name\":\"b__d\"}")) {
      assertThat(registry.send("PATCH", "/connections/" + id, patch).status())
          .as(patch)
          .isEqualTo(400);
    }
    assertThat(registry.send("PATCH", "/connections/" + id, "{\"name\":\"taken\"}").status())
        .isEqualTo(409);
    assertThat(registry.connection(id).get("name").asText()).isEqualTo("patched");
  }

  @Test
  void unknownAddressesMethodsAndTypesAreProblems() throws Exception {
    assertThat(registry.send("GET", "/connections/mcp-conn-none", "").status()).isEqualTo(404);
    assertThat(registry.send("GET", "/nowhere", "").status()).isEqualTo(404);
    var wrongMethod = registry.send("PUT", "/connections", "{}");
    assertThat(wrongMethod.status()).isEqualTo(405);
    assertThat(wrongMethod.header("allow")).isEqualTo("GET, POST");
    var wrongType =
        registry.send(
            registry
                .request("/connections")
                .header("X-API-Key", registry.key())
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertThat(wrongType.status()).isEqualTo(415);
    for (String path : List.of("/connections//x", "/connections/%2e%2e/x", "/connections/%00")) {
      assertThat(registry.send("GET", path, "").status()).as(path).isEqualTo(400);
    }
  }

  @Test
  void pagesThroughAllInAStableOrder() throws Exception {
    for (int i = 0; i < 25; i++) {
      registry.register(
          "{\"name\":\"page-" + i + "\",\"type\":\"client\",\"protocol\":\"websocket\"}");
    }
    List<String> names = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    do {
      JsonNode page = registry.get("/connections?protocol=websocket&limit=10" + cursor);
      assertThat(page.get("filtered").asInt()).isEqualTo(25);
      page.get("connections").forEach(c -> names.add(c.get("name").asText()));
      cursor = page.has("nextCursor") ? "&cursor=" + page.get("nextCursor").asText() : "";
      pages++;
    } while (!cursor.isEmpty());
    Set<String> unique = new HashSet<>(names);
    assertThat(pages).isEqualTo(3);
    assertThat(unique).hasSize(25);
    assertThat(names.getFirst()).isEqualTo("page-0");
    assertThat(names.getLast()).isEqualTo("page-24");
  }
}
