package io.bluefly.registry.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Gives clients something to keep that they can't change: a JSON object and its HMAC. The servers
 * of one Java process share the key, as the replicas of a service would.
 */
final class Sealer {
  private static final String ALGORITHM = "HmacSHA256";
  private static final SecretKeySpec KEY = key();

  private Sealer() {}

  private static SecretKeySpec key() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return new SecretKeySpec(key, ALGORITHM);
  }

  static String seal(ObjectNode content) {
    String body = encode(Json.write(content).getBytes(UTF_8));
    return body + "." + encode(sign(body));
  }

  /** Empty when it was not sealed here, or was changed. */
  static Optional<ObjectNode> open(String sealed) {
    int dot = sealed.indexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    String body = sealed.substring(0, dot);
    byte[] expected = encode(sign(body)).getBytes(UTF_8);
    if (!MessageDigest.isEqual(expected, sealed.substring(dot + 1).getBytes(UTF_8))) {
      return Optional.empty();
    }
    return Optional.of(Json.object(new String(Base64.getUrlDecoder().decode(body), UTF_8)));
  }

  private static byte[] sign(String body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(KEY);
      return mac.doFinal(body.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
    }
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
