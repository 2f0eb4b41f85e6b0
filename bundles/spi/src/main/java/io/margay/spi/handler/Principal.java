package io.margay.spi.handler;

import java.util.Objects;

/**
 * Who asks.
 *
 * @param type the kind, User for all that authenticate today
 * @param name the name
 */
public record Principal(String type, String name) {
  /** Somebody who has not authenticated. */
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
