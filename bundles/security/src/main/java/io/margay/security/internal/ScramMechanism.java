package io.margay.security.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.model.Clock;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.margay.spi.security.Scram;
import java.security.SecureRandom;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * SCRAM, with the users in the metadata, and with delegation tokens: a service for each hash function.
 *
 * <p>When this bundle is updated, logins wait for the next one; connections that have logged in stay.
 */
public abstract class ScramMechanism implements SaslMechanism {
  private static final int SECRET_BYTES = 32;

  /** SCRAM-SHA-256. */
  @Component(property = "name=SCRAM-SHA-256", service = SaslMechanism.class)
  public static final class Sha256 extends ScramMechanism {
    /**
     * @param metadata has the users and the delegation tokens
     * @param settings have the secret of the delegation tokens
     */
    @Activate
    public Sha256(@Reference ClusterMetadata metadata, @Reference NodeSettings settings) {
      super(Scram.SHA_256, metadata, settings);
    }

    /** Ends. */
    @Deactivate
    public void deactivate() {
      close();
    }
  }

  /** SCRAM-SHA-512. */
  @Component(property = "name=SCRAM-SHA-512", service = SaslMechanism.class)
  public static final class Sha512 extends ScramMechanism {
    /**
     * @param metadata has the users and the delegation tokens
     * @param settings have the secret of the delegation tokens
     */
    @Activate
    public Sha512(@Reference ClusterMetadata metadata, @Reference NodeSettings settings) {
      super(Scram.SHA_512, metadata, settings);
    }

    /** Ends. */
    @Deactivate
    public void deactivate() {
      close();
    }
  }

  private final Scram hash;
  private final ScramUsers users;
  private final ScramTokens tokens;
  private byte[] secret;

  private ScramMechanism(Scram hash, ClusterMetadata metadata, NodeSettings settings) {
    this.hash = hash;
    this.users = ScramUsers.of(metadata);
    this.tokens = new ScramTokens(metadata, settings, Clock.SYSTEM);
  }

  @Override
  public SaslLogin begin(Client client) {
    return new ScramLogin(hash, users, tokens, secret());
  }

  final void close() {
    tokens.close();
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
