package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the server offers, in a stable order, in pages of {@value #PAGE}. */
final class Catalogue {
  private static final int PAGE = 50;

  /** The four lists. */
  enum Kind {
    TOOLS("tools"),
    PROMPTS("prompts"),
    RESOURCES("resources"),
    TEMPLATES("resourceTemplates");

    private final String member;

    Kind(String member) {
      this.member = member;
    }
  }

  private final Map<Kind, Map<String, Feature>> features = new EnumMap<>(Kind.class);

  Catalogue() {
    for (Kind kind : Kind.values()) {
      features.put(kind, new LinkedHashMap<>());
    }
  }

  private Map<String, Feature> of(Kind kind) {
    return features.getOrDefault(kind, Map.of());
  }

  synchronized void add(Kind kind, List<Feature> more) {
    more.forEach(feature -> of(kind).put(feature.key(), feature));
  }

  /** Adds it, or removes it if it is there. */
  synchronized void toggle(Kind kind, Feature feature) {
    if (of(kind).remove(feature.key()) == null) {
      of(kind).put(feature.key(), feature);
    }
  }

  /** Describes a tool otherwise; it works as before. */
  synchronized void redefine(String tool, String description) {
    of(Kind.TOOLS).computeIfPresent(tool, (_, known) -> known.describedAs(description));
  }

  synchronized Optional<Feature> find(Kind kind, String key) {
    return Optional.ofNullable(of(kind).get(key));
  }

  /** The resource, or the template that {@code uri} fits. */
  synchronized Optional<Feature> resource(String uri) {
    return find(Kind.RESOURCES, uri)
        .or(() ->
            of(Kind.TEMPLATES).values().stream()
                .filter(template -> pattern(template.key()).matcher(uri).matches())
                .findFirst());
  }

  private static Pattern pattern(String template) {
    Matcher variables = Pattern.compile("\\{[^}]*}").matcher(template);
    StringBuilder regex = new StringBuilder();
    int end = 0;
    while (variables.find()) {
      regex.append(Pattern.quote(template.substring(end, variables.start()))).append("[^/]+");
      end = variables.end();
    }
    return Pattern.compile(regex.append(Pattern.quote(template.substring(end))).toString());
  }

  /** A page as a list's result; fails on a cursor that is none of ours. */
  synchronized ObjectNode page(Kind kind, JsonNode cursor) throws McpException {
    List<Feature> all = List.copyOf(of(kind).values());
    int start = cursor.isMissingNode() ? 0 : start(kind, cursor);
    int end = Math.min(all.size(), start + PAGE);
    ObjectNode result = Json.object();
    ArrayNode items = result.putArray(kind.member);
    all.subList(Math.min(start, end), end).forEach(feature -> items.add(feature.definition()));
    if (end < all.size()) {
      result.put(
          "nextCursor", Sealer.seal(Json.object().put("list", kind.member).put("start", end)));
    }
    return result;
  }

  private static int start(Kind kind, JsonNode cursor) throws McpException {
    return Sealer.open(cursor.asText())
        .filter(opened -> opened.path("list").asText().equals(kind.member))
        .map(opened -> opened.path("start").asInt())
        .orElseThrow(() -> McpException.invalidParams("Invalid cursor"));
  }
}
