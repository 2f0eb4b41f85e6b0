package io.margay.spi.quota;

import io.margay.spi.handler.Principal;
import java.net.InetAddress;
import org.osgi.annotation.versioning.ProviderType;

/** The limits of all clients of this broker, and what they have used. Safe for all threads, never blocks. */
@ProviderType
public interface ClientQuotas {
  /** @return another number after the limits have changed: what {@link #of} returned before counts no more */
  int version();

  /**
   * The limits of a client. May allocate; the caller keeps it for the client's next requests.
   *
   * @param user who the client is
   * @param clientId the client id of its requests; may be empty
   * @return its limits; {@link ClientQuota#NONE} when it has none
   */
  ClientQuota of(Principal user, String clientId);

  /**
   * Counts a new connection.
   *
   * @param address where it comes from
   * @return 0 when it may be used; else after how many milliseconds it is to be closed
   */
  int connected(InetAddress address);
}
