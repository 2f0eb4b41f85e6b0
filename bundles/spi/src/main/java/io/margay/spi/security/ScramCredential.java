package io.margay.spi.security;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the cluster keeps of a user's password for one mechanism. It is a secret: with it, a server could be imitated. Its text never says
 * more than the iterations.
 *
 * @param salt what the password was hashed with
 * @param storedKey proves the client
 * @param serverKey proves the server
 * @param iterations how often the password was hashed
 */
public record ScramCredential(byte[] salt, byte[] storedKey, byte[] serverKey, int iterations) {
  /** @return the form in the metadata, the one that Kafka used */
  public String encode() {
    Base64.Encoder base64 = Base64.getEncoder();
    return "salt=" + base64.encodeToString(salt) + ",stored_key=" + base64.encodeToString(storedKey) + ",server_key="
        + base64.encodeToString(serverKey) + ",iterations=" + iterations;
  }

  /**
   * @param text what {@link #encode} made
   * @return the credential
   * @throws IllegalArgumentException when it is something else; the message does not show it
   */
  public static ScramCredential decode(String text) {
    Map<String, String> parts = new HashMap<>();
    for (String part : text.split(",")) {
      int end = part.indexOf('=');
      if (end > 0) {
        parts.put(part.substring(0, end), part.substring(end + 1));
      }
    }
    if (!parts.keySet().containsAll(Set.of("salt", "stored_key", "server_key", "iterations"))) {
      throw new IllegalArgumentException("no SCRAM credential");
    }
    Base64.Decoder base64 = Base64.getDecoder();
    return new ScramCredential(base64.decode(parts.get("salt")), base64.decode(parts.get("stored_key")), base64.decode(parts.get("server_key")),
        Integer.parseInt(parts.get("iterations")));
  }

  /** @return the iterations alone */
  @Override
  public String toString() {
    return "ScramCredential[iterations=" + iterations + "]";
  }
}
