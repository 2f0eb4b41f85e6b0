package io.margay.security.internal;

import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.JaasConfig;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.margay.spi.security.SaslSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * PLAIN (RFC 4616): name and password in the clear, for listeners with TLS. The users are those of {@code sasl.jaas.config}, as it is when they
 * log in.
 *
 * <p>When this bundle is updated, logins wait for the next one; connections that have logged in stay.
 */
@Component(property = "name=" + PlainMechanism.NAME)
public final class PlainMechanism implements SaslMechanism {
  static final String NAME = "PLAIN";
  private static final int MAX_BYTES = 64 * 1024;

  private final NodeSettings settings;

  /** @param settings have the users */
  @Activate
  public PlainMechanism(@Reference NodeSettings settings) {
    this.settings = settings;
  }

  @Override
  public SaslLogin begin(Client client) {
    return new Login(client);
  }

  private final class Login implements SaslLogin {
    private final Client client;
    private volatile String user;

    Login(Client client) {
      this.client = client;
    }

    /** The token: {@code [authzid] NUL authcid NUL passwd}. */
    @Override
    public CompletionStage<Step> respond(byte[] token) {
      try {
        if (token.length > MAX_BYTES) {
          throw new LoginFailedException("Invalid SASL/PLAIN response: it is too long");
        }
        String[] parts = new String(token, StandardCharsets.UTF_8).split("\0", -1);
        user = parts.length == 3 ? parts[1] : null;
        return CompletableFuture.completedFuture(check(client, parts));
      } catch (LoginFailedException | IllegalArgumentException e) { // sasl.jaas.config may be malformed
        return CompletableFuture.failedFuture(e);
      }
    }

    @Override
    public String claimedUser() {
      return user;
    }
  }

  private SaslLogin.Step check(Client client, String[] parts) throws LoginFailedException {
    if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
      throw new LoginFailedException("Invalid SASL/PLAIN response: expected a user name and a password");
    }
    String expected = users(client.listener()).get(parts[1]);
    boolean same = same(expected == null ? "" : expected, parts[2]);
    if (!same || expected == null) {
      throw new LoginFailedException("Authentication failed: Invalid username or password");
    }
    if (!parts[0].isEmpty() && !parts[0].equals(parts[1])) {
      throw new LoginFailedException("Authentication failed: Client requested an authorization id that is different from username");
    }
    return SaslLogin.Step.done(new byte[0], new Principal("User", parts[1]));
  }

  private Map<String, String> users(String listener) {
    String jaas = new ListenerValues(settings, listener, NAME).get(SaslSettings.SASL_JAAS_CONFIG);
    return jaas == null ? Map.of() : JaasConfig.parse(jaas).users();
  }

  /** In a time that tells nothing of the password, not even its length. */
  private static boolean same(String expected, String given) {
    return MessageDigest.isEqual(Hashing.sha256(expected), Hashing.sha256(given));
  }
}
