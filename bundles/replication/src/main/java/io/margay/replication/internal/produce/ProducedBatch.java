package io.margay.replication.internal.produce;

import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.RecordBatchFormat;
import io.netty.buffer.ByteBuf;

/**
 * What the Produce API demands of the records of one partition, in addition to what every log demands: exactly one batch of format
 * 2.
 */
final class ProducedBatch {
  private static final short FIRST_WITH_ZSTD = 7;

  private ProducedBatch() { }

  /** Checks the frame of the batch, and fills the answer when it is wrong. */
  static boolean check(ByteBuf buffer, ProduceRequest produce, short version, PartitionProduceResponse answer) {
    int sizeBytes = buffer == null ? 0 : buffer.readableBytes();
    if (sizeBytes == 0) {
      return refuse(answer, Errors.INVALID_RECORD,
          "A produce request must have exactly one record batch per partition, not none");
    }
    if (sizeBytes < RecordBatchFormat.MAGIC_OFFSET + 1) {
      return refuse(answer, Errors.INVALID_RECORD, "A record batch has more than " + sizeBytes + " bytes");
    }
    int start = buffer.readerIndex();
    byte magic = buffer.getByte(start + RecordBatchFormat.MAGIC_OFFSET);
    if (magic < 0 || magic > RecordBatchFormat.MAGIC_V2) {
      return refuse(answer, Errors.CORRUPT_MESSAGE, "There is no format " + magic + " of record batches");
    }
    if (magic != RecordBatchFormat.MAGIC_V2) {
      return refuse(answer, Errors.INVALID_RECORD, "A produce request must hold batches of format 2, not " + magic);
    }
    int length = buffer.getInt(start + RecordBatchFormat.LENGTH_OFFSET);
    int rest = sizeBytes - RecordBatchFormat.LOG_OVERHEAD;
    if (length < RecordBatchFormat.HEADER_SIZE - RecordBatchFormat.LOG_OVERHEAD) {
      return refuse(answer, Errors.CORRUPT_MESSAGE, "The record batch says that only " + length + " bytes follow");
    }
    if (length > rest) {
      // As in Kafka, a batch that is cut off is INVALID_RECORD, which a producer does not send again.
      return refuse(answer, Errors.INVALID_RECORD, "The record batch says that " + length + " bytes follow, but there are "
          + rest);
    }
    if (length < rest) {
      return refuse(answer, Errors.INVALID_RECORD, "A produce request must have exactly one record batch per partition, but "
          + (rest - length) + " bytes follow the first");
    }
    int attributes = buffer.getShort(start + RecordBatchFormat.ATTRIBUTES_OFFSET);
    if ((attributes & RecordBatchFormat.TRANSACTIONAL_MASK) != 0 && produce.transactionalId() == null) {
      return refuse(answer, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "A transactional batch came without a transactional id");
    }
    int codec = attributes & RecordBatchFormat.COMPRESSION_MASK;
    if (version < FIRST_WITH_ZSTD && codec == CompressionType.ZSTD.id()) {
      return refuse(answer, Errors.UNSUPPORTED_COMPRESSION_TYPE, "zstd may be produced from version " + FIRST_WITH_ZSTD + " on");
    }
    return true;
  }

  /** Whether a batch that was checked belongs to a transaction. */
  static boolean isTransactional(ByteBuf buffer) {
    return (buffer.getShort(buffer.readerIndex() + RecordBatchFormat.ATTRIBUTES_OFFSET) & RecordBatchFormat.TRANSACTIONAL_MASK) != 0;
  }

  /** Whether a request that was not checked yet has a batch that says it belongs to a transaction. */
  static boolean anyTransactional(ProduceRequest produce) {
    for (ProduceRequest.TopicProduceData topic : produce.topicData()) {
      for (ProduceRequest.PartitionProduceData partition : topic.partitionData()) {
        ByteBuf buffer = partition.records() == null ? null : partition.records().bufferOrNull();
        if (buffer != null && buffer.readableBytes() >= RecordBatchFormat.HEADER_SIZE && isTransactional(buffer)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean refuse(PartitionProduceResponse answer, Errors error, String message) {
    answer.setErrorCode(error.code()).setErrorMessage(message);
    return false;
  }
}
