package io.margay.security.internal.oauth;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of OAUTHBEARER. Each but the list of allowed URLs may be given for a single listener. */
@DefinesSettings
public final class OAuthSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Logins with tokens (OAUTHBEARER)");
  private static final String[] ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
      "EdDSA", "Ed25519"};

  static final Setting<String> JWKS_URL = ALL.broker(STRING, "sasl.oauthbearer.jwks.endpoint.url", null).perBroker()
      .doc("URL of the keys that tokens are checked with (a JSON Web Key Set): https, http or file. margay.oauthbearer.allowed.urls must list"
          + " it. A file is read again when it changes.");
  static final Setting<List<String>> ALLOWED_URLS = ALL.broker(LIST, "margay.oauthbearer.allowed.urls", List.of())
      .doc("URLs that keys for tokens may be read from, each whole. Nothing is read from another one, so that a client that may alter"
          + " settings cannot make the broker read what it likes. Kafka has the system property"
          + " org.apache.kafka.sasl.oauthbearer.allowed.urls for this.");
  static final Setting<Long> REFRESH_MS = ALL.broker(LONG, "sasl.oauthbearer.jwks.endpoint.refresh.ms", 3_600_000L).from(1_000).perBroker()
      .doc("Milliseconds after which the keys are read again from their URL. Logins go on with the former keys meanwhile.");
  static final Setting<Long> RETRY_MS = ALL.broker(LONG, "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", 100L).from(1).perBroker()
      .doc("Milliseconds after a failed attempt to read the keys before the next one. They double with each failure.");
  static final Setting<Long> RETRY_MAX_MS = ALL.broker(LONG, "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", 10_000L).from(1).perBroker()
      .doc("Longest wait in milliseconds between two attempts to read the keys, and the shortest time between two reads because of a key that"
          + " is not known.");
  static final Setting<Integer> TIMEOUT_MS = ALL.broker(INT, "margay.oauthbearer.jwks.timeout.ms", 10_000).range(1, 600_000).perBroker()
      .doc("Milliseconds that a read of the keys may take.");
  static final Setting<Integer> MAX_KEY_BYTES = ALL.broker(INT, "margay.oauthbearer.jwks.max.bytes", 262_144).range(1, 16_777_216).perBroker()
      .doc("Largest size in bytes of the keys. Larger ones are not used.");
  static final Setting<Integer> MAX_TOKEN_BYTES = ALL.broker(INT, "margay.oauthbearer.token.max.bytes", 16_384).range(1, 262_144).perBroker()
      .doc("Largest size in bytes of a token, with the name and extensions that the client sends beside it.");
  static final Setting<String> ISSUER = ALL.broker(STRING, "sasl.oauthbearer.expected.issuer", null).perBroker()
      .doc("The issuer that tokens must have (claim iss). Without it all tokens are refused, see sasl.oauthbearer.allow.unverified.issuer.");
  static final Setting<List<String>> AUDIENCE = ALL.broker(LIST, "sasl.oauthbearer.expected.audience", List.of()).perBroker()
      .doc("Audiences of which tokens must have one (claim aud). Without them all tokens are refused, see"
          + " sasl.oauthbearer.allow.unverified.audience.");
  static final Setting<Boolean> ANY_ISSUER = ALL.broker(BOOLEAN, "sasl.oauthbearer.allow.unverified.issuer", false).perBroker()
      .doc("Whether a token's issuer may go unchecked when sasl.oauthbearer.expected.issuer is not set.");
  static final Setting<Boolean> ANY_AUDIENCE = ALL.broker(BOOLEAN, "sasl.oauthbearer.allow.unverified.audience", false).perBroker()
      .doc("Whether a token's audience may go unchecked when sasl.oauthbearer.expected.audience is not set.");
  static final Setting<Integer> SKEW_SECONDS = ALL.broker(INT, "sasl.oauthbearer.clock.skew.seconds", 30).range(0, 3_600).perBroker()
      .doc("Seconds by which the clock of the issuer may differ.");
  static final Setting<String> SUBJECT_CLAIM = ALL.broker(STRING, "sasl.oauthbearer.sub.claim.name", "sub").perBroker()
      .doc("The claim that has the name of the client.");
  static final Setting<String> SCOPE_CLAIM = ALL.broker(STRING, "sasl.oauthbearer.scope.claim.name", "scope").perBroker()
      .doc("The claim that has the scopes: a list, or words in one text.");
  static final Setting<List<String>> SCOPE = ALL.broker(LIST, "margay.oauthbearer.required.scope", List.of()).perBroker()
      .doc("Scopes that tokens must have, all of them.");
  static final Setting<String> RULES = ALL.broker(STRING, "margay.oauthbearer.principal.mapping.rules", "DEFAULT").perBroker()
      .doc("How the name in a token becomes a user's name, in the form of ssl.principal.mapping.rules. A token whose name matches no rule is"
          + " refused.");
  static final Setting<List<String>> SIGNED_WITH = ALL.broker(LIST, "margay.oauthbearer.algorithms", List.of(ALGORITHMS)).in(ALGORITHMS)
      .perBroker()
      .doc("Algorithms that tokens may be signed with; EdDSA and Ed25519 are both with keys of Ed25519. Those with a shared secret and tokens without a signature are never accepted.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
