package io.margay.spi.security;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.spi.handler.Principal;
import java.net.InetAddress;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides what clients may do. Registered as an OSGi service once it knows all rules; until then, and while none is registered, nothing
 * is allowed where one is configured. Its service property {@code name} is what {@code authorizer.class.name} says; others are ignored, and
 * among several with that name the newest decides.
 *
 * <p>Safe for all threads, never blocks and never throws: an exception counts as no. An object that was unregistered still decides for
 * the requests that were started with it, by the rules that it knew.
 */
@ConsumerType
public interface Authorizer {
  /**
   * Whether a client may do something to a resource.
   *
   * @param principal who
   * @param host the client's address
   * @param operation what, none of UNKNOWN, ANY and ALL
   * @param type the kind of resource, none of UNKNOWN and ANY
   * @param name the resource's name; it need not exist
   * @return true when it is allowed
   */
  boolean allows(Principal principal, InetAddress host, AclOperation operation, ResourceType type, String name);

  /**
   * Whether there may be a resource of a kind to which the client may do something.
   *
   * @param principal who
   * @param host the client's address
   * @param operation what, none of UNKNOWN, ANY and ALL
   * @param type the kind of resource, none of UNKNOWN and ANY
   * @return true when it is allowed for at least one name
   */
  boolean allowsAny(Principal principal, InetAddress host, AclOperation operation, ResourceType type);

  /**
   * A number that changes with the rules. A caller that reads it before it asks may keep the decision as long as the number stays the same:
   * once it has changed, no decision is made by the rules before. It costs no more than the read of a field.
   *
   * @return the number
   */
  long version();
}
