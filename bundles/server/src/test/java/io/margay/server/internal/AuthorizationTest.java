package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.UpdateFeaturesRequest;
import io.margay.protocol.message.UpdateFeaturesResponse;
import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import io.margay.spi.security.Authorizer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AuthorizationTest {
  private final LineLimit lines = new LineLimit(Clock.SYSTEM);
  private final Authorization authorization = new Authorization(() -> 100L, lines);
  private final AuditQueue queue = new AuditQueue("test", Clock.SYSTEM, () -> 100_000, () -> 10_000);
  private final RequestAudit audit = new RequestAudit(queue, (scope, name) -> null, lines);
  private final HandlerTable handlers = new HandlerTable(() -> 100L, authorization, lines, audit);
  private final Handler handler = new Handler();
  private final List<Runnable> timers = new ArrayList<>();
  private final Decisions decisions = new Decisions();

  /** Counts what it is asked, and allows what begins with "a", and the cluster for alice. */
  private static final class Asked implements Authorizer {
    private final List<String> asked = new ArrayList<>();
    private long version;
    private boolean broken;

    @Override
    public boolean allows(Principal principal, InetAddress host, AclOperation operation, ResourceType type, String name) {
      if (broken) {
        throw new IllegalStateException("broken");
      }
      asked.add(principal.name() + " " + operation + " " + type + " " + name);
      return name.startsWith("a") || type == ResourceType.CLUSTER && principal.name().equals("alice");
    }

    @Override
    public boolean allowsAny(Principal principal, InetAddress host, AclOperation operation, ResourceType type) {
      return false;
    }

    @Override
    public long version() {
      return version;
    }
  }

  /** Needs ALTER on the cluster. */
  private static final class Handler implements ApiHandler {
    private Access access = Access.cluster(AclOperation.ALTER);
    private int handled;

    @Override
    public Api api() {
      return UpdateFeaturesRequest.API;
    }

    @Override
    public Access access() {
      return access;
    }

    @Override
    public void handle(Request request) {
      handled++;
      request.respond(new UpdateFeaturesResponse());
    }

    @Override
    public Message errorResponse(Request request, Errors error) {
      return new UpdateFeaturesResponse().setErrorCode(error.code());
    }
  }

  private final class Asking extends RoutedRequest {
    private final String user;
    private Errors answer;

    Asking(String user) {
      super(UpdateFeaturesRequest.API, UpdateFeaturesRequest.API.highest(), 1, Unpooled.EMPTY_BUFFER, 0);
      this.user = user;
    }

    Asking route() {
      handlers.route(handlers.entry(UpdateFeaturesRequest.API.key()), this);
      return this;
    }

    @Override
    void resume() {
      route();
    }

    @Override
    void later(long delay, TimeUnit unit, Runnable task) {
      timers.add(task);
    }

    @Override
    void finish(Message response, int throttleMs, String closeReason) {
      endLease();
      answer = Errors.forCode(((UpdateFeaturesResponse) response).errorCode());
    }

    @Override
    boolean trusted() {
      return user == null;
    }

    @Override
    Decisions decisions() {
      return decisions;
    }

    @Override
    Denial takeWork(long bytes) {
      return null;
    }

    @Override
    void giveWork(long bytes) {
      // there is no budget
    }

    @Override
    RequestMemory memory() {
      return null;
    }

    @Override
    public Principal principal() {
      return new Principal("User", user);
    }

    @Override
    public String clientId() {
      return "test";
    }

    @Override
    public InetAddress clientAddress() {
      return InetAddress.getLoopbackAddress();
    }

    @Override
    public String listener() {
      return "PLAINTEXT";
    }

    @Override
    public ByteBufAllocator allocator() {
      return ByteBufAllocator.DEFAULT;
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }

    @Override
    public boolean cancelled() {
      return false;
    }
  }

  @Test
  void everythingIsAllowedWhereNoneIsConfigured() {
    handlers.bind(handler);
    assertThat(new Asking("bob").route().answer).isEqualTo(Errors.NONE);
    assertThat(new Asking("bob").allowed(AclOperation.READ, ResourceType.TOPIC, "t")).isTrue();
    assertThat(new Asking("bob").allowedForAny(AclOperation.READ, ResourceType.TOPIC)).isTrue();
  }

  @Test
  void serverChecksTheClusterBeforeTheHandler() {
    authorization.require();
    authorization.set(new Asked());
    handlers.bind(handler);
    assertThat(new Asking("bob").route().answer).isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED);
    assertThat(handler.handled).isZero();
    assertThat(new Asking("alice").route().answer).isEqualTo(Errors.NONE);
    assertThat(new Asking(null).route().answer).as("from inside the process").isEqualTo(Errors.NONE);
  }

  @Test
  void requestsWaitForAnAuthorizerAndThenAreDecided() {
    authorization.require();
    handlers.bind(handler);
    Asking bob = new Asking("bob").route();
    Asking alice = new Asking("alice").route();
    assertThat(authorization.waiting()).isEqualTo(2);
    assertThat(handler.handled).isZero();
    authorization.set(new Asked());
    assertThat(bob.answer).isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED);
    assertThat(alice.answer).isEqualTo(Errors.NONE);
    assertThat(authorization.waiting()).isZero();
    timers.forEach(Runnable::run);
  }

  @Test
  void withoutAnAuthorizerNothingIsAllowed() {
    authorization.require();
    handlers.bind(handler);
    Asking alice = new Asking("alice").route();
    timers.forEach(Runnable::run);
    assertThat(alice.answer).isEqualTo(Errors.REQUEST_TIMED_OUT);
    assertThat(handler.handled).isZero();
  }

  @Test
  void whatNeedsNothingDoesNotWait() {
    authorization.require();
    handler.access = Access.ANYONE;
    handlers.bind(handler);
    assertThat(new Asking("bob").route().answer).isEqualTo(Errors.NONE);
  }

  @Test
  void anotherTakesOverWhenOneLeaves() {
    Asked first = new Asked();
    Asked second = new Asked();
    authorization.require();
    authorization.set(first);
    authorization.set(second);
    handlers.bind(handler);
    authorization.clear(second);
    assertThat(new Asking("alice").route().answer).isEqualTo(Errors.NONE);
    assertThat(first.asked).hasSize(1);
    authorization.clear(first);
    new Asking("alice").route();
    assertThat(authorization.waiting()).isEqualTo(1);
  }

  @Test
  void decisionsAreKeptUntilTheRulesChange() {
    Asked asked = new Asked();
    Asking request = started(asked, "bob");
    for (int i = 0; i < 3; i++) {
      assertThat(request.allowed(AclOperation.READ, ResourceType.TOPIC, "a1")).isTrue();
      assertThat(request.allowed(AclOperation.WRITE, ResourceType.TOPIC, "b1")).isFalse();
    }
    assertThat(asked.asked).containsExactly("bob READ TOPIC a1", "bob WRITE TOPIC b1");
    asked.version++;
    request.allowed(AclOperation.READ, ResourceType.TOPIC, "a1");
    assertThat(asked.asked).hasSize(3);
    started(asked, "eve").allowed(AclOperation.READ, ResourceType.TOPIC, "a1");
    assertThat(asked.asked).as("of another principal").hasSize(4);
    Asked other = new Asked();
    other.version = asked.version;
    started(other, "eve").allowed(AclOperation.READ, ResourceType.TOPIC, "a1");
    assertThat(other.asked).as("another authorizer decides for itself").hasSize(1);
    assertThat(asked.asked).hasSize(4);
  }

  @Test
  void decisionsAreRightHoweverManyThereAre() {
    Asked asked = new Asked();
    Asking request = started(asked, "bob");
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 50 * Decisions.SIZE; i++) {
        assertThat(request.allowed(AclOperation.READ, ResourceType.TOPIC, (i % 2 == 0 ? "a" : "b") + i)).isEqualTo(i % 2 == 0);
      }
    }
    assertThat(asked.asked.size()).isGreaterThan(50 * Decisions.SIZE);
  }

  @Test
  void failureOfTheAuthorizerDenies() {
    Asked asked = new Asked();
    asked.broken = true;
    assertThat(started(asked, "alice").allowed(AclOperation.READ, ResourceType.TOPIC, "a")).isFalse();
    authorization.require();
    authorization.set(asked);
    handlers.bind(handler);
    assertThat(new Asking("alice").route().answer).isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED);
  }

  private Asking started(Authorizer authorizer, String user) {
    authorization.require();
    authorization.set(authorizer);
    Asking request = new Asking(user);
    assertThat(authorization.enter(request, Access.BY_RESOURCE, () -> { })).isEqualTo(Authorization.Gate.PASS);
    return request;
  }

  @Test
  void aDeniedRequestIsRecorded() {
    authorization.require();
    authorization.set(new Asked());
    handlers.bind(handler);
    new Asking("bob").route();
    List<AuditEvent> events = new ArrayList<>();
    queue.drain(100, events::add);
    assertThat(events).singleElement().satisfies(e -> {
      assertThat(e.kind()).isEqualTo(AuditEvent.Kind.DENIED);
      assertThat(e.actor().principal()).isEqualTo("User:bob");
      assertThat(e.action()).isEqualTo("UpdateFeatures");
      assertThat(e.outcome()).isEqualTo("CLUSTER_AUTHORIZATION_FAILED");
      assertThat(e.details()).containsEntry("operation", "alter");
    });
  }
}
