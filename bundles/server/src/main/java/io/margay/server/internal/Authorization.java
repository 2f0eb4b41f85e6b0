package io.margay.server.internal;

import io.margay.model.LineLimit;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.spi.client.LocalClient;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.Authorizer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who decides what clients may do, and the requests that wait because nobody does. Where none is configured, everything is allowed.
 * Where one is configured and none is there, requests wait in the order in which they came, bounded in number and time.
 *
 * <p>{@link #set} and {@link #clear} come from the service registry's threads, all else from event loops and the threads of handlers.
 */
final class Authorization {
  private static final Logger LOG = LoggerFactory.getLogger(Authorization.class);

  /**
   * An authorizer that is or was there. A request keeps the one that it was started with.
   *
   * @param authorizer decides
   * @param number distinguishes it from those before it
   */
  record Decider(Authorizer authorizer, int number, LineLimit lines) {
    /** An exception counts as no. */
    boolean allows(Principal principal, InetAddress host, AclOperation operation, ResourceType type, String name) {
      try {
        return authorizer.allows(principal, host, operation, type, name);
      } catch (RuntimeException | Error e) {
        failed(e);
        return false;
      }
    }

    /** The same for any resource of a kind. */
    boolean allowsAny(Principal principal, InetAddress host, AclOperation operation, ResourceType type) {
      try {
        return authorizer.allowsAny(principal, host, operation, type);
      } catch (RuntimeException | Error e) {
        failed(e);
        return false;
      }
    }

    private void failed(Throwable e) {
      if (lines.pass("authorizer") != LineLimit.HELD) {
        LOG.error("The authorizer failed, so the request is denied", e);
      }
    }
  }

  private volatile boolean required;
  private final LongSupplier waitMs;
  private final LineLimit lines;
  private final WaitingRequests waiting = new WaitingRequests();
  /** Those that are there, the newest last; guarded by this. */
  private final List<Decider> deciders = new ArrayList<>(1);
  private volatile Decider current;
  private int number;

  /**
   * @param waitMs how long a request waits for one, in milliseconds
   * @param lines limits log lines that clients can cause
   */
  Authorization(LongSupplier waitMs, LineLimit lines) {
    this.waitMs = waitMs;
    this.lines = lines;
  }

  /** An authorizer is configured: from now on nothing is allowed without one. Called before the first request. */
  void require() {
    required = true;
  }

  /** @param authorizer decides from now on; requests that wait go on */
  void set(Authorizer authorizer) {
    synchronized (this) {
      current = new Decider(authorizer, ++number, lines);
      deciders.add(current);
    }
    waiting.resume();
  }

  /** @param authorizer leaves; requests that it has begun to decide are decided by it to their end */
  synchronized void clear(Authorizer authorizer) {
    deciders.removeIf(d -> d.authorizer() == authorizer);
    current = deciders.isEmpty() ? null : deciders.get(deciders.size() - 1);
  }

  /** What becomes of a request. */
  enum Gate {
    /** It goes to its handler. */
    PASS,
    /** It may not, and is to be answered so. */
    DENIED,
    /** It waits for an authorizer. */
    WAITS,
    /** It would have to wait, and too many do. */
    FULL
  }

  /**
   * Checks what the server checks, and lets the request keep who decides the rest. On the request's event loop.
   *
   * @param access what its API needs
   * @param timedOut called when no authorizer came in time
   */
  Gate enter(RoutedRequest request, Access access, Runnable timedOut) {
    if (!required || request.trusted() || access.kind() == Access.Kind.ANYONE) {
      return Gate.PASS;
    }
    Decider decider = current;
    if (decider == null) {
      return park(request, timedOut);
    }
    request.decidedBy(decider);
    return access.kind() != Access.Kind.CLUSTER || request.allowed(access.operation(), ResourceType.CLUSTER, Acl.CLUSTER_NAME)
        ? Gate.PASS : Gate.DENIED;
  }

  /** Whether a caller inside the process may do something. */
  LocalClient.Verdict decide(Decisions decisions, Principal principal, InetAddress host, AclOperation operation, ResourceType type, String name) {
    Decider decider = current;
    if (required && decider == null) {
      return LocalClient.Verdict.UNDECIDED;
    }
    return !required || decisions.allowed(decider, principal, host, operation, type, name) ? LocalClient.Verdict.ALLOWED : LocalClient.Verdict.DENIED;
  }

  private Gate park(RoutedRequest request, Runnable timedOut) {
    return waiting.park(request, () -> current != null, waitMs.getAsLong(), () -> {
      if (lines.pass("no authorizer") != LineLimit.HELD) {
        LOG.warn("No authorizer came in time, so nothing is allowed apiKey={} clientId={} waitMs={}", request.api().name(),
            request.clientId(), waitMs.getAsLong());
      }
      timedOut.run();
    }) ? Gate.WAITS : Gate.FULL;
  }

  /** Gives requests that wait back to where they came from. */
  void handBack() {
    waiting.handBack();
  }

  /** @return how many requests wait */
  int waiting() {
    return waiting.size();
  }
}
