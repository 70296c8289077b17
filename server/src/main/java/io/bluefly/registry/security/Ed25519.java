package io.bluefly.registry.security;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Signatures by Ed25519 (RFC 8037), by the JDK: Nimbus wants Tink for them. */
final class Ed25519 {
  /** What RFC 8410 has before the 32 bytes of a public key. */
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final int KEY_BYTES = 32;

  private Ed25519() {}

  /** Whether {@code signature} is {@code key}'s below {@code input}. */
  static boolean verifies(OctetKeyPair key, byte[] input, byte[] signature)
      throws GeneralSecurityException {
    byte[] x = key.getDecodedX();
    if (!key.getCurve().equals(Curve.Ed25519) || x.length != KEY_BYTES) {
      return false;
    }
    byte[] encoded = new byte[PREFIX.length + KEY_BYTES];
    System.arraycopy(PREFIX, 0, encoded, 0, PREFIX.length);
    System.arraycopy(x, 0, encoded, PREFIX.length, KEY_BYTES);
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    verifier.update(input);
    return verifier.verify(signature);
  }
}
