package io.margay.itests;

import io.margay.spi.handler.Principal;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle with users of its own for PLAIN, of whom there is one. */
public final class CarolsUsers implements BundleActivator, SaslMechanism {
  static final String PASSWORD = "carols-password-3";

  @Override
  public void start(BundleContext context) {
    context.registerService(SaslMechanism.class, this, new Hashtable<>(Map.of("name", "PLAIN", "service.ranking", 1)));
  }

  @Override
  public void stop(BundleContext context) {
    // the framework takes the service away
  }

  @Override
  public SaslLogin begin(Client client) {
    return token -> Arrays.equals(token, ("\0carol\0" + PASSWORD).getBytes(StandardCharsets.UTF_8))
        ? CompletableFuture.completedFuture(SaslLogin.Step.done(new byte[0], new Principal("User", "carol")))
        : CompletableFuture.failedFuture(new LoginFailedException("Authentication failed: Invalid username or password"));
  }
}
