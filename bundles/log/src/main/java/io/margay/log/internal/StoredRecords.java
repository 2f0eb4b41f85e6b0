package io.margay.log.internal;

import io.margay.protocol.record.BatchRules;
import io.margay.protocol.record.BatchValidator;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordReader;
import io.margay.protocol.record.RecordScratch;
import io.margay.protocol.record.RecordScratchPool;

/** Reads the records of stored batches one at a time, with one scratch for all. One thread; one reader is open at a time. */
final class StoredRecords implements AutoCloseable {
  private final RecordScratchPool scratches;
  private final RecordScratch scratch;
  private final BatchRules rules;
  private final BatchValidator validator;

  /** @param limits what a batch may decompress to; more is an error like any other */
  StoredRecords(RecordScratchPool scratches, BatchRules.Limits limits) {
    this.scratches = scratches;
    this.scratch = scratches.take();
    this.rules = BatchRules.of(BatchRules.Origin.REPLICATION, limits).withDeep(true);
    this.validator = new BatchValidator(scratches);
  }

  /** A reader over a batch; the caller closes it. */
  RecordReader open(RecordBatch batch) {
    return RecordReader.open(batch, rules.limits().maxDecompressedBytes(), scratch);
  }

  /**
   * Walks through a batch, so that it can be read to its end afterwards.
   *
   * @throws io.margay.protocol.record.InvalidRecordBatchException if it cannot
   */
  void check(RecordBatch batch) {
    validator.validate(batch.buffer(), batch.index(), batch.sizeBytes(), rules, 0);
  }

  @Override
  public void close() {
    scratches.give(scratch);
  }
}
