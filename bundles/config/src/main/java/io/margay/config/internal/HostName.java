package io.margay.config.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The name of this machine, which is advertised for a listener on all interfaces. */
final class HostName {
  private static final Logger LOG = LoggerFactory.getLogger(HostName.class);

  private HostName() { }

  /** The canonical name, which may query the name service; localhost when the machine does not know its own name. */
  static String canonical() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      LOG.warn("This machine does not know its own name and advertises localhost: set advertised.listeners. cause={}",
          e.getMessage());
      return "localhost";
    }
  }
}
