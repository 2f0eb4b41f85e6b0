package io.margay.transactions.internal;

import io.margay.spi.config.SettingValues;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.transactions.internal.state.TransactionConfig;

/** The node's settings as this bundle needs them. Every call gives the value of the moment. */
record SettingsOfTransactions(SettingValues values) implements TransactionConfig {
  /** Without a setting, transactional ids may take this part of the largest heap. */
  private static final int HEAP_PARTS = 16;

  @Override
  public int maxTimeoutMs() {
    return values.get(TransactionSettings.TRANSACTION_MAX_TIMEOUT_MS);
  }

  @Override
  public int idExpirationMs() {
    return values.get(TransactionSettings.TRANSACTIONAL_ID_EXPIRATION_MS);
  }

  @Override
  public long memoryBytes() {
    long bytes = values.get(TransactionSettings.MARGAY_TRANSACTIONS_MEMORY_BYTES);
    return bytes >= 0 ? bytes : Runtime.getRuntime().maxMemory() / HEAP_PARTS;
  }

  @Override
  public long shardMemoryBytes() {
    long bytes = values.get(TransactionSettings.MARGAY_TRANSACTIONS_SHARD_MEMORY_BYTES);
    return bytes >= 0 ? bytes : memoryBytes() / 2;
  }

  @Override
  public int idMaxLength() {
    return values.get(TransactionSettings.MARGAY_TRANSACTIONS_ID_MAX_LENGTH);
  }

  @Override
  public int maxPartitions() {
    return values.get(TransactionSettings.MARGAY_TRANSACTIONS_PARTITIONS_MAX);
  }

  int endingMax() {
    return values.get(TransactionSettings.MARGAY_TRANSACTIONS_ENDING_MAX);
  }

  int partitions() {
    return values.get(InternalTopicSettings.TRANSACTION_STATE_LOG_NUM_PARTITIONS);
  }

  int offsetsPartitions() {
    return values.get(InternalTopicSettings.OFFSETS_TOPIC_NUM_PARTITIONS);
  }

  int shardWaitMs() {
    return values.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS);
  }
}
