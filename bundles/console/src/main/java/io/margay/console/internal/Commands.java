package io.margay.console.internal;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.felix.service.command.CommandSession;

/**
 * What this bundle knows of the broker's own commands, without a class in common: they come and go with the bundle {@code shell} and with
 * what that needs. Its service of hints comes after all commands, and goes before them. Safe for all threads.
 */
final class Commands {
  /** How long a command waits until the broker's commands are there, as while a part is updated that they need. */
  static final long WAIT_MS = 10_000;

  private final long waitMs;
  private UnaryOperator<String> hints;

  /** @param waitMs how long a command waits, in milliseconds */
  Commands(long waitMs) {
    this.waitMs = waitMs;
  }

  /** @param now says what may have been meant by the name of a command that does not exist; null while the commands are not there */
  synchronized void hints(UnaryOperator<String> now) {
    hints = now;
    notifyAll();
  }

  /** The commands leave, unless others have come already. */
  synchronized void remove(UnaryOperator<String> gone) {
    hints = hints == gone ? null : hints;
  }

  /** Waits until the broker's commands are there, unless this line begins with a command that is known. */
  synchronized void await(String line, CommandSession session) throws InterruptedException {
    if (hints != null || isKnown(line.strip().split("[\\s|;]", 2)[0], session)) {
      return;
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    for (long left = waitMs; hints == null && left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
      wait(left);
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
  synchronized String hint(String wrong) {
    return hints == null ? "; the broker's own commands are not there now, lb shows the state of its parts" : hints.apply(wrong);
  }
}
