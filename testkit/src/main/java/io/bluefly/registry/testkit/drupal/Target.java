package io.bluefly.registry.testkit.drupal;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** What of the site a path means. */
sealed interface Target {
  String ENTRY = "/jsonapi";
  String COLLECTION = ENTRY + "/node/" + ContentType.NAME;
  String NODE_TYPES = ENTRY + "/node_type/node_type";
  String FIELD_CONFIGS = ENTRY + "/field_config/field_config";

  /** The methods that it knows, as {@code Allow} lists them. */
  default List<String> methods() {
    return List.of("GET", "HEAD");
  }

  default String allow() {
    return String.join(", ", methods());
  }

  /** As the answer to OPTIONS lists them. */
  default String options() {
    return methods().stream()
        .filter(method -> !method.equals("HEAD"))
        .collect(Collectors.joining(", "));
  }

  /** The list of all resource types. */
  record Entry() implements Target {}

  /** The content types. */
  record NodeTypes() implements Target {}

  /** The fields of the content types. */
  record FieldConfigs() implements Target {}

  /** All content of the type. */
  record Collection() implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "POST");
    }
  }

  /** One piece of content; empty when the path has no UUID. */
  record Single(Optional<UUID> id) implements Target {
    @Override
    public List<String> methods() {
      return List.of("GET", "HEAD", "DELETE", "PATCH");
    }
  }

  /** Who has written it. */
  record Author(Optional<UUID> id) implements Target {}

  /** Empty: the site has no such page. */
  static Optional<Target> of(String path, boolean contentType) {
    return switch (path) {
      case ENTRY -> Optional.of(new Entry());
      case NODE_TYPES -> Optional.of(new NodeTypes());
      case FIELD_CONFIGS -> Optional.of(new FieldConfigs());
      case COLLECTION -> Optional.<Target>of(new Collection()).filter(known -> contentType);
      default -> below(path).filter(known -> contentType);
    };
  }

  private static Optional<Target> below(String path) {
    if (!path.startsWith(COLLECTION + "/")) {
      return Optional.empty();
    }
    List<String> rest = List.of(path.substring(COLLECTION.length() + 1).split("/", -1));
    return switch (rest.size()) {
      case 1 -> Optional.of(new Single(Ids.read(rest.getFirst())));
      case 3 ->
          Optional.<Target>of(new Author(Ids.read(rest.getFirst())))
              .filter(author -> path.endsWith("/relationships/uid"));
      default -> Optional.empty();
    };
  }
}
