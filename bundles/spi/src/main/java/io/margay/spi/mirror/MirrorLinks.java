package io.margay.spi.mirror;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The mirroring links of this cluster. Safe for all threads. Methods that throw an {@link InterruptedException} send requests to both
 * clusters and block, for a bounded time; an interrupt ends them.
 */
@ProviderType
public interface MirrorLinks {
  /**
   * A link.
   *
   * @param name its name
   * @param origin where it is defined, such as "cluster" or a file's name
   * @param fields its fields as they were given, by name
   * @param state running, paused, waiting or invalid
   * @param problem what is wrong, in words; null when nothing is
   */
  record Link(String name, String origin, SortedMap<String, String> fields, String state, String problem) { }

  /**
   * A topic of a link.
   *
   * @param source its name in the source cluster
   * @param target its name in this cluster
   * @param partitions how many partitions it has here; 0 when it does not exist here
   * @param state mirroring, creating, writable, recreated or missing
   * @param problem what is wrong, in words; null when nothing is
   */
  record Topic(String source, String target, int partitions, String state, String problem) { }

  /**
   * A mirrored partition.
   *
   * @param topic its topic in this cluster
   * @param partition its index
   * @param leader the broker that leads it here, and so mirrors it; -1 when there is none
   * @param state checking, mirroring, waiting, diverged, stopped; paused with its link; or remote, on other brokers than the leader
   * @param problem what is wrong, in words; null when nothing is
   * @param progress how far it is; null when it is not known
   */
  record Partition(String topic, int partition, int leader, String state, String problem, Progress progress) { }

  /**
   * How far a mirrored partition is. What only its leader knows is -1 on other brokers: all but the two offsets.
   *
   * @param offset end of the mirror's log
   * @param sourceOffset end of the source's log, -1 when it is not known
   * @param lagMs milliseconds since the last record that it has was written, while it lags; 0 when it does not lag, -1 when not known
   * @param lastProgressMs when records were mirrored last, milliseconds since the epoch; -1 when none were
   * @param bytesPerSecond what was mirrored lately
   * @param errors how often something failed
   * @param skipped offsets that the source had deleted before they were mirrored
   */
  record Progress(long offset, long sourceOffset, long lagMs, long lastProgressMs, long bytesPerSecond, long errors, long skipped) {
    /** @return offsets that the mirror does not have yet; -1 when it is not known */
    public long lagRecords() {
      return sourceOffset < 0 ? -1 : Math.max(0, sourceOffset - offset);
    }
  }

  /**
   * A topic that was promoted.
   *
   * @param topic its name in this cluster
   * @param lagRecords offsets that the source had and the mirror lacks; -1 when the source could not be asked
   * @param abortedTransactions how many open transactions were aborted
   */
  record Promoted(String topic, long lagRecords, int abortedTransactions) { }

  /**
   * The result of a comparison of one partition.
   *
   * @param topic its name in this cluster
   * @param partition its index
   * @param fromOffset first offset that was compared
   * @param toOffset exclusive end of what was compared
   * @param batches how many batches were compared
   * @param crc checksum over the checksums and offsets of these batches, of the mirror
   * @param difference the first difference from the source in words; null when there is none
   */
  record Difference(String topic, int partition, long fromOffset, long toOffset, long batches, long crc, String difference) {
    /** @return whether the source has the same */
    public boolean equal() {
      return difference == null;
    }
  }

  /**
   * What becomes of a partition of the former source when a link is turned round.
   *
   * @param topic its topic
   * @param partition its index
   * @param sameOffset up to there both clusters have the same
   * @param endOffset end of its log; what is between does not exist in this cluster, and is cut
   */
  record Returned(String topic, int partition, long sameOffset, long endOffset) {
    /** @return how many offsets are cut */
    public long discarded() {
      return endOffset - sameOffset;
    }
  }

  /** @return all links, by name */
  List<Link> links();

  /**
   * @param link a link's name
   * @return its topics, as they were when it last asked the source; by name
   */
  List<Topic> topics(String link) throws MirrorException;

  /**
   * @param link a link's name
   * @return its partitions; for those that other brokers mirror, both clusters are asked for their ends
   */
  List<Partition> partitions(String link) throws MirrorException, InterruptedException;

  /**
   * Stores a link for all brokers of this cluster. It begins at once.
   *
   * @param link its name
   * @param fields its fields
   * @throws MirrorException when there is one of that name, or a field is unknown or not valid; the message names it
   */
  void create(String link, Map<String, String> fields) throws MirrorException, InterruptedException;

  /**
   * Removes a link. Its mirrors stay, and stay read only until they are promoted.
   *
   * @param link its name
   */
  void remove(String link) throws MirrorException, InterruptedException;

  /**
   * Stops or resumes the fetching of a link.
   *
   * @param link its name
   * @param paused whether it stops
   */
  void pause(String link, boolean paused) throws MirrorException, InterruptedException;

  /**
   * Makes mirrors writable. Unless forced, it first waits until they have everything that the source has.
   *
   * @param link a link's name; it may have been removed if forced
   * @param topics their names in this cluster; empty for all mirrors of the link
   * @param force whether to do without the source
   * @param progress gets lines for people
   * @return what was promoted
   */
  List<Promoted> promote(String link, List<String> topics, boolean force, Consumer<String> progress)
      throws MirrorException, InterruptedException;

  /**
   * Compares mirrors with their source, batch by batch, from the later start to the earlier end of both logs.
   *
   * @param link a link's name
   * @param topics their names in this cluster; empty for all mirrors of the link
   * @param progress gets lines for people
   * @return one result per partition
   */
  List<Difference> diff(String link, List<String> topics, Consumer<String> progress) throws MirrorException, InterruptedException;

  /**
   * Turns a link round after its topics were promoted: the topics of its source become mirrors of those of this cluster, over a link that is
   * created there, and this link is removed. The source must be a Margay cluster.
   *
   * @param link a link's name, in the mode identical
   * @param bootstrap addresses at which the source reaches this cluster; null for those that its brokers advertise
   * @param discard whether records are cut there that this cluster does not have; otherwise nothing is done when there are some
   * @param progress gets lines for people
   * @return what became of each partition, or would
   */
  List<Returned> failback(String link, String bootstrap, boolean discard, Consumer<String> progress)
      throws MirrorException, InterruptedException;
}
