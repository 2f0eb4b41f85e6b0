package io.margay.transactions.internal.state;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.model.TopicPartition;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.state.TransactionLogKey;
import io.margay.protocol.state.TransactionLogValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The records of {@code __transaction_state} in Kafka's format: a key with its record type, a value with its version. */
public final class TransactionRecords {
  private static final short KEY_VERSION = 0;
  private static final short VALUE_VERSION = 1;

  private TransactionRecords() { }

  /**
   * @param t a transactional id
   * @return its record
   */
  public static CoordinatorRecord of(Transaction t) {
    TransactionLogValue value = new TransactionLogValue().setProducerId(t.producer().id()).setProducerEpoch(t.producer().epoch())
        .setPreviousProducerId(t.producer().previousId()).setNextProducerId(t.producer().nextId())
        .setTransactionTimeoutMs(t.timeoutMs()).setTransactionStatus(t.status().code())
        .setTransactionLastUpdateTimestampMs(t.updatedMs()).setTransactionStartTimestampMs(t.startMs())
        .setClientTransactionVersion((short) t.producer().version())
        .setTransactionPartitions(t.status() == TransactionStatus.EMPTY ? null : partitions(t.partitions()));
    return new CoordinatorRecord(key(t.id()), Messages.toVersionedBytes(value, VALUE_VERSION));
  }

  /**
   * @param id a transactional id
   * @return the record that ends it
   */
  public static CoordinatorRecord tombstone(String id) {
    return new CoordinatorRecord(key(id), null);
  }

  private static byte[] key(String id) {
    return Messages.toPrefixedBytes(new TransactionLogKey().setTransactionalId(id), TransactionLogKey.RECORD_TYPE, KEY_VERSION);
  }

  private static List<TransactionLogValue.PartitionsSchema> partitions(Set<TopicPartition> partitions) {
    Map<String, TransactionLogValue.PartitionsSchema> topics = new LinkedHashMap<>();
    for (TopicPartition tp : partitions) {
      topics.computeIfAbsent(tp.topic(), name -> new TransactionLogValue.PartitionsSchema().setTopic(name)).partitionIds()
          .add(tp.partition());
    }
    return new ArrayList<>(topics.values());
  }

  /**
   * @param record a record of the log
   * @return the transactional id, or null when the record is of another type
   */
  public static String idOf(CoordinatorRecord record) {
    MessageReader key = new MessageReader(record.key());
    if (key.readShort() != TransactionLogKey.RECORD_TYPE) {
      return null;
    }
    TransactionLogKey k = new TransactionLogKey();
    k.read(key, KEY_VERSION);
    return k.transactionalId();
  }

  /**
   * @param id the transactional id
   * @param bytes the value of its record
   * @return what it says
   */
  public static Transaction read(String id, byte[] bytes) {
    TransactionLogValue v = Messages.readVersioned(TransactionLogValue::new, bytes);
    Set<TopicPartition> partitions = new LinkedHashSet<>();
    if (v.transactionPartitions() != null) {
      v.transactionPartitions().forEach(t -> t.partitionIds().forEach(p -> partitions.add(new TopicPartition(t.topic(), p))));
    }
    return new Transaction(id, new Transaction.Producer(v.producerId(), v.producerEpoch(), v.previousProducerId(), v.nextProducerId(),
        v.clientTransactionVersion()),
        v.transactionTimeoutMs(), TransactionStatus.of(v.transactionStatus()), Set.copyOf(partitions), v.transactionStartTimestampMs(),
        v.transactionLastUpdateTimestampMs());
  }
}
