package io.margay.simulation;

import io.margay.simulation.QuorumDisk.Entry;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.StateMachine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

/** The metadata log of a node: Raft in its simplest form, over datagrams. It stands for the Raft library, which has threads of its own. */
final class SimulatedQuorum implements MetadataLog {
  private static final long HEARTBEAT_MICROS = 60_000;
  private static final long ELECTION_MICROS = 300_000;
  private static final long PROPOSAL_MS = 3_000;
  private static final int MOST_ENTRIES = 50;
  private static final int ENTRIES_PER_SNAPSHOT = 15;

  /** A proposal of this node: how it is answered. */
  private record Pending(long term, BiConsumer<byte[], Throwable> answer) { }

  /** What a leader sends: the entries after {@code previous}. */
  private record Append(long term, int leader, int previous, long previousTerm, List<Entry> entries, int committed) { }

  private final World world;
  private final SimulatedNetwork network;
  private final SimulatedProcess process;
  private final QuorumDisk disk;
  private final Invariants invariants;
  private final Flaw flaw;
  private final int voters;
  private final Map<Integer, Pending> pending = new TreeMap<>();
  private final Map<Long, CompletableFuture<byte[]>> forwarded = new HashMap<>();
  private final Map<Integer, Integer> next = new HashMap<>();
  private final Map<Integer, Integer> matched = new HashMap<>();
  private final Set<Integer> votes = new HashSet<>();
  private StateMachine machine;
  private boolean candidate;
  private int leader = -1;
  private int firstOfTerm = Integer.MAX_VALUE;
  private int committed;
  private int applied;
  private long forwards;
  private long deadlineMicros;
  private int told = -2;

  SimulatedQuorum(SimulatedNetwork network, SimulatedProcess process, Invariants invariants, Flaw flaw, int voters) {
    this.world = network.world();
    this.network = network;
    this.process = process;
    this.disk = process.machine().quorum;
    this.invariants = invariants;
    this.flaw = flaw;
    this.voters = voters;
  }

  /** Begins to take part. */
  void start() {
    awaitLeader();
    process.run(HEARTBEAT_MICROS, this::heartbeat);
    process.run(ELECTION_MICROS, this::watch);
  }

  private int self() {
    return process.id();
  }

  private void awaitLeader() {
    deadlineMicros = world.nowMicros() + ELECTION_MICROS + world.random(0, ELECTION_MICROS);
  }

  private void watch() {
    if (leader != self() && world.nowMicros() >= deadlineMicros) {
      elect();
    }
    process.run(Math.max(1_000, deadlineMicros - world.nowMicros()), this::watch);
  }

  private void heartbeat() {
    if (leader == self()) {
      toOthers(this::replicate);
    }
    process.run(HEARTBEAT_MICROS, this::heartbeat);
  }

  private void toOthers(IntConsumer action) {
    for (int id = 1; id <= voters; id++) {
      if (id != self()) {
        action.accept(id);
      }
    }
  }

  private void sync(Runnable then) {
    process.run(world.random(50, 2_000), () -> {
      disk.sync();
      then.run();
    });
  }

  private void elect() {
    long term = disk.term() + 1;
    disk.vote(term, self());
    follow(-1);
    candidate = true;
    votes.clear();
    awaitLeader();
    world.trace().add("quorum %d: candidate in term %d", self(), term);
    int last = disk.last();
    long lastTerm = disk.termOf(last);
    int me = self();
    Runnable ask = () -> {
      if (candidate && disk.term() == term) {
        voted(term, me);
        toOthers(id -> network.datagram(process, id, to -> to.onVote(term, me, last, lastTerm)));
      }
    };
    if (flaw == Flaw.UNSYNCED_VOTE) {
      ask.run();
    } else {
      sync(ask);
    }
  }

  private void onVote(long term, int from, int last, long lastTerm) {
    if (term > disk.term()) {
      newTerm(term);
    }
    long ownTerm = disk.termOf(disk.last());
    boolean current = lastTerm > ownTerm || lastTerm == ownTerm && last >= disk.last();
    if (term < disk.term() || !current || disk.vote() != -1 && disk.vote() != from) {
      return;
    }
    disk.vote(term, from);
    network.whenVoted.accept(self());
    awaitLeader();
    int me = self();
    Runnable answer = () -> {
      if (disk.term() == term && disk.vote() == from) {
        network.datagram(process, from, to -> to.voted(term, me));
      }
    };
    if (flaw == Flaw.UNSYNCED_VOTE) {
      answer.run();
    } else {
      sync(answer);
    }
  }

  private void newTerm(long term) {
    disk.vote(term, -1);
    candidate = false;
    follow(-1);
  }

  private void voted(long term, int by) {
    if (!candidate || term != disk.term()) {
      return;
    }
    votes.add(by);
    if (votes.size() > voters / 2) {
      candidate = false;
      lead(term);
    }
  }

  private void lead(long term) {
    world.trace().add("quorum %d: leads term %d", self(), term);
    invariants.quorumLeader(term, self());
    leader = self();
    next.clear();
    matched.clear();
    toOthers(id -> {
      next.put(id, disk.last() + 1);
      matched.put(id, 0);
    });
    firstOfTerm = disk.last() + 1;
    append(null);
  }

  /** Another one leads, or nobody. */
  private void follow(int newLeader) {
    boolean led = leader == self();
    leader = newLeader;
    firstOfTerm = Integer.MAX_VALUE;
    if (led) {
      failPending();
    }
    tell(newLeader);
  }

  private void failPending() {
    List<Pending> open = List.copyOf(pending.values());
    pending.clear();
    open.forEach(p -> p.answer().accept(null, new NotLeaderException("another node leads")));
  }

