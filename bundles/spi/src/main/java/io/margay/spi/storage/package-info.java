/**
 * Storage engines: bytes of record batches by partition and offset. An engine knows the header of a record batch (base offset,
 * length, last offset delta, maximum timestamp) and nothing about producers, transactions or compaction.
 *
 * <p>Threads: a {@link io.margay.spi.storage.LogStore} has one writer at a time, which its user ensures; reads run concurrently
 * with the writer and with each other. Buffers that are passed in are borrowed for the call. The caller owns what is read and
 * releases it. I/O errors are thrown as {@link java.io.IOException}; the user decides what is offline then.
 */
@Export
@Version("2.3.0")
package io.margay.spi.storage;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
