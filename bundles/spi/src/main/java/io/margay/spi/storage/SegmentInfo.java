package io.margay.spi.storage;

/**
 * A segment, the unit in which the head of a log is dropped.
 *
 * @param baseOffset no record in it has a lower offset
 * @param nextOffset no record in it has this or a higher offset
 * @param sizeBytes bytes of its batches
 * @param maxTimestamp highest timestamp of its batches, in milliseconds since the epoch; -1 when it is empty
 * @param firstTimestamp maximum timestamp of its first batch, -1 when it is empty
 * @param lastModifiedMs when it was last written, in milliseconds since the epoch
 */
public record SegmentInfo(long baseOffset, long nextOffset, long sizeBytes, long maxTimestamp, long firstTimestamp,
    long lastModifiedMs) { }
