package io.margay.shares.internal.fetch;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ShareFetchRequest;
import io.margay.protocol.message.ShareFetchResponse;
import io.margay.shares.internal.leader.Fetched;
import io.margay.shares.internal.leader.Mark;
import io.margay.shares.internal.leader.SharePartitionLeader;
import io.margay.shares.internal.leader.Want;
import io.margay.shares.internal.leader.ShareWaiter;
import io.margay.spi.handler.ParkedRequests;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ShareFetch until it is answered: passes over the partitions of its session, with waits between them, until there are records, its time is
 * over, or the client has disconnected.
 *
 * <pre>
 *   RUNNING --nothing yet--> WAITING --woken--> SCHEDULED --on the connection's event loop--> RUNNING
 *      |                        |                   |
 *      +--------answered--------+----client left----+--> DONE
 * </pre>
 */
final class PendingShareFetch implements ShareWaiter {
  private static final Logger LOG = LoggerFactory.getLogger(PendingShareFetch.class);
  private static final byte RECORD_LIMIT = 1;

  private enum State { RUNNING, WAITING, SCHEDULED, DONE }

  /**
   * What it needs.
   *
   * @param scheduler timers
   * @param blocking runs what may wait for a disk
   * @param registry answers what waits when the handler leaves
   */
  record Environment(Scheduler scheduler, Executor blocking, ParkedRequests<PendingShareFetch> registry) { }

  private final Request request;
  private final ShareFetchRequest query;
  private final ShareService service;
  private final ShareSession session;
  private final List<SharePart> parts;
  private final Environment environment;
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private final List<SharePartitionLeader> awaited = new ArrayList<>();
  /** Those that have woken it, perhaps: when it does not come to them, another fetch has to. Used by the thread that is RUNNING. */
  private final Set<SharePartitionLeader> owed = new LinkedHashSet<>();
  private Map<SharePart, Errors> outcomes = Map.of();
  private volatile boolean woken;
  private volatile boolean expired;
  private boolean parked;
  /** For what is read from disks, by all attempts together. Used by the thread that is RUNNING. */
  private long reservedBytes;
  private Scheduler.Timer timer;

  PendingShareFetch(Request request, ShareFetchRequest query, ShareService service, ShareSession session, List<SharePart> parts,
      Environment environment) {
    this.request = request;
    this.query = query;
    this.service = service;
    this.session = session;
    this.parts = parts;
    this.environment = environment;
    this.expired = query.maxWaitMs() <= 0 || parts.isEmpty();
  }

  /** Makes the first pass; {@code acknowledged} is what became of the acknowledgements in the request. */
  void start(Map<SharePart, Errors> acknowledged) {
    outcomes = acknowledged;
    pass(false);
  }

  private void pass(boolean mayBlock) {
    Attempt attempt = new Attempt();
    try {
      if (isPatient() && !attempt.isEnough()) {
        if (parked || park()) {
          await(attempt, true);
          return;
        }
        expired = true;
      }
      attempt.run(mayBlock);
      if (attempt.needsDisk && !attempt.hasRecords) {
        environment.blocking.execute(() -> pass(true));
      } else if (attempt.isAnswer() || expired) {
        answer(attempt);
      } else if (parked || park()) {
        await(attempt, false);
      } else {
        answer(attempt);
      }
    } catch (RejectedExecutionException e) {
      LOG.debug("A fetch that needs a disk comes too late", e);
      answer(attempt);
    } catch (RuntimeException | Error e) {
      failed(attempt, e);
    }
  }

  private void failed(Attempt attempt, Throwable e) {
    LOG.error("A share fetch failed. clientId={} correlationId={}", request.clientId(), request.correlationId(), e);
    attempt.release();
    passOn(attempt);
    if (finish()) {
      request.respond(ShareFetchHandler.error(Errors.UNKNOWN_SERVER_ERROR, null));
    }
  }

  private boolean isPatient() {
    return query.minBytes() > 1 && !expired;
  }

  private Want want(long records, long bytes) {
    return new Want(query.memberId(), (int) records, query.shareAcquireMode() == RECORD_LIMIT, (int) bytes);
  }

  /** One pass over the partitions. */
  private final class Attempt {
    private final Map<SharePart, Fetched> results = new LinkedHashMap<>();
    private final Map<SharePart, SharePartitionLeader> leaders = new LinkedHashMap<>();
    /** What a leader had when this looked how much there is. */
    private final Map<SharePartitionLeader, Mark> marks = new HashMap<>();
    private boolean hasRecords;
    private boolean hasErrors;
    private boolean needsDisk;
    /** Of the records that were read from a disk. */
    private long coldBytes;

    /** Whether there are as many bytes as the client waits for. What fails is enough, too. */
    boolean isEnough() {
      int most = Math.min(query.maxBytes(), service.cluster().maxBytes());
      long missing = Math.min(query.minBytes(), most);
      for (SharePart part : parts) {
        SharePartitionLeader leader = service.denial(request, part) == Errors.NONE ? service.find(query.groupId(), part) : null;
        if (leader == null && !service.isExpected(part)) {
          return true;
        }
        if (leader != null) {
          leaders.put(part, leader);
          // before the look
          marks.put(leader, leader.mark());
          missing -= leader.readable(want(query.maxRecords(), missing));
        }
        if (missing <= 0) {
          return true;
        }
      }
      return false;
    }

