package io.bluefly.registry.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals short texts that clients carry for the registry: what comes back was written by a registry
 * with the same key, for the same purpose and client, and nobody could read it (AES-256-GCM, NIST
 * SP 800-38D). The same text is always sealed the same way, so that a task keeps its id: the nonce
 * is a keyed digest of the text. The key outlives restarts, since clients keep task ids.
 */
public final class Sealer {
  /** What a sealed text is for; one is no good for another. */
  public enum Purpose {
    /** The id of a legacy client's session. */
    SESSION,
    /** The {@code requestState} of a multi-round-trip request. */
    REQUEST_STATE,
    /** A task's id. */
    TASK,
    /** Where the next page of a list begins. */
    CURSOR
  }

  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private static final String DIGEST = "HmacSHA256";

  private final SecretKeySpec key;
  private final SecretKeySpec nonceKey;

  /** Seals with a key derived from {@code secret}. */
  public Sealer(String secret) {
    this.key = new SecretKeySpec(sha256("sealer:" + secret), "AES");
    this.nonceKey = new SecretKeySpec(sha256("nonce:" + secret), DIGEST);
  }

  /**
   * Reads the secret from {@code file}, or writes a new one there with mode 0600.
   *
   * @throws IOException when the file can't be read or written, or is empty
   */
  public static Sealer loadOrCreate(Path file) throws IOException {
    return new Sealer(OwnerOnlyFile.readOrCreate(file, ""));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** {@code text}, sealed for one client: letters, digits, {@code -} and {@code _} only. */
  public String seal(Purpose purpose, Principal principal, String text) {
    try {
      byte[] nonce = nonce(purpose, principal, text);
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, purpose, principal, nonce).doFinal(text.getBytes(UTF_8));
      byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
      System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
      return encoded(all);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + CIPHER, e);
    }
  }

  private static String encoded(byte[] all) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  private byte[] nonce(Purpose purpose, Principal principal, String text)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance(DIGEST);
    mac.init(nonceKey);
    mac.update(purpose.name().getBytes(UTF_8));
    mac.update((byte) 0);
    mac.update(principal.id().getBytes(UTF_8));
    mac.update((byte) 0);
    return Arrays.copyOf(mac.doFinal(text.getBytes(UTF_8)), NONCE_BYTES);
  }

  /**
   * What was sealed for {@code purpose} and {@code principal}, or null when {@code token} is no
   * such thing.
   */
  public @Nullable String open(Purpose purpose, Principal principal, String token) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(token);
      if (all.length <= NONCE_BYTES || !encoded(all).equals(token)) {
        return null; // Another spelling of the same bytes was not given out.
      }
      byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, purpose, principal, nonce);
      return new String(cipher.doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES), UTF_8);
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      return null;
    }
  }

  private Cipher cipher(int mode, Purpose purpose, Principal principal, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    String bound = purpose.name().toLowerCase(Locale.ROOT) + "\n" + principal.id();
    cipher.updateAAD(bound.getBytes(UTF_8));
    return cipher;
  }
}
