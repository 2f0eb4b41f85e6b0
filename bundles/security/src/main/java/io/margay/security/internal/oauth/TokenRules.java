package io.margay.security.internal.oauth;

import io.margay.spi.config.SettingValues;
import io.margay.spi.security.PrincipalRules;
import java.util.List;

/**
 * What tokens must say, from the settings of one listener.
 *
 * @param issuer that they must have; null for any
 * @param audience of which they must have one; empty for any
 * @param scope that they must have, all of it
 * @param claims names of the claims with the client's name and with the scope
 * @param skewMs by how much clocks may differ
 * @param algorithms that they may be signed with
 * @param names how the client's name becomes a user's
 */
record TokenRules(String issuer, List<String> audience, List<String> scope, Claims claims, long skewMs, List<String> algorithms,
    PrincipalRules names) {
  /**
   * Names of claims.
   *
   * @param subject with the client's name
   * @param scope with the scope
   */
  record Claims(String subject, String scope) { }

  /** @throws IllegalStateException when the settings do not say enough to check a token; the message names the setting */
  static TokenRules of(SettingValues values) {
    String issuer = values.get(OAuthSettings.ISSUER);
    List<String> audience = values.get(OAuthSettings.AUDIENCE);
    if ((issuer == null || issuer.isEmpty()) && !values.get(OAuthSettings.ANY_ISSUER)) {
      throw new IllegalStateException("sasl.oauthbearer.expected.issuer is not set: no token can be accepted");
    }
    if (audience.isEmpty() && !values.get(OAuthSettings.ANY_AUDIENCE)) {
      throw new IllegalStateException("sasl.oauthbearer.expected.audience is not set: no token can be accepted");
    }
    return new TokenRules(issuer == null || issuer.isEmpty() ? null : issuer, audience, values.get(OAuthSettings.SCOPE),
        new Claims(values.get(OAuthSettings.SUBJECT_CLAIM), values.get(OAuthSettings.SCOPE_CLAIM)),
        values.get(OAuthSettings.SKEW_SECONDS) * 1_000L, values.get(OAuthSettings.SIGNED_WITH),
        PrincipalRules.parse(OAuthSettings.RULES.name(), values.get(OAuthSettings.RULES)));
  }
}
