package io.bluefly.registry.capabilities;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks through a definition, names of members and defaults too, for what is meant for a model and
 * not for its user. Knows a few plain patterns of English, always the same ones; what it does not
 * find may be bad all the same.
 */
final class Suspicions {
  /** Flags of one definition, and characters of one text that are held against patterns. */
  static final int MOST = 50;

  private static final int LONGEST = 100_000;
  private static final int LONGEST_QUOTE = 60;

  private static final JsonMapper LENIENT = new JsonMapper();
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final Pattern TAG =
      Pattern.compile(
          "</?\\s{0,9}(?:important|instructions?|system|critical|hidden|override)\\b[^<>]{0,80}>"
              + "|\\[/?(?:inst|system)]|<\\|[a-z_]{2,20}\\|>|<<sys>>",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern PHRASE =
      Pattern.compile(
          "\\b(?:ignore|disregard|forget)\\s{1,9}(?:all\\s{1,9}|any\\s{1,9})?(?:the\\s{1,9}|your\\s{1,9})?"
              + "(?:previous|prior|above|earlier|other)\\b"
              + "|\\b(?:do\\s{1,9}not|don['\u2019]t|never|without)\\s{1,9}"
              + "(?:tell|telling|mention|mentioning|inform|informing|notify|notifying|show|reveal)"
              + "(?:\\s{1,9}(?:this|that|it))?(?:\\s{1,9}to)?\\s{1,9}(?:the\\s{1,9})?users?\\b",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern INSTRUCTION =
      Pattern.compile(
          "\\b(?:before|after|first|instead|always|never|must|do not|don['\u2019]t|ignore|override"
              + "|prefer|whenever|required?|call|calling|invoke|use|using|rather than)\\b",
          Pattern.CASE_INSENSITIVE);

  /**
   * Words that are no natural ones: with separators inside, or capitals. Looked for where a word
   * begins only, or each letter of a long one would be tried.
   */
  private static final Pattern IDENTIFIER =
      Pattern.compile(
          "(?<![A-Za-z0-9])"
              + "(?:[A-Za-z][A-Za-z0-9]*+(?:[_.-]++[A-Za-z0-9]++)++|[a-z]++(?:[A-Z][a-z0-9]*+)++)");

  private static final int SHORTEST_NAME = 4;

  private final Predicate<String> othersTool;
  private final List<Flag> flags = new ArrayList<>();

  private Suspicions(Predicate<String> othersTool) {
    this.othersTool = othersTool;
  }

  /**
   * The flags of a definition, at most {@value #MOST}.
   *
   * @param definition JSON text
   * @param othersTool whether a name is that of a tool which only other pools offer
   */
  static List<Flag> of(String definition, Predicate<String> othersTool) {
    Suspicions all = new Suspicions(othersTool);
    try {
      all.walk(LENIENT.readTree(definition), "");
      STRICT.readTree(definition);
    } catch (JsonProcessingException e) {
      all.add(Flag.Kind.DUPLICATE_MEMBERS, "", "read differently by different readers of JSON");
    }
    return List.copyOf(all.flags);
  }

  /** Whether a name is so much of its own that a text which has it means that tool. */
  static boolean isDistinctive(String name) {
    return name.length() >= SHORTEST_NAME && IDENTIFIER.matcher(name).matches();
  }

  private void walk(JsonNode node, String pointer) {
    if (node.isTextual()) {
      text(node.textValue(), pointer);
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        walk(node.get(i), Difference.below(pointer, Integer.toString(i)));
      }
    } else {
      node.properties()
          .forEach(member -> {
            String below = below(pointer, member.getKey());
            text(member.getKey(), below);
            walk(member.getValue(), below);
          });
    }
  }

  private static String below(String pointer, String name) {
    String start = name.substring(0, Math.min(name.length(), Difference.LONGEST_POINTER));
    return Difference.below(pointer, HiddenText.visible(Difference.escaped(start)));
  }

  private void text(String text, String pointer) {
    String hidden = HiddenText.hidden(text);
    if (!hidden.isEmpty()) {
      add(Flag.Kind.HIDDEN_UNICODE, pointer, hidden);
    }
    String controls = HiddenText.controls(text);
    if (!controls.isEmpty()) {
      add(Flag.Kind.CONTROL_CHARACTERS, pointer, controls);
    }
    String start = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    match(TAG, Flag.Kind.INSTRUCTION_TAG, start, pointer);
    match(PHRASE, Flag.Kind.INSTRUCTION_PHRASE, start, pointer);
    if (!pointer.equals("/name") && INSTRUCTION.matcher(start).find()) {
      otherTools(start).forEach(name -> add(Flag.Kind.NAMES_OTHER_TOOL, pointer, quoted(name)));
    }
  }

  private void match(Pattern pattern, Flag.Kind kind, String text, String pointer) {
    Matcher matcher = pattern.matcher(text);
    if (matcher.find()) {
      add(kind, pointer, quoted(matcher.group()));
    }
  }

  private Set<String> otherTools(String text) {
    Set<String> names = new LinkedHashSet<>();
    Matcher matcher = IDENTIFIER.matcher(text);
    while (matcher.find() && names.size() < MOST) {
      String word = matcher.group();
      int exposed = word.indexOf("__");
      if (word.length() >= SHORTEST_NAME
          && (othersTool.test(word)
              || (exposed > 0 && othersTool.test(word.substring(exposed + 2))))) {
        names.add(word);
      }
    }
    return names;
  }

  /** It is told to be found again, not to be read: nothing of it shall pass for a sentence. */
  private static String quoted(String found) {
    String visible = HiddenText.visible(found).toLowerCase(Locale.ROOT);
    return visible.length() <= LONGEST_QUOTE
        ? visible
        : visible.substring(0, LONGEST_QUOTE) + "...";
  }

  private void add(Flag.Kind kind, String where, String detail) {
    if (flags.size() < MOST) {
      flags.add(new Flag(kind, where, detail));
    }
  }
}
