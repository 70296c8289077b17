package io.bluefly.registry.it;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of Prometheus' text format 0.0.4: what Prometheus would refuse, or warn of, is an
 * error here. See https://prometheus.io/docs/instrumenting/exposition_formats/
 */
final class PrometheusText {
  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final String LABEL =
      "([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\\\\\|\\\\\"|\\\\n)*)\"";
  private static final String NUMBER = "[+-]?(?:\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|Inf)|NaN";
  private static final Pattern COMMENT =
      Pattern.compile("# (HELP|TYPE) (" + NAME + ") (.+)", Pattern.DOTALL);
  private static final Pattern SAMPLE =
      Pattern.compile(
          "(" + NAME + ")(?:\\{(" + LABEL + "(?:," + LABEL + ")*)?,?\\})? (" + NUMBER + ")");
  private static final Pattern ONE_LABEL = Pattern.compile(LABEL);

  /** A value with its labels. */
  record Sample(String name, Map<String, String> labels, double value) {}

  private final Map<String, String> types = new LinkedHashMap<>();
  private final Set<String> described = new HashSet<>();
  private final Set<String> ended = new HashSet<>();
  private final List<Sample> samples = new ArrayList<>();
  private String family = "";

  private PrometheusText() {}

  static PrometheusText parse(String text) {
    PrometheusText page = new PrometheusText();
    require(text.endsWith("\n"), "the last line must end, too");
    text.lines().forEach(page::line);
    page.checkHistograms();
    return page;
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  private void line(String line) {
    if (line.startsWith("#")) {
      comment(line);
    } else {
      sample(line);
    }
  }

  private void comment(String line) {
    Matcher matcher = COMMENT.matcher(line);
    require(matcher.matches(), "no comment that means anything: " + line);
    begin(matcher.group(2));
    if (matcher.group(1).equals("TYPE")) {
      require(
          Set.of("counter", "gauge", "histogram", "summary", "untyped").contains(matcher.group(3)),
          "no type: " + line);
      require(types.put(family, matcher.group(3)) == null, "a second type: " + line);
    } else {
      require(described.add(family), "a second help: " + line);
    }
  }

  private void begin(String name) {
    if (!name.equals(family)) {
      ended.add(family);
      require(!ended.contains(name), "the lines of a family must stand together: " + name);
      family = name;
    }
  }

  private void sample(String line) {
    Matcher matcher = SAMPLE.matcher(line);
    require(matcher.matches(), "no sample: " + line);
    String name = matcher.group(1);
    String type = types.get(family);
    require(type != null, "a sample before its type: " + line);
    boolean belongs =
        name.equals(family)
            || ("histogram".equals(type)
                && name.matches(Pattern.quote(family) + "_(bucket|sum|count)"));
    require(belongs, "a sample of another family: " + line);
    require(!"counter".equals(type) || name.endsWith("_total"), "no name of a counter: " + line);
    Map<String, String> labels = new LinkedHashMap<>();
    if (matcher.group(2) != null) {
      Matcher label = ONE_LABEL.matcher(matcher.group(2));
      while (label.find()) {
        require(labels.put(label.group(1), label.group(2)) == null, "a label twice: " + line);
      }
    }
    String number = matcher.group(matcher.groupCount());
    Sample sample = new Sample(name, labels, Double.parseDouble(number.replace("Inf", "Infinity")));
    require(
        samples.stream().noneMatch(s -> s.name().equals(name) && s.labels().equals(labels)),
        "a sample twice: " + line);
    samples.add(sample);
  }

  private void checkHistograms() {
    types.forEach((name, type) -> {
      require(described.contains(name), name + " has no help");
      if (type.equals("histogram")) {
        samples.stream().filter(s -> s.name().equals(name + "_count")).forEach(this::checkBuckets);
      }
    });
  }

  private void checkBuckets(Sample count) {
    String name = count.name().replaceAll("_count$", "_bucket");
    double bound = Double.NEGATIVE_INFINITY;
    double below = 0;
    for (Sample sample : samples) {
      Map<String, String> labels = new LinkedHashMap<>(sample.labels());
      String le = labels.remove("le");
      if (sample.name().equals(name) && labels.equals(count.labels())) {
        double next = Double.parseDouble(String.valueOf(le).replace("Inf", "Infinity"));
        require(next > bound && sample.value() >= below, "buckets must ascend: " + sample);
        bound = next;
        below = sample.value();
      }
    }
    require(bound == Double.POSITIVE_INFINITY, "no bucket for all: " + count);
    require(below == count.value(), "the last bucket must have all: " + count);
  }

  /** The names of all samples. */
  Set<String> names() {
    Set<String> names = new HashSet<>();
    samples.forEach(sample -> names.add(sample.name()));
    return names;
  }

  List<Sample> samples(String name) {
    return samples.stream().filter(s -> s.name().equals(name)).toList();
  }

  /** The only sample of this name with this label. */
  double value(String name, String label, String value) {
    List<Sample> found =
        samples(name).stream().filter(s -> value.equals(s.labels().get(label))).toList();
    require(found.size() == 1, found.size() + " samples of " + name + " with " + value);
    return found.getFirst().value();
  }

  double value(String name) {
    List<Sample> found = samples(name);
    require(found.size() == 1, found.size() + " samples of " + name);
    return found.getFirst().value();
  }
}
