package io.margay.security.internal.oauth;

import com.nimbusds.jose.jwk.JWKSet;
import io.margay.model.Clock;
import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.SettingValues;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * OAUTHBEARER: clients show a token that an issuer has signed. Settings are read at each login.
 *
 * <p>When this bundle is updated, logins wait for the next one, which reads the keys again; connections that have logged in stay.
 */
@Component(property = "name=" + BearerMechanism.NAME)
public final class BearerMechanism implements SaslMechanism {
  static final String NAME = "OAUTHBEARER";

  private final NodeSettings settings;
  private final Clock clock;
  /** By listener, of which there are few; guarded by itself. */
  private final Map<String, SigningKeys> keys = new HashMap<>();

  /** @param settings say which tokens are accepted */
  @Activate
  public BearerMechanism(@Reference NodeSettings settings) {
    this(settings, Clock.SYSTEM);
  }

  BearerMechanism(NodeSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public SaslLogin begin(Client client) {
    SettingValues values = new ListenerValues(settings, client.listener(), NAME);
    return new BearerLogin(text -> verify(client.listener(), values, text), values.get(OAuthSettings.MAX_TOKEN_BYTES));
  }

  private CompletionStage<Token.Accepted> verify(String listener, SettingValues values, String text) {
    TokenRules rules = TokenRules.of(values);
    SigningKeys source = keys(listener, values);
    Token token;
    try {
      token = Token.parse(text);
    } catch (TokenRefusedException e) {
      return CompletableFuture.failedFuture(e);
    }
    return source.with(token.keyId()).thenCompose(set -> verify(token, rules, set));
  }

  private CompletionStage<Token.Accepted> verify(Token token, TokenRules rules, JWKSet set) {
    try {
      return CompletableFuture.completedFuture(token.verify(rules, set, clock.millis()));
    } catch (TokenRefusedException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Those of the URL that is set now. */
  private SigningKeys keys(String listener, SettingValues values) {
    KeyPlace place = KeyPlace.of(values, settings.get(OAuthSettings.ALLOWED_URLS));
    synchronized (keys) {
      SigningKeys known = keys.get(listener);
      if (known == null || !known.place().equals(place)) {
        if (known != null) {
          known.close();
        }
        known = new SigningKeys(place, clock, KeyPlace::read);
        keys.put(listener, known);
      }
      return known;
    }
  }

  /** Ends what reads keys; logins that wait for it fail. */
  @Deactivate
  public void close() {
    synchronized (keys) {
      keys.values().forEach(SigningKeys::close);
      keys.clear();
    }
  }
}
