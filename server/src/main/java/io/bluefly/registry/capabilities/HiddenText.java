package io.bluefly.registry.capabilities;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds characters that people do not see and models read. Those without which languages and emoji
 * can't be written, where they belong, are none: joiners within such scripts, between emoji and
 * after a virama; selectors behind what they select a form of; the three flags made of tags.
 *
 * @see <a href="https://www.unicode.org/reports/tr36/">Unicode Security Considerations</a>
 */
final class HiddenText {
  private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
  private static final int ZERO_WIDTH_JOINER = 0x200D;
  private static final int FIRST_SELECTOR = 0xFE00;
  private static final int TEXT_SELECTOR = 0xFE0E;
  private static final int EMOJI_SELECTOR = 0xFE0F;
  private static final int FIRST_HAN_SELECTOR = 0xE0100;
  private static final int LAST_HAN_SELECTOR = 0xE01EF;
  private static final int BLACK_FLAG = 0x1F3F4;
  private static final int FIRST_TAG = 0xE0000;
  private static final int LAST_TAG = 0xE007F;
  private static final int DELETE = 0x7F;
  private static final int LAST_CONTROL = 0x9F;

  /** Of England, Scotland and Wales: what follows the black flag, in ASCII, without the end. */
  private static final Set<String> TAGGED_FLAGS = Set.of("gbeng", "gbsct", "gbwls");

  /** Format characters that are seen: signs of numbers and verses. */
  private static final Set<Integer> VISIBLE =
      Set.of(
          0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2,
          0x110BD, 0x110CD);

  /** Not seen either, though Unicode counts them among letters, marks, symbols and separators. */
  private static final Set<Integer> BLANK =
      Set.of(
          0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2028, 0x2029,
          0x2800, 0x3164, 0xFFA0);

  /** Scripts that can't be written without joiners. */
  private static final Set<UnicodeScript> JOINING =
      EnumSet.of(
          UnicodeScript.ARABIC,
          UnicodeScript.SYRIAC,
          UnicodeScript.MONGOLIAN,
          UnicodeScript.NKO,
          UnicodeScript.DEVANAGARI,
          UnicodeScript.BENGALI,
          UnicodeScript.GURMUKHI,
          UnicodeScript.GUJARATI,
          UnicodeScript.ORIYA,
          UnicodeScript.TAMIL,
          UnicodeScript.TELUGU,
          UnicodeScript.KANNADA,
          UnicodeScript.MALAYALAM,
          UnicodeScript.SINHALA,
          UnicodeScript.KHMER,
          UnicodeScript.MYANMAR,
          UnicodeScript.TIBETAN);

  private static final int MOST_TOLD = 8;
  private static final HexFormat HEX = HexFormat.of();

  private HiddenText() {}

  /** The hidden characters of a text, escaped, with how often each is there; empty without any. */
  static String hidden(String text) {
    Map<Integer, Integer> found = new LinkedHashMap<>();
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      int tags = flagLength(points, i);
      if (tags > 0) {
        i += tags;
      } else if (isHidden(points, i)) {
        found.merge(points[i], 1, Integer::sum);
      }
    }
    return told(found);
  }

  /** The control characters of a text, line ends and tabs aside; as {@link #hidden}. */
  static String controls(String text) {
    Map<Integer, Integer> found = new LinkedHashMap<>();
    text.codePoints()
        .filter(HiddenText::isControl)
        .forEach(point -> found.merge(point, 1, Integer::sum));
    return told(found);
  }

  private static String told(Map<Integer, Integer> found) {
    String all =
        found.entrySet().stream()
            .limit(MOST_TOLD)
            .map(e -> escaped(e.getKey()) + " x" + e.getValue())
            .collect(Collectors.joining(", "));
    return found.size() > MOST_TOLD ? all + ", and " + (found.size() - MOST_TOLD) + " more" : all;
  }

  /** The text in printable ASCII: all else is escaped, so that it is seen and does nothing. */
  static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    text.codePoints()
        .forEach(point -> {
          if (point < ' ' || point >= DELETE) {
            visible.append(escaped(point));
          } else {
            visible.appendCodePoint(point);
          }
        });
    return visible.toString();
  }

  private static String escaped(int point) {
    return Character.isBmpCodePoint(point)
        ? "\\u" + HEX.toHexDigits((char) point)
        : "\\u{" + Integer.toHexString(point) + "}";
  }

  private static boolean isControl(int point) {
    boolean text = point == '\n' || point == '\r' || point == '\t';
    return (point < ' ' && !text) || (point >= DELETE && point <= LAST_CONTROL);
  }

  private static boolean isHidden(int[] points, int at) {
    int point = points[at];
    if (point == ZERO_WIDTH_JOINER || point == ZERO_WIDTH_NON_JOINER) {
      return !joins(points, at);
    }
    if (point >= FIRST_SELECTOR && point <= EMOJI_SELECTOR) {
      return !selectsForm(points, at);
    }
    if (point >= FIRST_HAN_SELECTOR && point <= LAST_HAN_SELECTOR) {
      return at == 0 || !Character.isIdeographic(points[at - 1]);
    }
    return BLANK.contains(point)
        || (point >= FIRST_TAG && point <= LAST_TAG)
        || (Character.getType(point) == Character.FORMAT && !VISIBLE.contains(point));
  }

  private static boolean joins(int[] points, int at) {
    if (at == 0) {
      return false;
    }
    int before = points[at - 1];
    if (JOINING.contains(UnicodeScript.of(before))) {
      return true;
    }
    return points[at] == ZERO_WIDTH_JOINER
        && at + 1 < points.length
        && (before == EMOJI_SELECTOR || isPicture(before))
        && isPicture(points[at + 1]);
  }

  private static boolean selectsForm(int[] points, int at) {
    int point = points[at];
    boolean form = point == TEXT_SELECTOR || point == EMOJI_SELECTOR;
    return at > 0 && form && Character.isEmoji(points[at - 1]);
  }

  /** Digits are emoji too, but nothing is joined to them. */
  private static boolean isPicture(int point) {
    return point > LAST_CONTROL
        && (Character.isExtendedPictographic(point) || Character.isEmojiModifier(point));
  }

  /** How many tags follow a black flag to make another of it; 0 when they do not. */
  private static int flagLength(int[] points, int at) {
    if (points[at] != BLACK_FLAG) {
      return 0;
    }
    StringBuilder tags = new StringBuilder();
    int end = at + 1;
    while (end < points.length && points[end] > FIRST_TAG && points[end] < LAST_TAG) {
      tags.append((char) (points[end] - FIRST_TAG));
      end++;
    }
    boolean ended = end < points.length && points[end] == LAST_TAG;
    return ended && TAGGED_FLAGS.contains(tags.toString()) ? end - at : 0;
  }
}
