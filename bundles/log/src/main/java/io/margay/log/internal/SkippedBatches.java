package io.margay.log.internal;

import io.margay.model.TopicIdPartition;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports stored batches that compaction cannot read, each once although every pass meets it again. Remembers the last
 * {@value #REMEMBERED} of them. Safe for all threads.
 */
final class SkippedBatches {
  private static final Logger LOG = LoggerFactory.getLogger(SkippedBatches.class);
  private static final int REMEMBERED = 1_000;

  private record Place(TopicIdPartition log, long offset) { }

  private final Set<Place> reported = new LinkedHashSet<>();

  /**
   * Reports a place in a log, unless that was done before.
   *
   * @param offset where the batch begins, or the bytes in which no batch can be recognized
   */
  synchronized void report(TopicIdPartition log, long offset, String reason) {
    if (!reported.add(new Place(log, offset))) {
      return;
    }
    if (reported.size() > REMEMBERED) {
      reported.remove(reported.iterator().next());
    }
    LOG.warn("Compaction cannot read stored records and keeps them unchanged partition={} offset={} reason={}", log, offset,
        reason);
  }

  synchronized int count() {
    return reported.size();
  }
}
