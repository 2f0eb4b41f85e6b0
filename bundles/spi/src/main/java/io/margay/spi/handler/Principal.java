package io.margay.spi.handler;

import java.util.Objects;

/**
 * The identity of a client. Two are equal when type and name are: what a client may do does not depend on how it has logged in.
 *
 * @param type the kind; User for all clients that authenticate today
 * @param name the name
 * @param tokenAuthenticated whether it has logged in with a delegation token: then it may not ask for another one
 */
public record Principal(String type, String name, boolean tokenAuthenticated) {
  /** A client that has not authenticated. */
  public static final Principal ANONYMOUS = new Principal("User", "ANONYMOUS");

  public Principal {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(name, "name");
  }

  /**
   * A client that has not logged in with a delegation token.
   *
   * @param type the kind
   * @param name the name
   */
  public Principal(String type, String name) {
    this(type, name, false);
  }

  /**
   * @param text what {@link #toString} makes
   * @return the identity
   */
  public static Principal parse(String text) {
    int colon = text.indexOf(':');
    return new Principal(text.substring(0, Math.max(0, colon)), text.substring(colon + 1));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Principal p && type.equals(p.type) && name.equals(p.name);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + name.hashCode();
  }

  @Override
  public String toString() {
    return type + ":" + name;
  }
}
