package io.margay.groups.internal.group;

import io.margay.model.LineLimit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks an assignor, which may be missing or broken: then the group keeps its last assignment, and each heartbeat tries again. */
public final class AssignorCall {
  private static final Logger LOG = LoggerFactory.getLogger(AssignorCall.class);

  private AssignorCall() { }

  /**
   * @param groupId group id
   * @param assignor its name
   * @param lines how often the reasons may be logged
   * @param question asks it, and checks what it says; gives null when it is not there, throws when it is broken
   * @param <A> the answer
   * @return the answer, or null when there is none
   */
  public static <A> A ask(String groupId, String assignor, LineLimit lines, Supplier<A> question) {
    try {
      A found = question.get();
      if (found == null && lines.pass("assignor missing") >= 0) {
        LOG.warn("An assignor is not installed, so a group keeps its last assignment. group={} assignor={}", groupId, assignor);
      }
      return found;
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      if (lines.pass("assignor failed") >= 0) {
        LOG.error("An assignor failed, so a group keeps its last assignment. group={} assignor={}", groupId, assignor, e);
      }
      return null;
    }
  }
}
