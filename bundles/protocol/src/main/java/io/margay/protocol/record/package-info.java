/**
 * Record batches of the v2 format: a view over the bytes, iteration, validation, building, compression and control records.
 *
 * <p>Terms. A <em>batch</em> is a header of {@value io.margay.protocol.record.RecordBatchFormat#HEADER_SIZE} bytes with the
 * records that follow it, possibly compressed as one block. A batch covers the offsets {@code [baseOffset, nextOffset)}; after
 * compaction not every offset in it has a record.
 *
 * <p>Ownership of buffers. Views ({@link io.margay.protocol.record.RecordBatch}, {@link io.margay.protocol.record.BatchCursor},
 * {@link io.margay.protocol.record.RecordReader}) never retain, release or move the indices of the buffer they look at; its owner
 * keeps it alive for as long as a view or a slice of a {@link io.margay.protocol.record.Record} is in use. The caller of
 * {@link io.margay.protocol.record.RecordBatchBuilder#build()} owns the buffer that it returns and releases it.
 *
 * <p>Threads. Everything here is confined to one thread at a time, except enums, constants and Java records, which are
 * immutable. A checksum over a direct buffer uses the buffer's internal NIO view: the same buffer (or a slice that
 * shares its parent) must not be used that way by two threads at once.
 *
 * <p>Errors. Bytes that break the format raise {@link io.margay.protocol.record.CorruptRecordException}; a batch that is well
 * formed but not acceptable raises its parent {@link io.margay.protocol.record.InvalidRecordBatchException}, whose reason maps
 * to one protocol error code. No other exception comes out of malformed input, and memory is bounded by the allowance
 * for decompressed bytes. Misuse by the caller is an {@link java.lang.IllegalStateException} or
 * {@link java.lang.IllegalArgumentException}.
 *
 * <p>Native compression libraries are loaded on first use of their codec, never for an uncompressed batch.
 */
@Export
@Version("1.2.0")
package io.margay.protocol.record;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
