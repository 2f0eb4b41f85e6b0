package io.margay.spi.client;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.spi.handler.Principal;
import java.net.InetAddress;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** Sends requests to the handlers of this server without a socket, as the shell does. Safe for all threads. */
@ProviderType
public interface LocalClient {
  /**
   * Sends a request in the highest version that its handler serves.
   *
   * @param api the API
   * @param request the request
   * @param response a new message of the API's response type, filled by the answer; records in it are copies on the heap
   * @param <R> its type
   * @return completes with {@code response}, on any thread; exceptionally when no handler serves the API or the server stops
   */
  <R extends Message> CompletionStage<R> send(Api api, Message request, R response);

  /**
   * Who a request from inside the process comes from, for authorization and for what is recorded of it.
   *
   * @param principal who
   * @param address the address of the client that asked for it; the loopback address when it was nobody else
   * @param clientId what the handlers see as the client's name for itself
   * @param trusted whether it may do everything, whatever the ACLs say
   */
  record Caller(Principal principal, InetAddress address, String clientId, boolean trusted) {
    /**
     * A part of the server that may do everything.
     *
     * @param name its name, which becomes the principal Service:name
     * @return the caller
     */
    public static Caller part(String name) {
      return new Caller(new Principal("Service", name), InetAddress.getLoopbackAddress(), "margay-" + name, true);
    }
  }

  /** What was decided about something that a caller wants to do. */
  enum Verdict {
    /** It may. */
    ALLOWED,
    /** It may not. */
    DENIED,
    /** An authorizer is configured and none is there, as during an update: ask again later. */
    UNDECIDED
  }

  /**
   * Whether the caller may do something. When it may not, that is recorded as denied. Never blocks.
   *
   * @param action what it wants to do, such as the name of an API
   * @param operation the operation that it needs
   * @param type the kind of resource
   * @param name the resource's name
   * @return what was decided; always allowed for the server itself and where no authorizer is configured
   */
  default Verdict decide(String action, AclOperation operation, ResourceType type, String name) {
    return Verdict.ALLOWED;
  }

  /**
   * Counts records that another part sends for the caller towards the quotas of the caller's user. Never blocks.
   *
   * @param bytes their size; 0 to ask whether more may be taken
   * @return for how many milliseconds no more should be taken; 0 when the caller is within its quota, has none, or is trusted,
   *     and for the server itself
   */
  default int produced(long bytes) {
    return 0;
  }

  /**
   * Sends as a caller. Without it, requests come from the server itself, which may do everything. The result remembers decisions about its caller
   * and the caller's quotas, so it is worth keeping.
   *
   * @param caller who the requests come from
   * @return sends its requests
   */
  default LocalClient as(Caller caller) {
    throw new UnsupportedOperationException("this client sends as the server alone");
  }
}
