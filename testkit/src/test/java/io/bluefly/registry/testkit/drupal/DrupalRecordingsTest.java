package io.bluefly.registry.testkit.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Everything that was recorded of a real Drupal, asked of the stand-in, in the same order. */
class DrupalRecordingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ALL = 105;

  /** What answers are held to beside their documents. */
  private static final List<String> HEADERS =
      List.of("Content-Type", "Allow", "Retry-After", "WWW-Authenticate", "Location", "Link");

  private final List<Recording> recordings = Recording.all();
  private RecordedSite site;

  @BeforeEach
  void start() throws IOException {
    site = new RecordedSite(recordings);
  }

  @AfterEach
  void stop() {
    site.close();
  }

  @TestFactory
  Stream<DynamicTest> standInAnswersAsDrupalDid() {
    assertThat(recordings).hasSize(ALL);
    return recordings.stream()
        .map(recording -> DynamicTest.dynamicTest(recording.file(), () -> check(recording)));
  }

  private void check(Recording recording) throws IOException, InterruptedException {
    HttpResponse<String> answer = site.play(recording);

    assertThat(differences(recording, answer)).as(recording.file()).isEmpty();
  }

  private List<String> differences(Recording recording, HttpResponse<String> answer)
      throws JsonProcessingException {
    return Stream.of(
            difference("status", recording.status(), answer.statusCode()),
            HEADERS.stream().flatMap(name -> header(name, recording, answer)),
            Differences.between(document(recording), document(answer)))
        .flatMap(found -> found)
        .toList();
  }

  private static Stream<String> difference(String what, Object recorded, Object answered) {
    return recorded.equals(answered)
        ? Stream.empty()
        : Stream.of(what + ": recorded " + recorded + ", answered " + answered);
  }

  private Stream<String> header(String name, Recording recording, HttpResponse<String> answer) {
    Optional<String> answered = answer.headers().firstValue(name).map(site::recordedForm);
    return difference(
        name,
        recording.header(name).map(DrupalRecordingsTest::withoutParameters),
        answered.map(DrupalRecordingsTest::withoutParameters));
  }

  private static String withoutParameters(String value) {
    int semicolon = value.indexOf(';');
    return (semicolon < 0 ? value : value.substring(0, semicolon)).strip();
  }

  private static JsonNode document(Recording recording) {
    return recording.body().isObject() ? recording.body() : MissingNode.getInstance();
  }

  /** Pages of the stand-in are its own. */
  private JsonNode document(HttpResponse<String> answer) throws JsonProcessingException {
    boolean json = answer.headers().firstValue("Content-Type").orElse("").contains("json");
    return json && !answer.body().isEmpty()
        ? JSON.readTree(site.recordedForm(answer.body()))
        : MissingNode.getInstance();
  }
}
