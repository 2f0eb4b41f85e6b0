package io.margay.console.internal;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.felix.service.command.CommandSession;

/**
 * What this bundle knows of the broker's own commands, without a class in common: they come and go with the bundle {@code shell} and with
 * what that needs. A service of the JDK's type {@code UnaryOperator<String>} with the property {@value #PROPERTY} is there while they
 * are all there, and says what may have been meant by the name of a command that does not exist. Safe for all threads.
 */
final class Commands {
  /** Property of the service; its value is {@code hint}. */
  static final String PROPERTY = "margay.console";
  /** How long a command waits until the broker's commands are there, as while a part is updated that they need. */
  static final long WAIT_MS = 10_000;
  private static final long POLL_MS = 20;

  private final Supplier<UnaryOperator<String>> service;
  private final long waitMs;

  /** @param service gives the service, or null while it is not there */
  Commands(Supplier<UnaryOperator<String>> service, long waitMs) {
    this.service = service;
    this.waitMs = waitMs;
  }

  /** Waits until the broker's commands are there, unless this line begins with a command that is known. */
  void await(String line, CommandSession session) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    while (service.get() == null && !isKnown(line.strip().split("[\\s|;]", 2)[0], session) && System.nanoTime() - deadline < 0) {
      Thread.sleep(POLL_MS);
    }
  }

  /** Whether a command or one of its short names exists, as Gogo tells in a variable of its sessions. */
  private static boolean isKnown(String name, CommandSession session) {
    if (!(session.get(".commands") instanceof Collection<?> known)) {
      return true;
    }
    return known.stream().map(Object::toString).anyMatch(id -> id.equals(name) || id.endsWith(":" + name));
  }

  /** The end of an error message, which may be empty. */
  String hint(String wrong) {
    UnaryOperator<String> hints = service.get();
    return hints == null ? "; the broker's own commands are not there now, lb shows the state of its parts" : hints.apply(wrong);
  }
}
