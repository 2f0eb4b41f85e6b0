package io.margay.transactions.internal.state;

/** The settings of transactions, always the newest. Times are milliseconds. */
public interface TransactionConfig {
  /** @return {@code transaction.max.timeout.ms} */
  int maxTimeoutMs();

  /** @return {@code transactional.id.expiration.ms} */
  int idExpirationMs();

  /** @return {@code margay.transactions.memory.bytes}, resolved to a number of bytes */
  long memoryBytes();

  /** @return {@code margay.transactions.shard.memory.bytes}, resolved to a number of bytes */
  long shardMemoryBytes();

  /** @return {@code margay.transactions.id.max.length} */
  int idMaxLength();

  /** @return {@code margay.transactions.partitions.max} */
  int maxPartitions();
}
