package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One condition of {@code filter}; all of them hold together. */
record Filter(String path, String operator, List<String> values) {

  Filter {
    values = List.copyOf(values);
  }

  /** Reads the short forms and the long one; groups are beyond this site. */
  static List<Filter> read(Query query) {
    Map<String, Draft> drafts = new LinkedHashMap<>();
    query
        .family("filter")
        .forEach(parameter ->
            drafts
                .computeIfAbsent(name(parameter), Draft::new)
                .take(keys(parameter), parameter.value()));
    return drafts.values().stream().map(Draft::filter).toList();
  }

  private static String name(Query.Parameter parameter) {
    return parameter.path().stream()
        .skip(1)
        .findFirst()
        .orElseThrow(() -> Refusal.badRequest("Filters must be given as filter[field]=value."));
  }

  private static List<String> keys(Query.Parameter parameter) {
    List<String> path = parameter.path();
    return path.stream().skip(2).filter(key -> !key.equals("condition")).toList();
  }

  /** Whether it goes through another entity, whose fields nobody here may filter by. */
  boolean restricted() {
    return ContentType.relates(root());
  }

  private String root() {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  Filter checked() {
    if (!path.equals("id") && !ContentType.has(root()) && !restricted()) {
      throw Refusal.badRequest(
          "Invalid nested filtering. The field `%s`, given in the path `%s`, does not exist."
              .formatted(root(), path));
    }
    return this;
  }

  boolean matches(Node node) {
    List<JsonNode> columns = Columns.values(node, root());
    return switch (operator) {
      case "IS NULL" -> columns.isEmpty();
      case "IS NOT NULL" -> !columns.isEmpty();
      default -> columns.stream().anyMatch(this::matches);
    };
  }

  private boolean matches(JsonNode column) {
    return switch (operator) {
      case "=" -> compare(column) == 0;
      case "<>" -> compare(column) != 0;
      case ">" -> compare(column) > 0;
      case ">=" -> compare(column) >= 0;
      case "<" -> compare(column) < 0;
      case "<=" -> compare(column) <= 0;
      case "IN" -> among(column);
      case "NOT IN" -> !among(column);
      case "STARTS_WITH" -> lower(column.asText()).startsWith(lower(values.getFirst()));
      case "CONTAINS" -> lower(column.asText()).contains(lower(values.getFirst()));
      case "ENDS_WITH" -> lower(column.asText()).endsWith(lower(values.getFirst()));
      default -> throw Refusal.badRequest("The '" + operator + "' operator is not allowed.");
    };
  }

  private int compare(JsonNode column) {
    return Columns.compare(column, values.getFirst());
  }

  private boolean among(JsonNode column) {
    return values.stream().anyMatch(value -> Columns.compare(column, value) == 0);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static final class Draft {
    private String path;
    private String operator = "=";
    private final List<String> values = new ArrayList<>();

    Draft(String id) {
      this.path = id;
    }

    void take(List<String> keys, String value) {
      switch (keys.isEmpty() ? "value" : keys.getFirst()) {
        case "path" -> path = value;
        case "operator" -> operator = value;
        case "value" -> values.add(value);
        default -> throw new UnsupportedOperationException("filter with " + keys);
      }
    }

    Filter filter() {
      return new Filter(path, operator, values).checked();
    }
  }
}
