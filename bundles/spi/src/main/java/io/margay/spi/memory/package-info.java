/**
 * Who keeps memory, and how much. A part that keeps memory for long registers a {@link io.margay.spi.memory.MemoryUser}; it bounds
 * that memory by itself, so nothing here asks it to free any.
 */
@Export
@Version("1.0.0")
package io.margay.spi.memory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
