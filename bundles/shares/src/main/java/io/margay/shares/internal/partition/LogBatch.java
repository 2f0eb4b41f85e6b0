package io.margay.shares.internal.partition;

/**
 * The offsets of a record batch in the log.
 *
 * @param first offset
 * @param last offset, inclusive
 * @param delivered whether members get its records; not so those of control batches and of aborted transactions
 */
public record LogBatch(long first, long last, boolean delivered) { }
