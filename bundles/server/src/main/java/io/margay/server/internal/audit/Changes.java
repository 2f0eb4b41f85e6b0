package io.margay.server.internal.audit;

import io.margay.protocol.Errors;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Collects what one request has changed. Bounded: after {@value #MAX} events, the rest of the request is one event with their number. One thread.
 */
final class Changes {
  static final int MAX = 200;

  private final long timeMs;
  private final String action;
  private final AuditEvent.Actor actor;
  private final Consumer<AuditEvent> to;
  private final Consumer<AuditEvent> failed;
  private int added;
  private long more;

  /**
   * @param to takes what was changed
   * @param failed takes what was tried
   */
  Changes(long timeMs, String action, AuditEvent.Actor actor, Consumer<AuditEvent> to, Consumer<AuditEvent> failed) {
    this.failed = failed;
    this.timeMs = timeMs;
    this.action = action;
    this.actor = actor;
    this.to = to;
  }

  /**
   * @param type of the resource
   * @param name of the resource
   * @param errorCode how it went
   * @param details names and values in turn; a value that is null is left out
   */
  void add(String type, String name, short errorCode, Object... details) {
    if (RequestAudit.isDenial(Errors.forCode(errorCode))) {
      return; // recorded as denied
    }
    if (added == MAX) {
      more++;
      return;
    }
    added++;
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < details.length; i += 2) {
      if (details[i + 1] != null) {
        map.put((String) details[i], String.valueOf(details[i + 1]));
      }
    }
    (errorCode == 0 ? to : failed).accept(
        AuditEvent.of(timeMs, AuditEvent.Kind.CHANGE, action, actor, new AuditEvent.Resource(type, name), outcome(errorCode), 1, map));
  }

  /** Nothing more comes. */
  void end() {
    if (more > 0) {
      to.accept(AuditEvent.of(timeMs, AuditEvent.Kind.CHANGE, action, actor, new AuditEvent.Resource("", AuditQueue.SEVERAL), "", more,
          Map.of()));
    }
  }

  int added() {
    return added;
  }

  static String outcome(short errorCode) {
    return errorCode == 0 ? AuditEvent.OK : Errors.forCode(errorCode).name();
  }
}
