package io.bluefly.registry.testkit.drupal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A query string as PHP reads and writes it: {@code name[key][]=value}. */
record Query(List<Parameter> parameters) {
  static final Query NONE = new Query(List.of());

  /**
   * One value.
   *
   * @param path the name, and then what stands in brackets; empty brackets are numbered
   */
  record Parameter(List<String> path, String value) {
    Parameter {
      path = List.copyOf(path);
    }

    String family() {
      return path.getFirst();
    }

    private boolean open() {
      return path.getLast().isEmpty();
    }

    private Parameter numbered(long number) {
      List<String> numbered = new ArrayList<>(path);
      numbered.set(path.size() - 1, Long.toString(number));
      return new Parameter(numbered, value);
    }

    private String written() {
      String keys =
          path.stream().skip(1).map(key -> "%5B" + encoded(key) + "%5D").collect(joining());
      return encoded(family()) + keys + "=" + encoded(value);
    }

    private static String encoded(String text) {
      return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
  }

  Query {
    parameters = List.copyOf(parameters);
  }

  static Query read(String text) {
    List<Parameter> parameters = new ArrayList<>();
    Arrays.stream(text.split("&", -1))
        .filter(part -> !part.isEmpty())
        .map(Query::parameter)
        .forEach(parameter -> parameters.add(numbered(parameter, parameters)));
    return new Query(parameters);
  }

  private static Parameter parameter(String part) {
    int equals = part.indexOf('=');
    String name = equals < 0 ? part : part.substring(0, equals);
    String value = equals < 0 ? "" : part.substring(equals + 1);
    return new Parameter(path(decoded(name)), decoded(value));
  }

  private static List<String> path(String name) {
    return List.of(name.replace("]", "").split("\\[", -1));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, UTF_8);
  }

  private static Parameter numbered(Parameter next, List<Parameter> before) {
    if (!next.open()) {
      return next;
    }
    List<String> parent = parent(next);
    return next.numbered(before.stream().filter(other -> parent(other).equals(parent)).count());
  }

  private static List<String> parent(Parameter parameter) {
    return parameter.path().subList(0, parameter.path().size() - 1);
  }

  Stream<Parameter> family(String name) {
    return parameters.stream().filter(parameter -> parameter.family().equals(name));
  }

  Optional<String> value(String... path) {
    return parameters.stream()
        .filter(parameter -> parameter.path().equals(List.of(path)))
        .map(Parameter::value)
        .findFirst();
  }

  /** The same, and another page. */
  Query page(int offset, int limit) {
    List<Parameter> others = new ArrayList<>(parameters);
    others.removeIf(parameter -> parameter.family().equals("page"));
    int position = position();
    others.add(position, new Parameter(List.of("page", "offset"), Integer.toString(offset)));
    others.add(position + 1, new Parameter(List.of("page", "limit"), Integer.toString(limit)));
    return new Query(others);
  }

  private int position() {
    long before =
        parameters.stream().takeWhile(parameter -> !parameter.family().equals("page")).count();
    return (int) before;
  }

  /** In the order in which the site names itself. */
  Query sorted() {
    return new Query(parameters.stream().sorted(Comparator.comparing(Parameter::family)).toList());
  }

  /** With the question mark, or empty. */
  @Override
  public String toString() {
    return parameters.isEmpty()
        ? ""
        : parameters.stream().map(Parameter::written).collect(joining("&", "?", ""));
  }
}
