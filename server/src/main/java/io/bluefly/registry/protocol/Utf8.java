package io.bluefly.registry.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Whether bytes are UTF-8 as RFC 3629 has it. Jackson lets overlong forms and lone surrogates pass,
 * which the next reader may take for something else.
 */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  static boolean isValid(byte[] bytes) {
    int i = 0;
    while (i < bytes.length) {
      if (i + 8 <= bytes.length && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
        i += 8;
      } else if (bytes[i] >= 0) {
        i++;
      } else {
        int length = sequence(bytes, i);
        if (length == 0) {
          return false;
        }
        i += length;
      }
    }
    return true;
  }

  /** The length of the sequence at {@code i}, 0 when there is no right one. */
  private static int sequence(byte[] bytes, int i) {
    int lead = bytes[i] & 0xFF;
    int second = at(bytes, i + 1);
    if (lead >= 0xC2 && lead <= 0xDF) {
      return isContinuation(second) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
      boolean allowed = (lead != 0xE0 || second >= 0xA0) && (lead != 0xED || second <= 0x9F);
      return allowed && isContinuation(second) && isContinuation(at(bytes, i + 2)) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
      boolean allowed = (lead != 0xF0 || second >= 0x90) && (lead != 0xF4 || second <= 0x8F);
      return allowed
              && isContinuation(second)
              && isContinuation(at(bytes, i + 2))
              && isContinuation(at(bytes, i + 3))
          ? 4
          : 0;
    }
    return 0;
  }

  private static int at(byte[] bytes, int i) {
    return i < bytes.length ? bytes[i] & 0xFF : 0;
  }

  private static boolean isContinuation(int b) {
    return (b & 0xC0) == 0x80;
  }
}
