package io.margay.mirror.internal;

import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.model.TopicPartition;
import io.margay.spi.mirror.MirrorLinks.Progress;
import io.margay.spi.partition.LeaderPartition;

/** A partition that this broker leads and a link fills. Owned by the thread of its link; what is volatile is for those that show it. */
final class MirroredPartition {
  /**
   * What is mirrored into what.
   *
   * @param leader the mirror
   * @param source where it comes from
   * @param sourceBroker which broker leads it there; -1 when it is not known
   * @param compacted whether compaction may have rewritten batches on either side
   */
  record Assignment(LeaderPartition leader, MirrorSource source, int sourceBroker, boolean compacted) {
    TopicPartition target() {
      return leader.id().topicPartition();
    }
  }

  /** What is shown of it. */
  record Shown(State state, String problem, Progress progress) { }

  final PartitionMirror machine;
  private final LeaderPartition leader;
  private final String sourceText;
  private Assignment assignment;
  /** The offset that the open request asked for. */
  long sentOffset;
  /** Whether its position is being checked. */
  boolean checking;
  private long ratedAtMs;
  private long ratedBytes;
  private long bytesPerSecond;
  private volatile Shown shown;

  /** @param cuts whether it is cut when it has diverged */
  MirroredPartition(Assignment assignment, boolean cuts) {
    this.machine = new PartitionMirror(cuts);
    this.assignment = assignment;
    this.leader = assignment.leader();
    this.sourceText = assignment.source().toString();
  }

  /** Whether it goes on under a newer assignment: the same leadership of the same mirror. */
  boolean adopt(Assignment next) {
    if (next.leader() != leader || !next.source().equals(assignment.source())) {
      return false;
    }
    assignment = next;
    return true;
  }

  Assignment assignment() {
    return assignment;
  }

  LeaderPartition leader() {
    return leader;
  }

  /** The value of {@code margay.mirror.source} that it is mirrored for. */
  String sourceText() {
    return sourceText;
  }

  /** Lets others see its state. */
  void show(long nowMs) {
    if (nowMs - ratedAtMs >= 1_000) {
      bytesPerSecond = ratedAtMs == 0 ? 0 : (machine.bytes() - ratedBytes) * 1_000 / (nowMs - ratedAtMs);
      ratedAtMs = nowMs;
      ratedBytes = machine.bytes();
    }
    long end = leader.logEndOffset();
    shown = new Shown(machine.state(), machine.problem(), new Progress(end, machine.sourceEnd(), machine.lagMs(end, nowMs),
        machine.lastProgressMs(), bytesPerSecond, machine.errors(), machine.skipped()));
  }

  /** What {@link #show} showed last, or null. */
  Shown shown() {
    return shown;
  }

  @Override
  public String toString() {
    return assignment.target().toString();
  }
}
