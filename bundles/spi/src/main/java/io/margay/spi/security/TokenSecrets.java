package io.margay.spi.security;

import io.margay.spi.config.SettingValues;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secrets of delegation tokens, which follow from the settings of the node and the ids of the tokens. Stateless. */
public final class TokenSecrets {
  private static final String MAC = "HmacSHA512";

  private TokenSecrets() { }

  /**
   * @param settings the settings of the node
   * @return whether there are delegation tokens
   */
  public static boolean enabled(SettingValues settings) {
    String key = settings.get(TokenSettings.SECRET_KEY);
    return key != null && !key.isEmpty();
  }

  /**
   * The secret of a token, which its owner has to keep.
   *
   * @param settings the settings of the node, which must be {@link #enabled}
   * @param id the token's id
   * @return the secret
   */
  public static byte[] secret(SettingValues settings, String id) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(settings.get(TokenSettings.SECRET_KEY).getBytes(StandardCharsets.UTF_8), MAC));
      return mac.doFinal(id.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(MAC, e);
    }
  }
}