    void run(boolean mayBlock) {
      LeaderHints hints = new LeaderHints(service.cluster().image(), request.listener());
      long left = query.maxRecords();
      long bytesLeft = Math.min(query.maxBytes(), service.cluster().maxBytes());
      for (SharePart part : parts) {
        if (left <= 0 || bytesLeft <= 0) {
          return;
        }
        Errors denied = service.denial(request, part);
        if (denied != Errors.NONE) {
          hasErrors = true;
          results.put(part, Fetched.failed(denied));
          continue;
        }
        SharePartitionLeader leader = service.find(query.groupId(), part);
        if (leader == null && service.isExpected(part)) {
          // a part is being replaced, or there are too many: then the client hears of it when its time is over, so that it asks less often
          if (expired && service.isFull()) {
            hasErrors = true;
            results.put(part, Fetched.failed(Errors.UNKNOWN_SERVER_ERROR));
          }
          continue;
        }
        Fetched fetched = leader == null ? Fetched.failed(hints.error(part))
            : leader.fetch(want(left, bytesLeft), mayBlock ? this::reserve : null);
        // nobody says when there is memory again: it tries once more when its time is over
        if (leader != null && fetched != Fetched.NO_MEMORY) {
          leaders.put(part, leader);
        }
        needsDisk |= fetched.needsDisk();
        if (fetched.records() != null) {
          hasRecords = true;
          left -= fetched.count();
          bytesLeft -= fetched.records().sizeBytes();
          results.put(part, fetched);
        } else if (fetched.error() != Errors.NONE) {
          hasErrors = true;
          results.put(part, fetched);
        }
      }
    }

    private boolean reserve(long bytes) {
      long more = coldBytes + bytes - reservedBytes;
      if (more > 0 && !request.reserve(more)) {
        return false;
      }
      reservedBytes += Math.max(0, more);
      coldBytes += bytes;
      return true;
    }

    boolean isAnswer() {
      return hasRecords || hasErrors;
    }

    /** What was read is not sent: the records are for others. */
    void release() {
      results.forEach((part, fetched) -> {
        if (fetched.records() != null) {
          fetched.records().release();
          leaders.get(part).undo(query.memberId(), fetched.acquired());
        }
      });
      results.clear();
    }
  }

  // ------------------------------------------------------------------------------------------------ waiting

  private boolean park() {
    if (!environment.registry.add(this)) {
      return false;
    }
    parked = true;
    timer = environment.scheduler.after(query.maxWaitMs(), () -> {
      expired = true;
      schedule();
    });
    request.onCancel(this::cancel);
    return true;
  }

  private void await(Attempt attempt, boolean patient) {
    woken = false;
    owed.clear();
    synchronized (awaited) {
      awaited.addAll(attempt.leaders.values());
    }
    attempt.leaders.values().forEach(leader -> leader.await(this, patient ? attempt.marks.get(leader) : null));
    state.set(State.WAITING);
    // what happened before this thread was WAITING has scheduled nothing
    if (request.cancelled()) {
      cancel();
    } else if (woken || expired) {
      schedule();
    }
  }

  @Override
  public boolean wake() {
    woken = true;
    State now = state.get();
    if (now == State.WAITING) {
      schedule();
    }
    return now != State.DONE;
  }

  private void schedule() {
    if (state.compareAndSet(State.WAITING, State.SCHEDULED)) {
      try {
        request.executor().execute(this::resume);
      } catch (RejectedExecutionException e) {
        LOG.debug("The event loop of a fetch has ended", e);
        cancel();
      }
    }
  }

  private void resume() {
    if (state.compareAndSet(State.SCHEDULED, State.RUNNING)) {
      owed.addAll(leave());
      pass(false);
    }
  }

  private void cancel() {
    expired = true;
    // when it is RUNNING, the end of the pass notices that the client has disconnected
    if (state.compareAndSet(State.WAITING, State.DONE) || state.compareAndSet(State.SCHEDULED, State.DONE)) {
      end();
      service.disconnected(session);
      request.respondNothing();
    }
  }

  /** The handler leaves: answers at once, on this thread. */
  void close() {
    expired = true;
    if (state.compareAndSet(State.WAITING, State.RUNNING) || state.compareAndSet(State.SCHEDULED, State.RUNNING)) {
      leave();
      answer(new Attempt());
    }
  }

  // ------------------------------------------------------------------------------------------------ answering

  private void answer(Attempt attempt) {
    ShareFetchResponse answer;
    try {
      // null when the client has gone
      answer = request.cancelled() ? null : new ShareFetchAnswer(service, request, query.groupId()).of(attempt.results, outcomes);
    } catch (RuntimeException | Error e) {
      failed(attempt, e);
      return;
    }
    if (!finish()) {
      attempt.release();
    } else if (answer == null) {
      attempt.release();
      service.disconnected(session);
      request.respondNothing();
    } else {
      request.respond(answer);
    }
    if (parked || attempt.hasRecords) {
      passOn(attempt);
    }
  }

  private void passOn(Attempt attempt) {
    owed.addAll(attempt.leaders.values());
    owed.forEach(SharePartitionLeader::passOn);
    owed.clear();
  }

  /** Ends it, on the thread that is RUNNING; false when it has ended already. */
  private boolean finish() {
    if (state.getAndSet(State.DONE) == State.DONE) {
      return false;
    }
    end();
    return true;
  }

  private void end() {
    if (parked) {
      environment.registry.remove(this);
      timer.cancel();
    }
    leave();
  }

  private List<SharePartitionLeader> leave() {
    List<SharePartitionLeader> left;
    synchronized (awaited) {
      left = new ArrayList<>(awaited);
      awaited.clear();
    }
    left.forEach(leader -> {
      leader.forget(this);
      if (state.get() == State.DONE) {
        leader.passOn();
      }
    });
    return left;
  }
}
