package io.bluefly.registry.config;

import io.smallrye.config.ConfigMappingLoader;
import io.smallrye.config.ConfigMappingMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the classes behind the settings interfaces when the project is built; without them
 * SmallRye Config makes them at each start.
 */
final class MappingClasses {
  private MappingClasses() {}

  /** The arguments are the name of the settings interface and the folder of the classes. */
  public static void main(String[] args) throws IOException, ClassNotFoundException {
    Class<?> mapping = Class.forName(args[0]);
    for (ConfigMappingMetadata type : ConfigMappingLoader.getConfigMappingsMetadata(mapping)) {
      Path file = Path.of(args[1], type.getClassName().replace('.', '/') + ".class");
      Files.write(file, type.getClassBytes());
    }
  }
}