  private void tell(int id) {
    if (machine != null && told != id) {
      told = id;
      machine.onLeader(id, id == self());
    }
  }

  private int append(byte[] command) {
    disk.append(new Entry(disk.term(), process.millis(), command));
    int index = disk.last();
    long term = disk.term();
    toOthers(this::replicate);
    sync(() -> {
      if (leader == self() && disk.term() == term) {
        matched.merge(self(), index, Math::max);
        advance();
      }
    });
    return index;
  }

  private void replicate(int id) {
    int previous = next.get(id) - 1;
    Append message = new Append(disk.term(), self(), previous, disk.termOf(previous), disk.from(previous + 1, MOST_ENTRIES), committed);
    network.datagram(process, id, to -> to.onAppend(message));
  }

  private void onAppend(Append message) {
    int me = self();
    if (message.term() > disk.term()) {
      newTerm(message.term());
    }
    long term = disk.term();
    if (message.term() < term) {
      network.datagram(process, message.leader(), to -> to.onAppended(term, me, -1, false));
      return;
    }
    candidate = false;
    awaitLeader();
    if (leader != message.leader()) {
      follow(message.leader());
    }
    if (message.previous() > disk.last() || disk.termOf(message.previous()) != message.previousTerm()) {
      int hint = Math.min(disk.last(), message.previous() - 1);
      network.datagram(process, message.leader(), to -> to.onAppended(term, me, hint, false));
      return;
    }
    int index = message.previous();
    for (Entry entry : message.entries()) {
      index++;
      if (index <= disk.last() && disk.termOf(index) != entry.term()) {
        disk.cut(index - 1);
      }
      if (index > disk.last()) {
        disk.append(entry);
      }
    }
    int reached = index;
    sync(() -> {
      if (disk.term() == term) {
        network.datagram(process, message.leader(), to -> to.onAppended(term, me, reached, true));
        commit(Math.min(message.committed(), reached));
      }
    });
  }

  private void onAppended(long term, int from, int index, boolean done) {
    if (term > disk.term()) {
      newTerm(term);
    }
    if (leader != self() || term != disk.term()) {
      return;
    }
    if (done) {
      matched.merge(from, index, Math::max);
      next.merge(from, index + 1, Math::max);
      advance();
      if (next.get(from) <= disk.last()) {
        replicate(from);
      }
    } else {
      next.put(from, Math.max(matched.get(from), index) + 1);
      replicate(from);
    }
  }

  private void advance() {
    List<Integer> sorted = new ArrayList<>(matched.values());
    sorted.sort(null);
    int majority = sorted.get(sorted.size() - 1 - voters / 2);
    if (matched.size() == voters && majority > committed && disk.termOf(majority) == disk.term()) {
      commit(majority);
    }
  }

  private void commit(int index) {
    committed = Math.max(committed, Math.min(index, disk.last()));
    apply();
  }

  private void apply() {
    while (machine != null && applied < committed) {
      applied++;
      Entry entry = disk.entry(applied);
      byte[] result = entry.command() == null ? null : machine.apply(applied, entry.timestampMs(), entry.command());
      invariants.applied(self(), applied, entry, machine);
      if (applied % ENTRIES_PER_SNAPSHOT == 0) {
        disk.snapshot(applied, machine.snapshot());
      }
      Pending proposal = pending.remove(applied);
      if (proposal != null) {
        proposal.answer().accept(result, null);
      }
      if (leader == self() && applied >= firstOfTerm) {
        tell(leader);
      }
    }
  }

  @Override
  public void attach(StateMachine newMachine) {
    machine = newMachine;
    if (disk.snapshotIndex() > 0) {
      applied = disk.snapshotIndex();
      committed = Math.max(committed, applied);
      machine.restore(applied, disk.snapshot());
      invariants.restored(self(), applied, machine);
    }
    apply();
  }

  @Override
  public void detach(StateMachine oldMachine) {
    machine = null;
    failPending();
  }

  @Override
  public CompletionStage<byte[]> propose(byte[] command) {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    process.after(PROPOSAL_MS, () -> result.completeExceptionally(new NotLeaderException("no answer in time")));
    if (leader == self()) {
      propose(command, (answer, failure) -> complete(result, answer, failure));
    } else if (leader < 0) {
      result.completeExceptionally(new NotLeaderException("nobody leads"));
    } else {
      long number = forwards++;
      int me = self();
      forwarded.put(number, result);
      network.datagram(process, leader, to -> to.onForwarded(me, number, command));
    }
    return result;
  }

  private void propose(byte[] command, BiConsumer<byte[], Throwable> answer) {
    int index = append(command);
    pending.put(index, new Pending(disk.term(), answer));
  }

  private void onForwarded(int from, long number, byte[] command) {
    if (leader != self()) {
      network.datagram(process, from, to -> to.onAnswer(number, null, new NotLeaderException("it does not lead")));
      return;
    }
    propose(command, (answer, failure) -> network.datagram(process, from, to -> to.onAnswer(number, answer, failure)));
  }

  private void onAnswer(long number, byte[] answer, Throwable failure) {
    CompletableFuture<byte[]> result = forwarded.remove(number);
    if (result != null) {
      complete(result, answer, failure);
    }
  }

  private static void complete(CompletableFuture<byte[]> result, byte[] answer, Throwable failure) {
    if (failure != null) {
      result.completeExceptionally(failure);
    } else {
      result.complete(answer);
    }
  }

  @Override
  public boolean isLeader() {
    return leader == self() && applied >= firstOfTerm;
  }

  @Override
  public int leaderId() {
    return leader;
  }

  @Override
  public String clusterId() {
    return network.clusterId;
  }
}
