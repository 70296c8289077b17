package io.bluefly.registry.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A key that signs tokens, by nothing but the JDK: what checks them shall not be tested with
 * itself.
 *
 * @param id its {@code kid}
 * @param algorithm RS256, PS256, ES256 or EdDSA
 */
public record SigningKey(String id, String algorithm, KeyPair pair) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RSA_BITS = 2048;
  private static final int COORDINATE = 32;

  /** A new one. */
  public static SigningKey create(String id, String algorithm) {
    try {
      return new SigningKey(id, algorithm, pair(algorithm));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair pair(String algorithm) throws GeneralSecurityException {
    return switch (algorithm) {
      case "RS256", "PS256" -> {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(RSA_BITS);
        yield rsa.generateKeyPair();
      }
      case "ES256" -> {
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        yield ec.generateKeyPair();
      }
      case "EdDSA" -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      default -> throw new IllegalArgumentException(algorithm);
    };
  }

  /** The public key as RFC 7517 has it. */
  Map<String, Object> jwk() {
    Map<String, Object> jwk = new LinkedHashMap<>(Map.of("kid", id, "use", "sig"));
    PublicKey key = pair.getPublic();
    if (key instanceof RSAPublicKey rsa) {
      jwk.putAll(
          Map.of("kty", "RSA", "n", text(rsa.getModulus()), "e", text(rsa.getPublicExponent())));
    } else if (key instanceof ECPublicKey ec) {
      jwk.putAll(
          Map.of(
              "kty",
              "EC",
              "crv",
              "P-256",
              "x",
              text(fixed(ec.getW().getAffineX())),
              "y",
              text(fixed(ec.getW().getAffineY()))));
    } else if (key instanceof EdECPublicKey) {
      byte[] encoded = key.getEncoded();
      byte[] x = Arrays.copyOfRange(encoded, encoded.length - COORDINATE, encoded.length);
      jwk.putAll(Map.of("kty", "OKP", "crv", "Ed25519", "x", text(x)));
    }
    return jwk;
  }

  private static String text(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return text(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[COORDINATE];
    int length = Math.min(bytes.length, COORDINATE);
    System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE - length, length);
    return fixed;
  }

  /** Bytes in the alphabet of URLs. */
  public static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** A token with this key's {@code kid} and {@code alg}. */
  public String token(Map<String, ?> claims) {
    return token(Map.of("typ", "JWT", "alg", algorithm, "kid", id), claims);
  }

  /** A token with any header. */
  public String token(Map<String, ?> header, Map<String, ?> claims) {
    String input = unsigned(header, claims);
    try {
      return input + "." + text(sign(input.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The part of a token that is signed. */
  public static String unsigned(Map<String, ?> header, Map<String, ?> claims) {
    try {
      return text(JSON.writeValueAsBytes(header)) + "." + text(JSON.writeValueAsBytes(claims));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] sign(byte[] input) throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            switch (algorithm) {
              case "RS256" -> "SHA256withRSA";
              case "PS256" -> "RSASSA-PSS";
              case "ES256" -> "SHA256withECDSAinP1363Format";
              default -> "Ed25519";
            });
    if (algorithm.equals("PS256")) {
      signature.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }
    signature.initSign(pair.getPrivate());
    signature.update(input);
    return signature.sign();
  }
}
