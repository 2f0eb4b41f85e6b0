package io.margay.server.internal.audit;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.config.Setting;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records changes by requests, denied requests and failed logins. A request of another API that is allowed costs nothing here: it is asked when a request
 * is answered, and only for those that {@link #changes} names or that were denied something. Safe for all threads.
 */
public final class RequestAudit {
  /** Records nothing. */
  public static final RequestAudit NONE =
      new RequestAudit(new AuditQueue("none", Clock.SYSTEM, () -> 0, () -> 1), (scope, name) -> null, new LineLimit(Clock.SYSTEM));

  private static final Logger LOG = LoggerFactory.getLogger(RequestAudit.class);
  /** So many denials of one request are recorded by name. */
  private static final int DENIALS_MAX = 32;

  /** What one request was denied. Guarded by itself. */
  public static final class Denials {
    private record Denied(AclOperation operation, ResourceType type, String name) { }

    private final List<Denied> list = new ArrayList<>(2);
    private long more;

    /** Adds one; name is null for any. */
    public synchronized void add(AclOperation operation, ResourceType type, String name) {
      Denied denied = new Denied(operation, type, name);
      if (list.contains(denied)) {
        return;
      }
      if (list.size() < DENIALS_MAX) {
        list.add(denied);
      } else {
        more++;
      }
    }
  }

  private final AuditQueue queue;
  private final AuditedApis apis;
  private final LineLimit lines;

  /**
   * @param queue takes the events
   * @param definitions finds a setting by scope and name, so that no secret is recorded
   * @param lines limits log lines
   */
  public RequestAudit(AuditQueue queue, BiFunction<Setting.Scope, String, Setting<?>> definitions, LineLimit lines) {
    this.queue = queue;
    this.apis = new AuditedApis(definitions);
    this.lines = lines;
  }

  /** Whether requests of an API are recorded. */
  public boolean changes(short key) {
    return apis.contains(key);
  }

  /** @return the events */
  public AuditQueue queue() {
    return queue;
  }

  /**
   * A request is answered. Never throws.
   *
   * @param decoded its body, null when it was not decoded
   * @param response its answer, null for none
   * @param denials what it was denied, null for nothing
   */
  public void answered(Request request, Message decoded, Message response, Denials denials) {
    try {
      if (denials != null) {
        denied(request, response, denials);
      }
      if (response != null && apis.contains(request.api().key()) && !AuditedApis.isOrdinary(decoded)) {
        changed(request, decoded, response);
      }
    } catch (RuntimeException | Error e) {
      if (lines.pass("audit") != LineLimit.HELD) {
        LOG.error("A request could not be recorded apiKey={}", request.api().name(), e);
      }
    }
  }

  private void changed(Request request, Message decoded, Message response) {
    boolean repeated = AuditedApis.REPEATED.contains(request.api().key());
    Changes changes = new Changes(queue.nowMs(), request.api().name(), actor(request), repeated ? queue::addRepeated : queue::add,
        queue::addRepeated);
    if (decoded != null) {
      apis.describe(request.api().key(), decoded, response, changes);
      changes.end();
    } else if (response.reportsError() && !errors(response).stream().allMatch(RequestAudit::isDenial)) {
      short[] first = new short[1];
      response.forEachError(code -> first[0] = first[0] == 0 ? (short) code : first[0]);
      changes.add("", "", first[0]);
    }
  }

  private void denied(Request request, Message response, Denials denials) {
    Set<Errors> errors = response == null ? null : errors(response);
    if (errors != null && errors.stream().noneMatch(RequestAudit::isDenial)) {
      return; // what it was denied was left out of an answer, or something else was enough
    }
    synchronized (denials) {
      for (Denials.Denied d : denials.list) {
        Errors of = error(d.type);
        if (errors == null || errors.contains(of)) {
          deny(actor(request), request.api().name(), d.operation, d.type, d.name == null ? AuditQueue.SEVERAL : d.name, of, 1);
        }
      }
      if (denials.more > 0) {
        deny(actor(request), request.api().name(), AclOperation.UNKNOWN, ResourceType.ANY, AuditQueue.SEVERAL, Errors.TOPIC_AUTHORIZATION_FAILED,
            denials.more);
      }
    }
  }

  private void deny(AuditEvent.Actor actor, String action, AclOperation operation, ResourceType type, String name, Errors error, long count) {
    queue.addRepeated(AuditEvent.of(queue.nowMs(), AuditEvent.Kind.DENIED, action, actor, new AuditEvent.Resource(word(type), name), error.name(),
        count, Map.of("operation", word(operation))));
  }

  /** Something was denied to a caller inside the process that sent no request for it. */
  public void denied(Principal who, InetAddress host, String clientId, String action, AclOperation operation, ResourceType type, String name) {
    deny(new AuditEvent.Actor(who.toString(), host.getHostAddress(), clientId, ""), action, operation, type, name, error(type), 1);
  }

  /**
   * A login has failed.
   *
   * @param mechanism how, such as PLAIN, or TLS for a certificate
   * @param user who the client says that it is; null when it said nothing
   * @param why one sentence without secrets
   */
  public void loginFailed(String listener, String mechanism, String user, InetAddress host, String clientId, String why) {
    queue.addRepeated(AuditEvent.of(queue.nowMs(), AuditEvent.Kind.LOGIN, mechanism,
        new AuditEvent.Actor(user == null ? "" : "User:" + user, host == null ? "" : host.getHostAddress(), clientId, listener),
        AuditEvent.Resource.NONE, "failed", 1, Map.of("reason", why)));
  }

  private static AuditEvent.Actor actor(Request request) {
    return new AuditEvent.Actor(request.principal().toString(), request.clientAddress().getHostAddress(), request.clientId(), request.listener());
  }

  private static Set<Errors> errors(Message response) {
    Set<Errors> errors = EnumSet.noneOf(Errors.class);
    response.forEachError(code -> errors.add(Errors.forCode((short) code)));
    return errors;
  }

  static boolean isDenial(Errors error) {
    return switch (error) {
      case TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
          DELEGATION_TOKEN_AUTHORIZATION_FAILED -> true;
      default -> false;
    };
  }

  private static Errors error(ResourceType type) {
    return switch (type) {
      case TOPIC -> Errors.TOPIC_AUTHORIZATION_FAILED;
      case GROUP -> Errors.GROUP_AUTHORIZATION_FAILED;
      case TRANSACTIONAL_ID -> Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
      case USER, DELEGATION_TOKEN -> Errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED;
      default -> Errors.CLUSTER_AUTHORIZATION_FAILED;
    };
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
