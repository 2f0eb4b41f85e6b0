package io.margay.spi.handler;

import io.margay.model.acl.AclOperation;
import java.util.Objects;

/**
 * What the requests of an API need. Every {@link ApiHandler} declares it.
 *
 * @param kind who checks what
 * @param operation the operation on the cluster that the server checks; null for other kinds
 */
public record Access(Kind kind, AclOperation operation) {
  /** Who checks what. */
  public enum Kind {
    /** Any client may ask, and what it gets is the same for all. */
    ANYONE,
    /** The server checks an operation on the cluster before the handler sees the request. */
    CLUSTER,
    /**
     * The handler asks {@link Request#allowed} for each resource that the body names, and answers with an error for
     * those that are not allowed, or leaves them out where the client did not name them.
     */
    BY_RESOURCE
  }

  /** Nothing is needed. */
  public static final Access ANYONE = new Access(Kind.ANYONE, null);
  /** The handler asks for each resource. */
  public static final Access BY_RESOURCE = new Access(Kind.BY_RESOURCE, null);

  public Access {
    Objects.requireNonNull(kind, "kind");
    if ((kind == Kind.CLUSTER) != (operation != null)) {
      throw new IllegalArgumentException(kind + " with operation " + operation);
    }
  }

  /**
   * An operation on the cluster. The server answers CLUSTER_AUTHORIZATION_FAILED where it is not allowed.
   *
   * @param operation the operation
   * @return the declaration
   */
  public static Access cluster(AclOperation operation) {
    return new Access(Kind.CLUSTER, Objects.requireNonNull(operation, "operation"));
  }
}
