package io.bluefly.registry.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.net.MalformedURLException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings: the command line wins over the environment ({@code MCP_REGISTRY_DATA_DIR}), that
 * over the YAML file ({@code mcp-registry: data-dir:}), that over the defaults.
 */
public final class ConfigReader {
  private static final int COMMAND_LINE = 400;
  private static final int ENVIRONMENT = 300;
  private static final int FILE = 200;
  private static final int CONVERTER_PRIORITY = 1_000;

  private ConfigReader() {}

  /**
   * The settings of type {@code mapping}.
   *
   * @param commandLine full names ({@code mcp-registry.port}) and values of the options that were
   *     given
   * @param environment the environment's variables
   * @param file the YAML file, or null for none
   * @throws ConfigException when a value is wrong or a name in the file is unknown
   */
  public static <T> T read(
      Class<T> mapping,
      Map<String, String> commandLine,
      Map<String, String> environment,
      @Nullable Path file) {
    try {
      var builder =
          new SmallRyeConfigBuilder()
              .withConverter(Duration.class, CONVERTER_PRIORITY, new DurationConverter())
              .withConverter(Boolean.class, CONVERTER_PRIORITY, new BooleanConverter())
              .withConverter(boolean.class, CONVERTER_PRIORITY, new BooleanConverter())
              .withSources(
                  new PropertiesConfigSource(commandLine, "the command line", COMMAND_LINE))
              .withSources(new EnvConfigSource(environment, ENVIRONMENT))
              .withMapping(mapping);
      if (file != null) {
        builder.withSources(yaml(file, mapping.getAnnotation(ConfigMapping.class).prefix()));
      }
      return builder.build().getConfigMapping(mapping);
    } catch (ConfigValidationException e) {
      throw new ConfigException(
          IntStream.range(0, e.getProblemCount())
              .mapToObj(i -> sentence(e.getProblem(i).getMessage()))
              .distinct()
              .collect(Collectors.joining("; ")));
    }
  }

  private static YamlConfigSource yaml(Path file, String root) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new ConfigException(
          "The configuration file " + file + " can't be read; name another with --config");
    }
    try {
      YamlConfigSource source = new YamlConfigSource(file.toUri().toURL(), FILE);
      for (String name : source.getPropertyNames()) {
        if (!name.startsWith(root + ".")) {
          throw new ConfigException(
              "The setting "
                  + name
                  + " in "
                  + file
                  + " is unknown; all settings are below "
                  + root);
        }
      }
      return source;
    } catch (ConfigException e) {
      throw e;
    } catch (MalformedURLException e) {
      throw new ConfigException("The configuration file " + file + " has a name that is no URL");
    } catch (IOException | RuntimeException e) {
      throw new ConfigException(
          "The configuration file " + file + " is no valid YAML: " + firstLine(e));
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown error");
  }

  /** SmallRye's message without its code and its inner life. */
  private static String sentence(String message) {
    return message
        .replaceAll("SRCFG\\d+: ", "")
        .replaceAll("java\\.[a-zA-Z.]+: ", "")
        .replaceAll(
            "(?s)The config property (\\S+) with the config value (\".*?\") threw an Exception"
                + " whilst being converted ",
            "The setting $1 can't be $2: ")
        .replaceAll(
            "The config property (\\S+) is defined as the empty String .*",
            "The setting $1 is empty; give it a value or leave it out");
  }
}
