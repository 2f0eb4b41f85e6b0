/**
 * Storage engines: bytes of record batches by partition and offset. An engine knows the header of a record batch (base offset,
 * length, last offset delta, maximum timestamp) and nothing of producers, transactions or compaction.
 *
 * <p>Threads: a {@link io.margay.spi.storage.LogStore} has one writer at a time, which its user ensures; reads run at the same
 * time as the writer and as each other. Buffers that are passed in are borrowed for the call. What is read is owned by the caller,
 * who releases it. I/O errors are thrown as {@link java.io.IOException}; the user decides what is offline then.
 */
@Export
@Version("2.0.0")
package io.margay.spi.storage;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
