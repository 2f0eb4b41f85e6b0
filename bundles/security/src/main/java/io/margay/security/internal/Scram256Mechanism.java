package io.margay.security.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.margay.spi.security.Scram;
import java.security.SecureRandom;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * SCRAM-SHA-256, with the users in the metadata.
 *
 * <p>When this bundle is updated, logins wait for the next one; connections that have logged in stay.
 */
@Component(property = "name=SCRAM-SHA-256")
public final class Scram256Mechanism implements SaslMechanism {
  private static final int SECRET_BYTES = 32;

  private final ScramUsers users;
  private byte[] secret;

  /** @param metadata has the users */
  @Activate
  public Scram256Mechanism(@Reference ClusterMetadata metadata) {
    this.users = ScramUsers.of(metadata);
  }

  @Override
  public SaslLogin begin(Client client) {
    return new ScramLogin(Scram.SHA_256, users, secret());
  }

  /** Made at the first login: a node without logins needs no random numbers. */
  private synchronized byte[] secret() {
    if (secret == null) {
      secret = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(secret);
    }
    return secret;
  }
}
