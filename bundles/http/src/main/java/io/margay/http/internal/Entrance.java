package io.margay.http.internal;

import java.net.InetAddress;
import java.util.function.BooleanSupplier;

/**
 * Where a connection came in.
 *
 * @param listener the listener's name
 * @param client the client's address
 * @param loginRequired whether it must log in
 */
record Entrance(String listener, InetAddress client, BooleanSupplier loginRequired) {
  /** Nobody must log in. */
  static final Entrance OPEN = new Entrance(HttpListener.PLAIN_NAME, InetAddress.getLoopbackAddress(), () -> false);
}
