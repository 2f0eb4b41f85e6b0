package io.margay.spi.quota;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The limits of one client, which it may share with other clients. Each method counts, and returns for how many milliseconds the client has
 * to wait then; 0 when it is within the limit or has none. Safe for all threads, never blocks.
 */
@ProviderType
public interface ClientQuota {
  /** No limits. */
  ClientQuota NONE = new ClientQuota() {
    @Override
    public int produced(long bytes) {
      return 0;
    }

    @Override
    public int fetched(long bytes) {
      return 0;
    }

    @Override
    public long mostFetchBytes() {
      return Long.MAX_VALUE;
    }

    @Override
    public int worked(long nanos) {
      return 0;
    }

    @Override
    public boolean countsWork() {
      return false;
    }

    @Override
    public int mutated(long partitions, boolean strict) {
      return 0;
    }
  };

  /**
   * A produce request was handled.
   *
   * @param bytes its size
   * @return milliseconds to wait
   */
  int produced(long bytes);

  /**
   * A fetch is about to be answered.
   *
   * @param bytes the size of the records in the answer
   * @return 0, or milliseconds to wait: then nothing was counted, and the answer should have no records
   */
  int fetched(long bytes);

  /** @return how many bytes one answer should have at most: more would have to wait for longer than rates are measured */
  long mostFetchBytes();

  /**
   * Threads have worked for the client.
   *
   * @param nanos for how long
   * @return milliseconds to wait
   */
  int worked(long nanos);

  /** @return whether {@link #worked} has a limit, so that time has to be measured */
  boolean countsWork();

  /**
   * Partitions are about to be created or deleted.
   *
   * @param partitions how many
   * @param strict whether they are not to be when the limit is exceeded already; else they are counted in any case
   * @return 0 when they were counted and the client need not wait; more when they were counted and it has to; less when they were not
   *     counted and must not be created or deleted: minus the milliseconds to wait
   */
  int mutated(long partitions, boolean strict);
}
