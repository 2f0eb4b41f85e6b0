package io.margay.spi.handler;

import java.util.Objects;

/**
 * The identity of a client.
 *
 * @param type the kind; User for all clients that authenticate today
 * @param name the name
 */
public record Principal(String type, String name) {
  /** A client that has not authenticated. */
  public static final Principal ANONYMOUS = new Principal("User", "ANONYMOUS");

  public Principal {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(name, "name");
  }

  @Override
  public String toString() {
    return type + ":" + name;
  }
}
