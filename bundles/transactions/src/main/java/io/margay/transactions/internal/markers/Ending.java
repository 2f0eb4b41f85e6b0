package io.margay.transactions.internal.markers;

import io.margay.model.TopicPartition;
import io.margay.spi.partition.MarkerWriter;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A transaction whose end is decided.
 *
 * @param marker what is written to each partition
 * @param partitions where it is written
 * @param wanted whether this broker still coordinates the transaction in the same epoch
 * @param done called once when all markers are written; not called when it is no longer wanted
 */
public record Ending(MarkerWriter.Marker marker, Set<TopicPartition> partitions, BooleanSupplier wanted, Runnable done) { }
