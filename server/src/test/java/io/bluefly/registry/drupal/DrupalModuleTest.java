package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.testkit.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The module that brings a Drupal site the content type: that it fits what a sync writes. */
class DrupalModuleTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Path MODULE =
      Checkout.find("integrations/drupal/mcp_registry").orElseThrow();
  private static final String INSTANCE = "field.field.node.mcp_connection.";
  private static final String STORAGE = "field.storage.node.";

  /** By the name of the file, without its ending. */
  private static final Map<String, JsonNode> CONFIG = config();

  private static Map<String, JsonNode> config() {
    try (Stream<Path> files = Files.list(MODULE.resolve("config/install"))) {
      return files.collect(
          Collectors.toMap(
              file -> file.getFileName().toString().replaceFirst("\\.yml$", ""),
              DrupalModuleTest::read,
              (one, _) -> one,
              TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode read(Path file) {
    try {
      return YAML.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode config(String name) {
    assertThat(CONFIG).containsKey(name);
    return Objects.requireNonNull(CONFIG.get(name));
  }

  /** What a sync reads; all that it writes is among it. */
  static List<String> fields() {
    return Node.READ.stream().filter(name -> name.startsWith("field_")).toList();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  @Test
  void theContentTypeIsTheOneThatNodesAreOf() {
    assertThat("node--" + config("node.type.mcp_connection").get("type").asText())
        .isEqualTo(Node.RESOURCE);
  }

  @ParameterizedTest
  @MethodSource("fields")
  void eachFieldOfASyncIsStoredAndOfTheContentType(String name) {
    JsonNode storage = config(STORAGE + name);
    JsonNode instance = config(INSTANCE + name);
    assertThat(name).hasSizeLessThanOrEqualTo(32); // Drupal takes no longer ones.
    assertThat(storage.get("field_name").asText()).isEqualTo(name);
    assertThat(storage.get("id").asText()).isEqualTo("node." + name);
    assertThat(instance.get("field_name").asText()).isEqualTo(name);
    assertThat(instance.get("id").asText()).isEqualTo("node.mcp_connection." + name);
    assertThat(instance.get("bundle").asText()).isEqualTo("mcp_connection");
    assertThat(instance.get("field_type")).isEqualTo(storage.get("type"));
    assertThat(storage.get("cardinality").asInt())
        .isEqualTo(name.equals(Node.CAPABILITIES) ? -1 : 1);
  }

  @Test
  void thereIsNoFieldThatNoSyncKnows() {
    Set<String> expected =
        fields().stream()
            .flatMap(n -> Stream.of(STORAGE + n, INSTANCE + n))
            .collect(Collectors.toSet());
    assertThat(CONFIG.keySet().stream().filter(name -> name.startsWith("field.")))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "field_mcp_connection_id, string, 128",
    "field_mcp_registry, string, 128",
    "field_mcp_hash, string, 64",
    "field_mcp_capabilities, string, 255"
  })
  void linesAreAsLongAsTheRegistryWritesThem(String name, String type, int length) {
    JsonNode storage = config(STORAGE + name);
    assertThat(storage.get("type").asText()).isEqualTo(type);
    assertThat(storage.at("/settings/max_length").asInt()).isEqualTo(length);
  }

  @ParameterizedTest
  @CsvSource({
    "field_mcp_endpoint, string_long",
    "field_mcp_metadata, string_long",
    "field_mcp_health_check, string_long",
    "field_mcp_capability_details, string_long",
    "field_mcp_deleted, boolean",
    "field_mcp_revision, integer",
    "field_mcp_updated, datetime",
    "field_mcp_type, list_string",
    "field_mcp_protocol, list_string",
    "field_mcp_status, list_string"
  })
  void fieldsAreOfTheTypeOfTheirValues(String name, String type) {
    assertThat(config(STORAGE + name).get("type").asText()).isEqualTo(type);
  }

  @Test
  void anUpdateSaysItsTimeOfDay() {
    assertThat(config(STORAGE + Node.UPDATED).at("/settings/datetime_type").asText())
        .isEqualTo("datetime");
  }

  @Test
  void choicesAreThoseOfTheRegistry() {
    assertChoices(Node.TYPE, Arrays.stream(ConnectionType.values()).map(ConnectionType::wire));
    assertChoices(Node.PROTOCOL, Arrays.stream(Protocol.values()).map(Protocol::wire));
    assertChoices(
        Node.STATUS, Arrays.stream(ConnectionStatus.values()).map(ConnectionStatus::wire));
  }

  private static void assertChoices(String name, Stream<String> values) {
    JsonNode allowed = config(STORAGE + name).at("/settings/allowed_values");
    assertThat(allowed.findValuesAsText("value"))
        .containsExactlyInAnyOrderElementsOf(values.toList());
  }

  @Test
  void onlyWhatEveryNodeHasIsRequired() {
    assertThat(fields().stream().filter(n -> config(INSTANCE + n).get("required").asBoolean()))
        .containsExactlyInAnyOrder(Node.CONNECTION_ID, Node.TYPE, Node.PROTOCOL, Node.STATUS);
  }

  @Test
  void anEditorsFormSaysAllThatIsRequired() {
    JsonNode form = config("core.entity_form_display.node.mcp_connection.default");
    for (String name : fields()) {
      JsonNode instance = config(INSTANCE + name);
      boolean hidden = form.path("hidden").has(name);
      assertThat(form.path("content").has(name)).as(name).isNotEqualTo(hidden);
      if (hidden && instance.get("required").asBoolean()) {
        assertThat(instance.get("default_value")).as(name).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"form", "view"})
  void eachFieldHasItsPlaceInTheDisplays(String kind) {
    JsonNode display = config("core.entity_" + kind + "_display.node.mcp_connection.default");
    List<String> placed = new ArrayList<>();
    display.get("content").fieldNames().forEachRemaining(placed::add);
    display.get("hidden").fieldNames().forEachRemaining(placed::add);
    assertThat(placed).doesNotHaveDuplicates().containsAll(fields());
    assertThat(texts(display.at("/dependencies/config")))
        .containsAll(fields().stream().map(INSTANCE::concat).toList());
  }

  static Set<String> names() {
    return CONFIG.keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void nothingIsOfOneSiteAlone(String name) {
    JsonNode config = config(name);
    assertThat(config.findValues("uuid")).isEmpty();
    assertThat(config.findValues("_core")).isEmpty();
    assertThat(config.findValues("default_config_hash")).isEmpty();
    assertThat(config.get("langcode").asText("en")).isEqualTo("en");
  }

  @ParameterizedTest
  @MethodSource("names")
  void theConfigurationGoesWithTheModuleAndDependsOnWhatIsThere(String name) {
    JsonNode dependencies = config(name).get("dependencies");
    assertThat(texts(dependencies.at("/enforced/module"))).containsExactly("mcp_registry");
    assertThat(texts(dependencies.path("config")))
        .allMatch(other ->
            CONFIG.containsKey(other) || other.equals("core.entity_view_mode.node.teaser"));
    assertThat(dependencies.has("content")).isFalse();
    assertThat(dependencies.has("theme")).isFalse();
  }

  @Test
  void theModuleNamesAllModulesThatItNeeds() {
    JsonNode info = read(MODULE.resolve("mcp_registry.info.yml"));
    Set<String> needed = new TreeSet<>(Set.of("jsonapi", "field"));
    for (JsonNode config : CONFIG.values()) {
      needed.addAll(texts(config.at("/dependencies/module")));
      String provider = config.path("module").asText("core");
      needed.add(provider);
    }
    needed.removeAll(Set.of("core", "system")); // No site is without them.
    assertThat(texts(info.get("dependencies")))
        .containsAll(needed.stream().map("drupal:"::concat).toList())
        .doesNotHaveDuplicates()
        .allMatch(each -> each.startsWith("drupal:"));
    assertThat(info.get("type").asText()).isEqualTo("module");
    assertThat(info.get("core_version_requirement").asText()).contains("^10").contains("^11");
  }

  @Test
  void theRoleOfASyncMayWriteAndNothingElse() {
    assertThat(texts(config("user.role.mcp_sync").get("permissions")))
        .containsExactlyInAnyOrder(
            "access content",
            "create mcp_connection content",
            "edit any mcp_connection content",
            "delete any mcp_connection content");
    assertThat(texts(config("user.role.mcp_read").get("permissions")))
        .containsExactly("access content");
    assertThat(Set.of("mcp_sync", "mcp_read"))
        .noneMatch(role -> config("user.role." + role).get("is_admin").asBoolean());
  }
}
