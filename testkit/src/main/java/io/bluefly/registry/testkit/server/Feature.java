package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A tool, a prompt, a resource or a resource template.
 *
 * @param key its name; of resources the URI or the URI template
 * @param definition as lists show it
 */
record Feature(String key, ObjectNode definition, Handler handler) {
  /** A tool that needs no arguments. */
  static Feature tool(String name, String description, Handler handler) {
    return tool(name, description, "{\"type\": \"object\"}", handler);
  }

  static Feature tool(String name, String description, String inputSchema, Handler handler) {
    ObjectNode definition = Json.object().put("name", name).put("description", description);
    definition.set("inputSchema", Json.object(inputSchema));
    return new Feature(name, definition, handler);
  }

  Feature describedAs(String description) {
    return new Feature(key, definition.deepCopy().put("description", description), handler);
  }

  Feature withOutputSchema(String schema) {
    ObjectNode changed = definition.deepCopy();
    changed.set("outputSchema", Json.object(schema));
    return new Feature(key, changed, handler);
  }

  Feature withAnnotations(String annotations) {
    ObjectNode changed = definition.deepCopy();
    changed.set("annotations", Json.object(annotations));
    return new Feature(key, changed, handler);
  }

  /** A prompt; its arguments are all required. */
  static Feature prompt(String name, String description, Handler handler, String... arguments) {
    ObjectNode definition = Json.object().put("name", name).put("description", description);
    if (arguments.length > 0) {
      var list = definition.putArray("arguments");
      for (String argument : arguments) {
        list.addObject()
            .put("name", argument)
            .put("description", "The " + argument)
            .put("required", true);
      }
    }
    return new Feature(name, definition, handler);
  }

  static Feature resource(String uri, String name, String mimeType, Handler handler) {
    return new Feature(uri, described(name, mimeType).put("uri", uri), handler);
  }

  static Feature template(String uri, String name, String mimeType, Handler handler) {
    return new Feature(uri, described(name, mimeType).put("uriTemplate", uri), handler);
  }

  private static ObjectNode described(String name, String mimeType) {
    return Json.object()
        .put("name", name)
        .put("description", "For tests: " + name)
        .put("mimeType", mimeType);
  }
}
