package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the OpenAPI document as JSON when the project is built: YAML takes long to read. */
final class ContractAsJson {
  private ContractAsJson() {}

  /** The arguments are the YAML file and the JSON file. */
  public static void main(String[] args) throws IOException {
    JsonNode document =
        new ObjectMapper(new YAMLFactory()).readTree(Files.readAllBytes(Path.of(args[0])));
    Files.write(Path.of(args[1]), new ObjectMapper().writeValueAsBytes(document));
  }
}
