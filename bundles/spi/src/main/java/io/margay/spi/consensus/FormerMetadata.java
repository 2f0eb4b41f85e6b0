package io.margay.spi.consensus;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The metadata that a node of a quorum has from the time when it was alone. Registered as a service only where the metadata is
 * replicated, and only by the log of a single node, which serves no {@link MetadataLog} then.
 */
@ProviderType
public interface FormerMetadata {
  /** @return whether there is any */
  boolean exists();

  /**
   * Brings a new state machine to the state of that time. The files stay as they are.
   *
   * @param machine in the state before the first command
   * @return the index of the last command; -1 when there was none
   * @throws IOException when the files cannot be read
   */
  long replay(StateMachine machine) throws IOException;
}
