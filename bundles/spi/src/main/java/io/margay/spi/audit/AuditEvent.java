package io.margay.spi.audit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Something that was done, or refused. Texts are cut at {@value #TEXT_MAX} characters, and there are at most {@value #DETAILS_MAX} details, so that an
 * event is never large.
 *
 * @param timeMs when, in milliseconds since 1970
 * @param kind what kind of event
 * @param action what was done: the name of an API such as CreateTopics, of a command, or of a step of a deployment
 * @param actor who did it
 * @param resource to what
 * @param result how it went, and how often
 * @param details further texts by name, in order; none is a secret
 */
public record AuditEvent(long timeMs, Kind kind, String action, Actor actor, Resource resource, Result result,
    Map<String, String> details) {
  /** The outcome of what was done. */
  public static final String OK = "ok";
  /** Longest text. */
  public static final int TEXT_MAX = 1024;
  /** Most details. */
  public static final int DETAILS_MAX = 16;

  private static final int OVERHEAD_BYTES = 256;

  /** What kind of event. Sinks show the name in lower case. */
  public enum Kind {
    /** A request changed something, or tried to. */
    CHANGE,
    /** A request was refused, because its client may not do what it asked for. */
    DENIED,
    /** A login failed. */
    LOGIN,
    /** A command of the shell was run that may change something. */
    COMMAND,
    /** Bundles were installed, updated, removed or put back. */
    DEPLOYMENT,
    /** Events were dropped. */
    LOST
  }

  /**
   * Who did it.
   *
   * @param principal such as User:alice
   * @param host address of the client; empty for none
   * @param clientId the client's own name for itself; empty for none
   * @param listener name of the listener; empty for none
   */
  public record Actor(String principal, String host, String clientId, String listener) {
    public Actor {
      principal = cut(principal);
      host = cut(host);
      clientId = cut(clientId);
      listener = cut(listener);
    }
  }

  /**
   * To what it was done.
   *
   * @param type such as topic or user; empty for none
   * @param name its name; empty for none
   */
  public record Resource(String type, String name) {
    /** Nothing in particular. */
    public static final Resource NONE = new Resource("", "");

    public Resource {
      type = cut(type);
      name = cut(name);
    }
  }

  /**
   * How it went.
   *
   * @param outcome {@link #OK}, or the name of the error
   * @param count how many events like it this one stands for, 1 or more
   */
  public record Result(String outcome, long count) {
    public Result {
      outcome = cut(outcome);
    }
  }

  public AuditEvent {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(resource, "resource");
    action = cut(action);
    Objects.requireNonNull(result, "result");
    Map<String, String> few = new LinkedHashMap<>();
    for (Map.Entry<String, String> e : details.entrySet()) {
      if (few.size() < DETAILS_MAX && e.getValue() != null) {
        few.put(cut(e.getKey()), cut(e.getValue()));
      }
    }
    details = Collections.unmodifiableMap(few);
  }

  /**
   * Makes an event; the parameters are those of the records.
   *
   * @return the event
   */
  public static AuditEvent of(long timeMs, Kind kind, String action, Actor actor, Resource resource, String outcome, long count,
      Map<String, String> details) {
    return new AuditEvent(timeMs, kind, action, actor, resource, new Result(outcome, count), details);
  }

  /** @return {@link #OK}, or the name of the error */
  public String outcome() {
    return result.outcome();
  }

  /** @return how many events like it this one stands for */
  public long count() {
    return result.count();
  }

  private static String cut(String text) {
    return text == null ? "" : text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX - 1) + '\u2026';
  }

  /**
   * @param time another time
   * @param many another count
   * @return the same otherwise
   */
  public AuditEvent at(long time, long many) {
    return of(time, kind, action, actor, resource, outcome(), many, details);
  }

  /** @return about how many bytes it takes in memory */
  public int sizeBytes() {
    int chars = action.length() + actor.principal.length() + actor.host.length() + actor.clientId.length() + actor.listener.length()
        + resource.type.length() + resource.name.length() + outcome().length();
    for (Map.Entry<String, String> e : details.entrySet()) {
      chars += e.getKey().length() + e.getValue().length() + 32;
    }
    return OVERHEAD_BYTES + 2 * chars;
  }
}
